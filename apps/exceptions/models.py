"""Cases for people: one open case per subject, with a typed reason for everything that stands in the way."""

from django.db import models
from django.db.models import Q

from ordercash.kernel.ids import new_id


class CaseState(models.TextChoices):
    OPEN = "open", "open"
    CLAIMED = "claimed", "claimed"
    RESOLVED = "resolved", "resolved"
    CANCELLED = "cancelled", "cancelled"


class ReasonState(models.TextChoices):
    OPEN = "open", "open"
    RESOLVED = "resolved", "resolved"


ACTIVE_STATES = [CaseState.OPEN, CaseState.CLAIMED]


class Queue(models.Model):
    """Where the people of one competence look for work; `sla_hours` is its promise."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=100)
    sla_hours = models.PositiveIntegerField(default=24)
    resolve_permission = models.CharField(max_length=100, default="", blank=True)

    def __str__(self) -> str:
        return self.name


class Case(models.Model):
    """Something a person must decide. Its subject is a (kind, uuid) pair: the thing may live in any higher app."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="cases", db_index=False)
    title = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=CaseState, default=CaseState.OPEN, db_default="open")
    money_at_risk_minor = models.BigIntegerField(default=0, db_default=0)
    currency = models.CharField(max_length=3, default="", blank=True)
    legal_entity_id = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    assignee_id = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    resolution = models.CharField(max_length=60, default="", db_default="", blank=True)
    resolution_note = models.TextField(default="", db_default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                name="one_open_case_per_subject",
                condition=Q(state__in=["open", "claimed"]),
            ),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="claimed", assignee_id__isnull=False) | ~Q(state="claimed"),
                name="claimed_case_has_assignee",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "claimed"], closed_at__isnull=True)
                | Q(state__in=["resolved", "cancelled"], closed_at__isnull=False),
                name="closed_case_has_its_instant",
            ),
            models.CheckConstraint(condition=Q(money_at_risk_minor__gte=0), name="money_at_risk_is_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["queue", "-money_at_risk_minor", "-id"],
                name="case_work_of_queue",
                condition=Q(state__in=["open", "claimed"]),
            ),
            models.Index(
                fields=["-money_at_risk_minor", "-id"], name="case_work", condition=Q(state__in=["open", "claimed"])
            ),
            models.Index(fields=["-money_at_risk_minor", "-id"], name="case_by_money"),
            models.Index(fields=["assignee_id", "-money_at_risk_minor", "-id"], name="case_of_assignee"),
            models.Index(fields=["subject_id", "subject_kind"], name="case_by_subject"),
        ]

    def __str__(self) -> str:
        return self.title


class CaseReason(models.Model):
    """One thing that stands in the way: a code with its detail, its queue and its deadline. The case closes with its last."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reasons")
    code = models.CharField(max_length=60)
    detail = models.JSONField(default=dict)
    fingerprint = models.CharField(
        max_length=64, help_text="SHA-256 of the code and detail: the same reason twice is one."
    )
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ReasonState, default=ReasonState.OPEN, db_default="open")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "fingerprint"], name="open_reason_stands_once", condition=Q(state="open")
            ),
            models.CheckConstraint(condition=Q(state__in=ReasonState.values), name="case_reason_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.code
