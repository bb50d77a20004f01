"""How what is scarce is shared: quotas of channels, runs that move promises, what an order agreed to, what customers are told."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from apps.inventory.models.columns import foreign_key, quantity_field
from apps.inventory.models.places import Warehouse
from ordercash.kernel.ids import new_id


class Quota(models.Model):
    """A quantity kept for one channel from `from_on` until `release_on`, of one warehouse or of all of a legal entity.

    The days are those of the legal entity; on `release_on` it is kept no more. `taken` is what is reserved or left out of it: triggers
    of reservations and shipment lines count it. `released_at`: what was left over was shared out.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    legal_entity = foreign_key("masterdata.LegalEntity")
    product = models.ForeignKey("masterdata.Product", on_delete=models.PROTECT, related_name="+")
    warehouse = foreign_key(Warehouse, null=True, blank=True)
    channel = models.CharField(max_length=40)
    quantity = quantity_field()
    taken = quantity_field(default=0, db_default=0)
    from_on = models.DateField()
    release_on = models.DateField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [Index(fields=["release_on", "id"], name="quota_by_release")]
        constraints = [
            CheckConstraint(condition=~Q(channel=""), name="quota_has_channel"),
            CheckConstraint(condition=Q(taken__gte=0, quantity__gte=F("taken")), name="quota_never_overdrawn"),
            CheckConstraint(condition=Q(release_on__gt=F("from_on")), name="quota_for_some_time"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.product_id}"


class RunState(models.TextChoices):
    SIMULATED = "simulated"
    COMMITTED = "committed"
    ROLLED_BACK = "rolled_back"
    DISCARDED = "discarded"


class AllocationRun(models.Model):
    """A sharing out that was tried, and perhaps carried out and taken back; it never goes back to being a trial."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(
        max_length=20, unique=True, db_default=RawSQL("'AL-' || nextval('inventory_allocation_number')", [])
    )
    legal_entity = foreign_key("masterdata.LegalEntity")
    state = models.CharField(max_length=12, choices=RunState, default=RunState.SIMULATED, db_default=RunState.SIMULATED)
    strategy = models.CharField(max_length=20)
    version_sha256 = models.BinaryField(max_length=32, null=True)
    decision_id = models.UUIDField(null=True)
    scope = models.JSONField(default=dict)
    stamp = models.CharField(max_length=64, default="", db_default="")
    figures = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, default="", db_default="", blank=True)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    committed_by = models.UUIDField(null=True)
    committed_at = models.DateTimeField(null=True)
    rolled_back_by = models.UUIDField(null=True)
    rolled_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(state__in=RunState.values), name="allocation_run_state_known"),
            CheckConstraint(
                condition=Q(
                    state__in=["committed", "rolled_back"], committed_by__isnull=False, committed_at__isnull=False
                )
                | Q(state__in=["simulated", "discarded"], committed_by=None, committed_at=None),
                name="allocation_run_committed_by_somebody",
            ),
            CheckConstraint(
                condition=Q(state="rolled_back", rolled_back_by__isnull=False, rolled_back_at__isnull=False)
                | (~Q(state="rolled_back") & Q(rolled_back_by=None, rolled_back_at=None)),
                name="allocation_run_rolled_back_by_somebody",
            ),
        ]
        indexes = [Index(fields=["-made_at", "-id"], name="allocation_run_newest")]

    def __str__(self) -> str:
        return self.number


class AllocationMove(models.Model):
    """What a run gives to or takes from one line in one warehouse; append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(AllocationRun, on_delete=models.PROTECT, related_name="moves")
    line_id = models.UUIDField()
    order_id = models.UUIDField()
    product = foreign_key("masterdata.Product")
    warehouse = foreign_key(Warehouse, null=True)
    tier = models.CharField(max_length=40, default="", db_default="")
    asked = quantity_field()
    was_reserved = quantity_field(default=0, db_default=0)
    reserved = quantity_field(default=0, db_default=0)
    was_promised_on = models.DateField(null=True)
    promised_on = models.DateField(null=True)
    net_minor = models.BigIntegerField(default=0, db_default=0)
    currency = models.CharField(max_length=3, default="", db_default="")

    class Meta:
        constraints = [
            UniqueConstraint(fields=["run", "line_id", "warehouse"], name="allocation_move_once", nulls_distinct=False),
            CheckConstraint(
                condition=Q(asked__gte=0, was_reserved__gte=0, reserved__gte=0),
                name="allocation_move_never_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.line_id}"


class Shipping(models.TextChoices):
    AS_READY = "as_ready", "As it is ready"
    MINIMUM = "minimum", "A minimum at once"
    COMPLETE = "complete", "Complete"


class OrderPolicy(models.Model):
    """What an order agreed to when goods are short, frozen at confirmation. No row: it ships as it is ready."""

    order_id = models.UUIDField(primary_key=True, editable=False)
    ship = models.CharField(max_length=8, choices=Shipping, default=Shipping.AS_READY, db_default=Shipping.AS_READY)
    minimum_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    minimum_quantity = quantity_field(null=True)
    most_shipments = models.PositiveSmallIntegerField(null=True)
    kits_whole = models.BooleanField(default=False, db_default=False)
    substitutes = models.BooleanField(default=False, db_default=False)
    cancel_on = models.DateField(null=True)
    version_sha256 = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name_plural = "order policies"
        constraints = [
            CheckConstraint(condition=Q(ship__in=Shipping.values), name="order_policy_ship_known"),
            CheckConstraint(
                condition=(~Q(ship="minimum") & Q(minimum_percent=None, minimum_quantity=None))
                | (Q(ship="minimum") & (Q(minimum_percent__isnull=False) | Q(minimum_quantity__isnull=False))),
                name="order_policy_minimum_is_stated",
            ),
            CheckConstraint(
                condition=(Q(minimum_percent=None) | Q(minimum_percent__gt=0, minimum_percent__lte=100))
                & (Q(minimum_quantity=None) | Q(minimum_quantity__gt=0))
                & (Q(most_shipments=None) | Q(most_shipments__gte=1)),
                name="order_policy_figures_make_sense",
            ),
        ]
        indexes = [Index(fields=["cancel_on"], name="order_policy_to_cancel", condition=Q(cancel_on__isnull=False))]

    def __str__(self) -> str:
        return f"{self.order_id} {self.ship}"


class NoticeKind(models.TextChoices):
    FIRST_PROMISE = "first_promise", "First promise"
    PROMISE_MOVED = "promise_moved", "Promise moved"
    PART_SHIPPED = "part_shipped", "Shipped in part"
    CANCELLED = "cancelled", "Cancelled"
    SUBSTITUTED = "substituted", "Substituted"


class NoticeState(models.TextChoices):
    WAITING = "waiting"
    SENT = "sent"
    SUPPRESSED = "suppressed"


class Notice(models.Model):
    """What a customer is told about one fact, once. The payload holds ids, dates and quantities, never a name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer_id = models.UUIDField()
    order_id = models.UUIDField()
    kind = models.CharField(max_length=14, choices=NoticeKind)
    fact_key = models.CharField(max_length=120)
    language = models.CharField(max_length=10)
    payload = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10, choices=NoticeState, default=NoticeState.WAITING, db_default=NoticeState.WAITING
    )
    why = models.CharField(max_length=40, default="", db_default="")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["order_id", "kind", "fact_key"], name="notice_once_per_fact"),
            CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
            CheckConstraint(condition=Q(state__in=NoticeState.values), name="notice_state_known"),
            CheckConstraint(condition=~Q(fact_key=""), name="notice_names_its_fact"),
            CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="notice_sent_at",
            ),
        ]
        indexes = [
            Index(fields=["-occurred_at", "-id"], name="notice_newest"),
            Index(fields=["occurred_at", "id"], name="notice_to_be_sent", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.order_id}"
