"""What stood behind an approval, and what versions made of the scenarios of their rulebook."""

from django.db import models
from django.db.models import F, Q

from apps.rulebooks.models.trials import BackTest
from apps.rulebooks.models.versions import RulebookVersion
from ordercash.kernel.ids import new_id


class Approval(models.Model):
    """Who approved a version, by which role and up to which amount, on which report. One a version; append-only.

    The database compares it with the rule of approval in force, the roles of the approver and the report; see docs/adr/0005.
    `most` -- major units by currency, as the rule says it; null: any amount, or no rule. `moved` -- minor units by currency.
    """

    class Basis(models.TextChoices):
        PERSON = "person"
        INSTALLATION = "installation"
        BEFORE = "before", "Before limits were kept"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.OneToOneField(RulebookVersion, related_name="approval", on_delete=models.PROTECT)
    sha256 = models.BinaryField(max_length=32)
    basis = models.CharField(max_length=12, choices=Basis.choices)
    approver_id = models.UUIDField()
    rule_version = models.ForeignKey(
        RulebookVersion, null=True, blank=True, related_name="approvals_by_it", on_delete=models.PROTECT
    )
    role = models.CharField(max_length=60, default="", blank=True)
    most = models.JSONField(null=True, blank=True)
    report = models.ForeignKey(BackTest, null=True, blank=True, related_name="approvals", on_delete=models.PROTECT)
    needed = models.PositiveIntegerField(default=0)
    covered = models.PositiveIntegerField(default=0)
    moved = models.JSONField(default=dict, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(basis__in=["person", "installation", "before"]), name="approval_basis_known"
            ),
            models.CheckConstraint(condition=Q(covered__gte=F("needed")), name="approval_report_covers_enough"),
            models.CheckConstraint(
                condition=Q(rule_version__isnull=True, role="", most__isnull=True)
                | (Q(rule_version__isnull=False, basis="person") & ~Q(role="")),
                name="approval_by_a_role_of_its_rule",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} by {self.approver_id}"


class GateRun(models.Model):
    """What a version made of the scenarios of its rulebook, when, and what for. Append-only.

    `failed` -- of each scenario that failed its id, name, what was expected, what came, and why nothing came.
    """

    class Occasion(models.TextChoices):
        ACTIVATION = "activation"
        ASKED = "asked"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(RulebookVersion, related_name="gate_runs", on_delete=models.PROTECT)
    sha256 = models.BinaryField(max_length=32)
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    scenarios = models.PositiveIntegerField()
    failed = models.JSONField(default=list, blank=True)
    ran_by = models.UUIDField()
    ran_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(occasion__in=["activation", "asked"]), name="gate_occasion_known"),
            models.CheckConstraint(condition=Q(scenarios__gt=0), name="gate_tries_something"),
        ]
        indexes = [models.Index(fields=["version", "-id"], name="gate_runs_of_version")]

    def __str__(self) -> str:
        return f"{self.version_id} at {self.ran_at.isoformat()}"

    @property
    def passed(self) -> bool:
        """Say whether every scenario came out as expected."""
        return not self.failed
