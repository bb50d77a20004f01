"""What lies where: the guarded balance, the facts that it sums up, its lots and its slots."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Now

from apps.inventory.models.columns import foreign_key, quantity_field
from apps.inventory.models.places import Warehouse
from ordercash.kernel.ids import new_id


class Handling(models.TextChoices):
    """How takers of one stock row are kept apart (docs/adr/0006)."""

    CONDITIONAL = "conditional", "One conditional statement"
    ROW_LOCK = "row_lock", "Lock, look, take"
    SLOTS = "slots", "Slots"
    EVENTUAL = "eventual", "Accept, settle later"


class Stock(models.Model):
    """What of one product lies in one warehouse: the hot row, changed only by conditional statements.

    Damaged goods, those on hold (being inspected) and those dealt out to slots lie there and are not free; `free` is the one formula
    for what may be promised, and falls below zero only where the safety stock is not there. `sale_rate` counts units a second that
    somebody else sells from the same shelf.

    No index on the warehouse alone: it would tempt the planner to read a whole warehouse to find three products.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    warehouse = foreign_key(Warehouse)
    product = foreign_key("masterdata.Product")
    on_hand = quantity_field(default=0, db_default=0)
    reserved = quantity_field(default=0, db_default=0)
    value_minor = models.BigIntegerField(default=0, db_default=0)
    version = models.BigIntegerField(default=0, db_default=0)
    damaged = quantity_field(default=0, db_default=0)
    on_hold = quantity_field(default=0, db_default=0)
    escrowed = quantity_field(default=0, db_default=0)
    safety_stock = quantity_field(default=0, db_default=0)
    handling = models.CharField(
        max_length=12, choices=Handling, default=Handling.CONDITIONAL, db_default=Handling.CONDITIONAL
    )
    has_lots = models.BooleanField(default=False, db_default=False)
    has_quotas = models.BooleanField(default=False, db_default=False)
    synced_at = models.DateTimeField(null=True)
    sale_rate = models.DecimalField(max_digits=18, decimal_places=6, default=0, db_default=0)
    free = models.GeneratedField(
        expression=F("on_hand") - F("reserved") - F("damaged") - F("on_hold") - F("escrowed") - F("safety_stock"),
        output_field=quantity_field(),
        db_persist=True,
    )

    class Meta:
        verbose_name_plural = "stock"
        constraints = [
            UniqueConstraint(fields=["product", "warehouse"], name="stock_once_per_warehouse"),
            CheckConstraint(condition=Q(reserved__gte=0), name="stock_reserved_never_negative"),
            CheckConstraint(
                condition=Q(damaged__gte=0, on_hold__gte=0, escrowed__gte=0, safety_stock__gte=0, sale_rate__gte=0),
                name="stock_bins_never_negative",
            ),
            CheckConstraint(
                condition=Q(on_hand__gte=F("reserved") + F("damaged") + F("on_hold") + F("escrowed")),
                name="stock_never_below_zero",
            ),
            CheckConstraint(condition=Q(value_minor__gte=0), name="stock_value_never_negative"),
            CheckConstraint(condition=Q(on_hand__gt=0) | Q(value_minor=0), name="stock_nothing_is_worth_nothing"),
            CheckConstraint(condition=Q(handling__in=Handling.values), name="stock_handling_known"),
            CheckConstraint(
                condition=Q(handling__in=["conditional", "row_lock"]) | Q(has_lots=False, has_quotas=False),
                name="stock_lots_and_quotas_are_decided",
            ),
        ]
        indexes = [
            Index(
                fields=["product"],
                name="stock_handled_otherwise",
                condition=Q(handling__in=["slots", "eventual"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.warehouse_id}/{self.product_id}"


class Lot(models.Model):
    """Goods of one stock row that came together and expire together; the lots of a row sum to it.

    They can leave before `expires_on`, not on it. What is `damaged` is among the `blocked`, the rest of which is on hold. Nobody writes
    these quantities: reservations, movements and shipment lines that name a lot do (sql/lots.sql).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stock = foreign_key(Stock)
    code = models.CharField(max_length=60)
    expires_on = models.DateField(null=True)
    on_hand = quantity_field(default=0, db_default=0)
    reserved = quantity_field(default=0, db_default=0)
    blocked = quantity_field(default=0, db_default=0)
    damaged = quantity_field(default=0, db_default=0)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["stock", "code"], name="lot_once_per_stock"),
            CheckConstraint(condition=~Q(code=""), name="lot_has_code"),
            CheckConstraint(condition=Q(reserved__gte=0, blocked__gte=0), name="lot_parts_never_negative"),
            CheckConstraint(condition=Q(on_hand__gte=F("reserved") + F("blocked")), name="lot_never_below_zero"),
            CheckConstraint(condition=Q(damaged__gte=0) & Q(damaged__lte=F("blocked")), name="lot_damaged_is_blocked"),
        ]
        indexes = [
            Index(fields=["stock", "expires_on"], name="lot_first_to_expire"),
            Index(fields=["expires_on", "id"], name="lot_next_to_expire", condition=Q(on_hand__gt=0)),
        ]

    def __str__(self) -> str:
        return self.code


class MovementKind(models.TextChoices):
    OPENING = "opening"
    RECEIPT = "receipt"
    RETURN = "return"
    ADJUSTMENT = "adjustment"
    ISSUE = "issue"
    SCRAP = "scrap"
    BIN = "bin"
    REVALUATION = "revaluation"
    HISTORY = "history"


class StockMovement(models.Model):
    """A change of stock that is not a shipment; append-only. Positive comes in, negative goes out.

    `issue` was sold or used elsewhere, `scrap` thrown away; `bin` moves goods between the shelf and the bins of the damaged and the
    held, `revaluation` changes what they are worth, and `history` is what a system before this one counted.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=MovementKind)
    quantity = quantity_field()
    damaged_change = quantity_field(default=0, db_default=0)
    held_change = quantity_field(default=0, db_default=0)
    value_minor = models.BigIntegerField()
    lot = foreign_key(Lot, null=True)
    source_ref = models.CharField(max_length=120, unique=True)
    note = models.CharField(max_length=200, default="", db_default="")
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=MovementKind.values), name="movement_kind_known"),
            CheckConstraint(
                condition=~Q(quantity=0)
                | (Q(kind="bin") & (~Q(damaged_change=0) | ~Q(held_change=0)))
                | (Q(kind="revaluation") & ~Q(value_minor=0)),
                name="movement_moves_something",
            ),
            CheckConstraint(
                condition=Q(quantity__gte=0) | Q(kind__in=["adjustment", "issue", "scrap", "history"]),
                name="movement_only_some_kinds_take",
            ),
            CheckConstraint(
                condition=Q(kind__in=["bin", "revaluation"], quantity=0)
                | Q(kind__in=["issue", "scrap"], quantity__lt=0)
                | ~Q(kind__in=["bin", "revaluation", "issue", "scrap"]),
                name="movement_kind_fits_quantity",
            ),
            CheckConstraint(
                condition=Q(quantity__gt=0, value_minor__gte=0)
                | Q(quantity__lt=0, value_minor__lte=0)
                | Q(quantity=0, value_minor=0)
                | Q(kind="revaluation"),
                name="movement_value_follows_quantity",
            ),
            CheckConstraint(condition=~Q(kind="history") | Q(value_minor=0), name="movement_history_has_no_value"),
            CheckConstraint(condition=~Q(source_ref=""), name="movement_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_ref}"


class StockSlot(models.Model):
    """A part of the free stock of a row that takers serve themselves from without touching the row (`Stock.escrowed` is their sum)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stock = foreign_key(Stock)
    slot_no = models.PositiveSmallIntegerField()
    granted = quantity_field(default=0, db_default=0)
    taken = quantity_field(default=0, db_default=0)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["stock", "slot_no"], name="slot_once_per_stock"),
            CheckConstraint(condition=Q(taken__gte=0, granted__gte=F("taken")), name="slot_never_below_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.stock_id}/{self.slot_no}"
