"""What happened, who asked for it, what is due: append-only logs and the cursors that follow them."""

from typing import Any

from django.db import models
from django.db.models import Func, Q

from ordercash.kernel.ids import new_id


class TransactionIdField(models.Field):
    """PostgreSQL's 64-bit transaction id (xid8), read as a Python int."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)


class EventRecord(models.Model):
    """One fact told, written in the transaction of the change it tells: history and outbox in one.

    Partitioned by month on `id`, append-only. `seq` orders the events of one aggregate; `thread_id` names the order whose
    timeline shows the event when the order is not the aggregate itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seq = models.BigIntegerField(editable=False)
    txid = TransactionIdField(db_default=Func(function="pg_current_xact_id"), editable=False)
    name = models.CharField(max_length=100)
    version = models.PositiveSmallIntegerField()
    aggregate = models.CharField(max_length=40)
    aggregate_id = models.UUIDField()
    thread_id = models.UUIDField(null=True)
    payload = models.JSONField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Func(function="clock_timestamp"))
    actor_id = models.UUIDField(null=True)
    legal_entity_id = models.UUIDField(null=True)
    traceparent = models.CharField(max_length=55, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["aggregate_id", "id"], name="event_by_aggregate"),
            models.Index(fields=["thread_id", "id"], name="event_by_thread", condition=Q(thread_id__isnull=False)),
            models.Index(fields=["txid", "seq"], name="event_by_transaction"),
            models.Index(fields=["name", "id"], name="event_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.aggregate_id}"


class EventPosition(models.Model):
    """The place of an event in the one gapless sequence that readers follow; stamped after the event's commit."""

    position = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)


class Sequencer(models.Model):
    """The one row that says how far positions are stamped: every transaction below `stamped_below` is done."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    stamped_below = TransactionIdField()
    last_position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="sequencer_is_one_row")]


class SubscriberCursor(models.Model):
    """How far one subscriber has read, and what stopped it when something did."""

    name = models.CharField(max_length=100, primary_key=True)
    position = models.BigIntegerField(default=0, db_default=0)
    failures = models.IntegerField(default=0, db_default=0)
    last_error = models.TextField(default="", db_default="")
    retry_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(db_default=Func(function="clock_timestamp"))

    def __str__(self) -> str:
        return self.name


class RequestRecord(models.Model):
    """The stored answer to a request with an Idempotency-Key. Partitioned by month on `id`; keys are the caller's own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    caller_id = models.UUIDField()
    key_hash = models.BinaryField()
    body_hash = models.BinaryField()
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField()
    response = models.BinaryField()
    created_at = models.DateTimeField(db_default=Func(function="clock_timestamp"))

    class Meta:
        indexes = [models.Index(fields=["caller_id", "key_hash"], name="request_by_key")]


class JobState(models.TextChoices):
    DUE = "due", "due"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class Job(models.Model):
    """One piece of scheduled or long work. Unique by (job, due_at), so two schedulers make it once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.CharField(max_length=100)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=JobState, default=JobState.DUE, db_default="due")
    arguments = models.JSONField(default=dict)
    done = models.BigIntegerField(default=0, db_default=0)
    total = models.BigIntegerField(default=0, db_default=0)
    attempts = models.SmallIntegerField(default=0, db_default=0)
    result = models.JSONField(null=True)
    error = models.TextField(default="", db_default="")
    worker = models.CharField(max_length=120, default="", db_default="")
    taken_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    requested_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "due_at"], name="job_is_due_once"),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_is_known"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="job_waiting", condition=Q(state__in=["due", "running"])),
            models.Index(fields=["-due_at", "-id"], name="job_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.due_at:%Y-%m-%d %H:%M}"


class JobSchedule(models.Model):
    """How often a job comes due; edited on the jobs page."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    job = models.CharField(max_length=100, unique=True)
    every_seconds = models.PositiveIntegerField()
    enabled = models.BooleanField(default=True, db_default=True)
    next_due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(every_seconds__gte=1), name="schedule_every_second_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.job} every {self.every_seconds} s"


class ChangeRecord(models.Model):
    """One change of a watched row, written by its trigger: changed columns only. Partitioned by month, append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=100)
    operation = models.CharField(max_length=6)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    actor_id = models.UUIDField(null=True)
    at = models.DateTimeField(db_default=Func(function="clock_timestamp"))

    class Meta:
        indexes = [models.Index(fields=["table_name", "row_id", "id"], name="change_by_row")]
