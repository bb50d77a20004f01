"""Who goods are promised to, who waits for them, and until when a promise is only held.

Orders and their lines are named by id alone, because this app does not know them.
"""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Now

from apps.inventory.models.columns import foreign_key, quantity_field
from apps.inventory.models.places import Warehouse
from apps.inventory.models.sharing import Quota
from apps.inventory.models.stock import Lot, Stock
from apps.inventory.models.supplies import Supply
from ordercash.kernel.ids import new_id


class HoldState(models.TextChoices):
    HELD = "held"
    CLAIMED = "claimed"
    RELEASED = "released"
    EXPIRED = "expired"


class Hold(models.Model):
    """Goods set aside for somebody until an instant; an order claims them, or they are free again. It never goes back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source_ref = models.CharField(max_length=120, unique=True)
    caller_id = models.UUIDField()
    state = models.CharField(max_length=8, choices=HoldState, default=HoldState.HELD, db_default=HoldState.HELD)
    expires_at = models.DateTimeField()
    order_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            CheckConstraint(condition=~Q(source_ref=""), name="hold_has_source"),
            CheckConstraint(condition=Q(state__in=HoldState.values), name="hold_state_known"),
            CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="hold_lasts_some_time"),
            CheckConstraint(
                condition=Q(state="claimed", order_id__isnull=False) | (~Q(state="claimed") & Q(order_id=None)),
                name="hold_claimed_by_an_order",
            ),
        ]
        indexes = [Index(fields=["expires_at", "id"], name="hold_next_to_expire", condition=Q(state="held"))]

    def __str__(self) -> str:
        return self.source_ref


class ReservationState(models.TextChoices):
    FIRM = "firm"
    HELD = "held"
    ACCEPTED = "accepted"


class Reservation(models.Model):
    """A quantity promised to one order line from one warehouse; `stock` is empty for services only.

    `held` ones end at `expires_at`, `accepted` ones are still to be settled (handling `eventual`). A reservation out of a slot counts
    in the slot and not in `Stock.reserved`. What comes out of a quota is a row of its own. `instead_of` is the product that was ordered
    where a substitute is reserved. `planned_on` is the day on which it counts as work of the warehouse (empty: it does not count).

    The rows of one stock are changed only while that stock row is locked, which is why no verb needs to lock them first.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField()
    line_id = models.UUIDField()
    product_id = models.UUIDField()
    # Warehouse and stock have no constraint: the lock that it takes would make every order write the one row that all of them name.
    # Stock rows refuse to be deleted instead, and `prove` looks.
    warehouse = foreign_key(Warehouse, db_constraint=False)
    stock = foreign_key(Stock, db_constraint=False, null=True)
    quantity = quantity_field()
    occurred_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=ReservationState, default=ReservationState.FIRM, db_default=ReservationState.FIRM
    )
    expires_at = models.DateTimeField(null=True)
    hold = foreign_key(Hold, null=True)
    lot = foreign_key(Lot, null=True)
    slot_no = models.PositiveSmallIntegerField(null=True)
    quota = foreign_key(Quota, null=True)
    instead_of = models.UUIDField(null=True)
    planned_on = models.DateField(null=True)

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["line_id", "warehouse", "product_id"],
                name="reservation_once_per_line",
                condition=Q(lot=None, slot_no=None, quota=None),
            ),
            UniqueConstraint(
                fields=["line_id", "warehouse", "product_id", "lot", "slot_no"],
                name="reservation_once_per_lot_and_slot",
                condition=Q(quota=None) & (Q(lot__isnull=False) | Q(slot_no__isnull=False)),
                nulls_distinct=False,
            ),
            UniqueConstraint(
                fields=["line_id", "warehouse", "product_id", "quota", "lot"],
                name="reservation_once_per_quota",
                condition=Q(quota__isnull=False),
                nulls_distinct=False,
            ),
            CheckConstraint(condition=Q(quantity__gt=0), name="reservation_quantity_positive"),
            CheckConstraint(condition=Q(state__in=ReservationState.values), name="reservation_state_known"),
            CheckConstraint(
                condition=Q(state="held", expires_at__isnull=False) | (~Q(state="held") & Q(expires_at=None)),
                name="reservation_held_until",
            ),
        ]
        indexes = [
            Index(fields=["order_id"], name="reservation_of_order"),
            Index(fields=["stock"], name="reservation_of_stock"),
            Index(fields=["expires_at"], name="reservation_next_to_expire", condition=Q(state="held")),
            Index(fields=["lot"], name="reservation_of_lot", condition=Q(lot__isnull=False)),
            Index(
                fields=["stock", "occurred_at", "id"], name="reservation_to_be_settled", condition=Q(state="accepted")
            ),
            Index(fields=["quota"], name="reservation_of_quota", condition=Q(quota__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} x {self.quantity}"


class WaitReason(models.TextChoices):
    SHORT = "short", "Goods are short"
    LATER = "later", "Wanted later"
    OVERSOLD = "oversold", "Sold twice elsewhere"
    RULES = "rules", "Kept back by the rules of sourcing"


class Backorder(models.Model):
    """The waiting line: what of an order line is not reserved yet, for whom, what it is worth and when it is promised.

    `net_minor` is that of `line_quantity`, the whole line. The parts of a kit share `kit_no` within their order; one kit holds
    `per_kit` of them. `stand_in_id` is the product that may be delivered instead of all of the line. A promise is a date; which supply
    serves it is worked out from the dates (`Peg`).
    """

    line_id = models.UUIDField(primary_key=True, editable=False)
    order_id = models.UUIDField()
    legal_entity = foreign_key("masterdata.LegalEntity")
    product = foreign_key("masterdata.Product")
    quantity = quantity_field()
    occurred_at = models.DateTimeField()
    customer_id = models.UUIDField(null=True)
    customer_group = models.CharField(max_length=40, default="", db_default="")
    channel = models.CharField(max_length=40, default="", db_default="")
    country = models.CharField(max_length=2, default="", db_default="")
    currency = models.CharField(max_length=3, default="", db_default="")
    net_minor = models.BigIntegerField(default=0, db_default=0)
    line_quantity = quantity_field(default=0, db_default=0)
    wanted_on = models.DateField(null=True)
    reason = models.CharField(max_length=8, choices=WaitReason, default=WaitReason.SHORT, db_default=WaitReason.SHORT)
    promised_on = models.DateField(null=True)
    first_promised_on = models.DateField(null=True)
    promise_no = models.IntegerField(default=0, db_default=0)
    kit_no = models.IntegerField(null=True)
    per_kit = quantity_field(null=True)
    stand_in_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(quantity__gt=0), name="backorder_quantity_positive"),
            CheckConstraint(condition=Q(line_quantity__gte=0), name="backorder_line_quantity_not_negative"),
            CheckConstraint(condition=Q(reason__in=WaitReason.values), name="backorder_reason_known"),
            CheckConstraint(
                condition=Q(wanted_on=None) | Q(promised_on=None) | Q(promised_on__gte=F("wanted_on")),
                name="backorder_not_promised_before_wanted",
            ),
            CheckConstraint(condition=Q(promise_no__gte=0), name="backorder_promises_are_counted"),
            CheckConstraint(
                condition=Q(kit_no=None, per_kit=None) | Q(kit_no__isnull=False, per_kit__isnull=False, per_kit__gt=0),
                name="backorder_kit_has_parts",
            ),
        ]
        indexes = [
            Index(fields=["product", "occurred_at"], name="backorder_first_come"),
            Index(fields=["order_id"], name="backorder_of_order"),
            Index(fields=["occurred_at", "line_id"], name="backorder_oldest"),
            Index(fields=["line_id"], name="backorder_kept_back", condition=Q(reason="rules")),
            Index(fields=["wanted_on", "line_id"], name="backorder_wanted_later", condition=Q(reason="later")),
            Index(fields=["stand_in_id"], name="backorder_served_instead", condition=Q(stand_in_id__isnull=False)),
            Index(
                fields=["product", "legal_entity"], name="backorder_promised", condition=Q(promised_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} x {self.quantity}"


class PromiseChange(models.Model):
    """A date that was promised to a waiting line, and the one before it; append-only, numbered by line."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line_id = models.UUIDField()
    order_id = models.UUIDField()
    promise_no = models.IntegerField()
    was_on = models.DateField(null=True)
    promised_on = models.DateField(null=True)
    quantity = quantity_field()
    why = models.CharField(max_length=24)
    supply_id = models.UUIDField(null=True)
    run_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    actor_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["line_id", "promise_no"], name="promise_change_once"),
            CheckConstraint(condition=Q(promise_no__gte=1), name="promise_change_numbered"),
            CheckConstraint(condition=Q(quantity__gt=0), name="promise_change_quantity_positive"),
            CheckConstraint(condition=~Q(why=""), name="promise_change_says_why"),
        ]
        indexes = [Index(fields=["order_id"], name="promise_change_of_order")]

    def __str__(self) -> str:
        return f"{self.line_id}/{self.promise_no}"


class Peg(models.Model):
    """Which supply serves a promise, or the shelf of a warehouse (`supply` empty); a function of the dates, rewritten as a whole."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The database deletes the pegs of a line that waits no more.
    line = models.ForeignKey(
        Backorder, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    supply = models.ForeignKey(Supply, on_delete=models.PROTECT, related_name="+", null=True)
    warehouse = foreign_key(Warehouse, db_constraint=False)
    quantity = quantity_field()
    ship_on = models.DateField()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["line", "warehouse", "supply"], name="peg_once_per_source", nulls_distinct=False),
            CheckConstraint(condition=Q(quantity__gt=0), name="peg_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} x {self.quantity}"


class BrokenPromise(models.Model):
    """A promise that cannot be kept as things stand: how much of the line is short on its day, which supply is the cause (empty: none),
    and when the last of it can leave (empty: nothing is to come for it). Whoever pegs the promises anew writes and takes it back.
    """

    line_id = models.UUIDField(primary_key=True, editable=False)
    legal_entity = foreign_key("masterdata.LegalEntity")
    product = foreign_key("masterdata.Product")
    supply = models.ForeignKey(Supply, on_delete=models.PROTECT, related_name="+", null=True)
    short = quantity_field()
    possible_on = models.DateField(null=True)
    found_at = models.DateTimeField()

    class Meta:
        constraints = [CheckConstraint(condition=Q(short__gt=0), name="broken_promise_is_short")]
        indexes = [Index(fields=["product", "legal_entity"], name="broken_promise_of_group")]

    def __str__(self) -> str:
        return f"{self.line_id} x {self.short}"


class PlanStamp(models.Model):
    """Says that something changed what a legal entity can promise of a product; one row per change, written by triggers."""

    id = models.BigAutoField(primary_key=True)
    product_id = models.UUIDField()
    legal_entity_id = models.UUIDField()

    class Meta:
        indexes = [Index(fields=["product_id", "legal_entity_id", "id"], name="plan_stamp_newest")]

    def __str__(self) -> str:
        return str(self.pk)
