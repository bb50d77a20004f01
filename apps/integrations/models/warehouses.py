"""Warehouse systems: a connection to each, the state that each was told of an order, and the messages.

A message tells a whole state with its number, never a difference, so that a repeated or a late one does no harm. Payloads hold ids
and quantities; the address of a delivery is read when a message is sent and is not kept.
"""

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint

from ordercash.kernel.ids import new_id

CAPITALS = r"^[A-Z0-9_]+$"


class WarehouseConnection(models.Model):
    """The system of one warehouse. Its secret comes from the environment: ORDERCASH_WMS_SECRET_<secret_name>.

    `shares_stock` says that others sell from the same shelves, so that what it counts is believed. After `failures` in a row nothing
    is sent until `open_until`. It is asked to count `counts_a_day` products. `cursor` is the last of its messages that was read from it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    warehouse_id = models.UUIDField(unique=True, help_text="The warehouse in inventory")
    base_url = models.CharField(max_length=200)
    secret_name = models.CharField(max_length=40)
    is_active = models.BooleanField(default=True, db_default=True)
    shares_stock = models.BooleanField(default=False, db_default=False)
    timeout_ms = models.PositiveIntegerField(default=5_000, db_default=5_000)
    most_attempts = models.PositiveSmallIntegerField(default=60, db_default=60)
    counts_a_day = models.PositiveSmallIntegerField(default=0, db_default=0)
    failures = models.PositiveIntegerField(default=0, db_default=0)
    open_until = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField(null=True)
    cursor = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(base_url__startswith="http://") | Q(base_url__startswith="https://"),
                name="warehouse_connection_has_address",
            ),
            CheckConstraint(condition=Q(secret_name__regex=CAPITALS), name="warehouse_connection_names_its_secret"),
            CheckConstraint(
                condition=Q(timeout_ms__gt=0, most_attempts__gt=0), name="warehouse_connection_tries_for_some_time"
            ),
            CheckConstraint(condition=Q(cursor__gte=0), name="warehouse_connection_cursor_not_negative"),
        ]

    def __str__(self) -> str:
        return self.base_url

    @property
    def has_secret(self) -> bool:
        """Say whether the environment holds its secret; without one nothing is sent or believed."""
        return self.secret_name in settings.ORDERCASH_WMS_SECRETS


class WarehouseOrder(models.Model):
    """What a warehouse system was told of one order, what it confirmed of it, and up to which number."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(WarehouseConnection, on_delete=models.PROTECT, related_name="orders", db_index=False)
    order_id = models.UUIDField()
    seq = models.BigIntegerField(default=0, db_default=0)
    told = models.JSONField(default=dict)
    confirmed = models.JSONField(default=dict)
    answered_seq = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["connection", "order_id"], name="warehouse_order_once"),
            CheckConstraint(
                condition=Q(answered_seq__gte=0, seq__gte=F("answered_seq")),
                name="warehouse_order_answers_what_was_told",
            ),
        ]
        indexes = [Index(fields=["order_id"], name="warehouse_order_of_order")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.seq}"


class Direction(models.TextChoices):
    OUT = "out", "To the warehouse"
    IN = "in", "From the warehouse"


class MessageState(models.TextChoices):
    WAITING = "waiting", "Waiting to be sent"
    SENT = "sent", "Sent"
    CONFIRMED = "confirmed", "Confirmed"
    REFUSED = "refused", "Refused"
    DEAD = "dead", "Given up"
    SUPERSEDED = "superseded", "A newer one took its place"
    PARKED = "parked", "Waits for another"
    APPLIED = "applied", "Applied"


OUT_STATES = [
    MessageState.WAITING, MessageState.SENT, MessageState.CONFIRMED, MessageState.REFUSED, MessageState.DEAD,
    MessageState.SUPERSEDED,
]  # fmt: skip
IN_STATES = [MessageState.WAITING, MessageState.PARKED, MessageState.APPLIED, MessageState.REFUSED]


class WarehouseMessage(models.Model):
    """One message, to or from a warehouse system, kept once however often it comes (`repeats` counts the others).

    `seq` is a warehouse system's own number of its message, without gaps; of such a message `sent_at` is when they say it happened.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(
        WarehouseConnection, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    direction = models.CharField(max_length=3, choices=Direction)
    kind = models.CharField(max_length=20)
    source_ref = models.CharField(max_length=120)
    order_id = models.UUIDField(null=True)
    order_seq = models.BigIntegerField(null=True)
    seq = models.BigIntegerField(null=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=MessageState)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    repeats = models.PositiveIntegerField(default=0, db_default=0)
    next_try_at = models.DateTimeField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=300, default="", db_default="")
    traceparent = models.CharField(max_length=55, default="", db_default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["connection", "direction", "source_ref"], name="warehouse_message_once"),
            CheckConstraint(condition=~Q(source_ref=""), name="warehouse_message_has_source"),
            CheckConstraint(
                condition=Q(direction="out", state__in=OUT_STATES) | Q(direction="in", state__in=IN_STATES),
                name="warehouse_message_state_of_its_direction",
            ),
            CheckConstraint(
                condition=Q(direction="out", seq=None) | Q(direction="in", seq__isnull=False),
                name="warehouse_message_numbered_by_its_sender",
            ),
            CheckConstraint(
                condition=~Q(state="applied") | Q(applied_at__isnull=False), name="warehouse_message_applied_at"
            ),
        ]
        indexes = [
            Index(
                fields=["next_try_at", "id"], name="warehouse_message_due", condition=Q(state__in=["waiting", "parked"])
            ),
            Index(fields=["connection", "seq"], name="warehouse_message_number", condition=Q(direction="in")),
            Index(fields=["order_id", "id"], name="warehouse_message_of_order"),
            Index(fields=["connection", "-id"], name="warehouse_message_newest"),
            Index(
                fields=["connection", "created_at"],
                name="warehouse_message_counts",
                condition=Q(direction="out", kind="count"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.source_ref}"
