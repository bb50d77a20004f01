"""What a version is tried on before it decides: scenarios, and the decisions of the past."""

from django.db import models
from django.db.models import F, Q

from apps.rulebooks.models.versions import Rulebook, RulebookVersion
from ordercash.kernel.ids import new_id


class Scenario(models.Model):
    """A test of a rulebook: from these facts every version has to decide this. Its text is never changed, it is replaced and retired."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rulebook = models.ForeignKey(Rulebook, related_name="scenarios", on_delete=models.PROTECT)
    name = models.CharField(max_length=120)
    facts = models.TextField()
    expected = models.TextField()
    note = models.CharField(max_length=300, default="", blank=True)
    author_id = models.UUIDField()
    recorded_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rulebook", "name"],
                condition=Q(retired_at__isnull=True),
                name="scenario_name_once_per_rulebook",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="scenario_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class BackTest(models.Model):
    """A version tried on past decisions: of a period, at most so many, by the text that its SHA-256 names. Frozen once it is done.

    The text is kept with it, so that a draft may change meanwhile and its report can still be shown decision by decision.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        STOPPED = "stopped"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(RulebookVersion, related_name="back_tests", on_delete=models.PROTECT)
    sha256 = models.BinaryField(max_length=32)
    document = models.TextField(default="")
    since_at = models.DateTimeField()
    until_at = models.DateTimeField()
    most = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    after_id = models.UUIDField(null=True, blank=True)
    seen = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    requested_by = models.UUIDField()
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(state__in=["waiting", "running"]),
                name="one_back_test_of_a_version_under_way",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "stopped", "done", "failed"]), name="back_test_state_known"
            ),
            models.CheckConstraint(condition=Q(until_at__gte=F("since_at")), name="back_test_period_in_order"),
            models.CheckConstraint(condition=Q(changed__lte=F("seen")), name="back_test_changed_of_the_seen"),
            models.CheckConstraint(
                condition=Q(state__in=["done", "failed"], finished_at__isnull=False)
                | (~Q(state__in=["done", "failed"]) & Q(finished_at__isnull=True)),
                name="back_test_finished_when_over",
            ),
        ]
        indexes = [models.Index(fields=["version", "-id"], name="back_tests_of_version")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.state}"


def delta() -> models.GeneratedField:
    """Return the column that says what changes: after - before."""
    return models.GeneratedField(
        expression=F("after_minor") - F("before_minor"), output_field=models.BigIntegerField(), db_persist=True
    )


class BackTestFigure(models.Model):
    """What a back-test moves for one customer, product or rule, or in total: decisions, and money before and after."""

    class Dimension(models.TextChoices):
        CUSTOMER = "customer"
        PRODUCT = "product"
        RULE = "rule"
        TOTAL = "total"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    back_test = models.ForeignKey(BackTest, related_name="figures", on_delete=models.PROTECT)
    dimension = models.CharField(max_length=8, choices=Dimension.choices)
    key = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    decisions = models.PositiveIntegerField()
    before_minor = models.BigIntegerField()
    after_minor = models.BigIntegerField()
    delta_minor = delta()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["back_test", "dimension", "key", "currency"], name="back_test_figure_once_per_key"
            ),
            models.CheckConstraint(
                condition=Q(dimension__in=["customer", "product", "rule", "total"]), name="back_test_dimension_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.key} {self.currency}"


class BackTestChange(models.Model):
    """A decision that the version would have taken otherwise, and what it was about."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    back_test = models.ForeignKey(BackTest, related_name="changes", on_delete=models.PROTECT)
    decision_id = models.UUIDField()
    subject_kind = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    currency = models.CharField(max_length=3, blank=True)
    before_minor = models.BigIntegerField()
    after_minor = models.BigIntegerField()
    delta_minor = delta()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["back_test", "decision_id"], name="back_test_change_once_per_decision")
        ]
        indexes = [models.Index(fields=["back_test", "delta_minor", "id"], name="back_test_changes_by_delta")]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"
