"""Nouns of rulebooks: the rulebook of a kind, its versions, and the decisions that were taken by them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Func

from ordercash.kernel.ids import new_id


class Rulebook(models.Model):
    """The rules of one kind, for every legal entity or for one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=80)
    name = models.CharField(max_length=120, unique=True)
    legal_entity = models.ForeignKey("masterdata.LegalEntity", null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "legal_entity"], nulls_distinct=False, name="one_rulebook_per_kind_and_entity"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RulebookVersion(models.Model):
    """One text of a rulebook with its SHA-256. Frozen once it leaves the draft; in force over [from_at, until_at)."""

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "in_review"
        APPROVED = "approved"
        ACTIVE = "active"
        RETIRED = "retired"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rulebook = models.ForeignKey(Rulebook, related_name="versions", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    document = models.TextField()
    sha256 = models.BinaryField(max_length=32)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    note = models.CharField(max_length=300, default="", blank=True)
    author_id = models.UUIDField()
    approver_id = models.UUIDField(null=True, blank=True)
    from_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "number"], name="version_number_once_per_rulebook"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_review", "approved", "active", "retired"]),
                name="version_state_known",
            ),
            models.CheckConstraint(
                condition=Q(approver_id__isnull=True) | ~Q(approver_id=F("author_id")), name="approver_is_not_author"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_review"]) | Q(approver_id__isnull=False),
                name="version_approved_before_use",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "retired"]) | Q(from_at__isnull=False),
                name="version_in_use_has_start",
            ),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")), name="version_ends_after_start"
            ),
            ExclusionConstraint(
                name="no_two_versions_in_force",
                expressions=[
                    ("rulebook", RangeOperators.EQUAL),
                    (
                        Func(
                            F("from_at"),
                            F("until_at"),
                            RangeBoundary(),
                            function="tstzrange",
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state__in=["active", "retired"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rulebook_id} v{self.number}"


class Decision(models.Model):
    """What was decided, from which facts, by which version, and why. Append-only; partitioned by month on the id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    version_sha256 = models.BinaryField(max_length=32)
    facts = models.TextField()
    outcome = models.TextField()
    trace = models.TextField()
    taken_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_id", "id"], name="decision_of_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind} {self.subject_id}"
