"""The rulebook of a kind, its versions, when each is in force, and what people said about it."""

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
    """One text of a rulebook with its SHA-256, frozen once it leaves the draft. When it is in force is said by its activations."""

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "in_review"
        APPROVED = "approved"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rulebook = models.ForeignKey(Rulebook, related_name="versions", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    document = models.TextField()
    sha256 = models.BinaryField(max_length=32)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    note = models.CharField(max_length=300, default="", blank=True)
    author_id = models.UUIDField()
    approver_id = models.UUIDField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "number"], name="version_number_once_per_rulebook"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_review", "approved"]), name="version_state_known"
            ),
            models.CheckConstraint(
                condition=Q(approver_id__isnull=True) | ~Q(approver_id=F("author_id")), name="approver_is_not_author"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "in_review"]) | Q(approver_id__isnull=False),
                name="version_approved_before_use",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rulebook_id} v{self.number}"


class Activation(models.Model):
    """An approved version in force over [from_at, until_at). A version may be activated again; an activation can only be ended."""

    class Kind(models.TextChoices):
        NORMAL = "normal"
        ROLLBACK = "rollback"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rulebook = models.ForeignKey(Rulebook, related_name="activations", on_delete=models.PROTECT)
    version = models.ForeignKey(RulebookVersion, related_name="activations", on_delete=models.PROTECT)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.NORMAL)
    reason = models.TextField(default="", blank=True)
    activated_by = models.UUIDField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["normal", "rollback"]), name="activation_kind_known"),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")), name="activation_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(kind="normal") | ~Q(reason=""), name="rollback_has_its_reason"),
            ExclusionConstraint(
                name="no_two_versions_in_force",
                expressions=[
                    ("rulebook", RangeOperators.EQUAL),
                    (Func(F("from_at"), F("until_at"), RangeBoundary(), function="tstzrange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} from {self.from_at.isoformat()}"


class VersionComment(models.Model):
    """What somebody said about a version. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(RulebookVersion, related_name="comments", on_delete=models.PROTECT)
    author_id = models.UUIDField()
    text = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="comment_says_something")]

    def __str__(self) -> str:
        return self.text[:80]
