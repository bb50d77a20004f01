"""Nouns of inventory: where goods lie, how many are there, who they are promised to, what left.

`Stock` is the guarded balance; `StockMovement` and `ShipmentLine` are the facts that it sums up. Orders and their lines are named
by id alone, because this app does not know them. Quantities are numeric(18,4); values and costs are minor units of the currency of
the warehouse's legal entity.
"""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Now

from ordercash.kernel.ids import new_id


def quantity_field(**options: object) -> "models.DecimalField":
    """Return the column of a quantity; every quantity in this app has the same width."""
    return models.DecimalField(max_digits=18, decimal_places=4, **options)  # type: ignore[arg-type]


class Warehouse(models.Model):
    """A place that stocks and ships for one legal entity; the lowest priority number is asked first."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    legal_entity = models.ForeignKey("masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2)
    priority = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        ordering = ["code"]
        constraints = [CheckConstraint(condition=~Q(code=""), name="warehouse_has_code")]

    def __str__(self) -> str:
        return self.code


class Stock(models.Model):
    """What of one product lies in one warehouse: the hot row, changed only by conditional statements.

    No index on the warehouse alone: it would tempt the planner to read a whole warehouse to find three products.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey("masterdata.Product", on_delete=models.PROTECT, related_name="+", db_index=False)
    on_hand = quantity_field(default=0, db_default=0)
    reserved = quantity_field(default=0, db_default=0)
    value_minor = models.BigIntegerField(default=0, db_default=0)
    version = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name_plural = "stock"
        constraints = [
            UniqueConstraint(fields=["product", "warehouse"], name="stock_once_per_warehouse"),
            CheckConstraint(condition=Q(reserved__gte=0), name="stock_reserved_never_negative"),
            CheckConstraint(condition=Q(on_hand__gte=F("reserved")), name="stock_never_below_zero"),
            CheckConstraint(condition=Q(value_minor__gte=0), name="stock_value_never_negative"),
            CheckConstraint(condition=Q(on_hand__gt=0) | Q(value_minor=0), name="stock_nothing_is_worth_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.warehouse_id}/{self.product_id}"


class MovementKind(models.TextChoices):
    OPENING = "opening"
    RECEIPT = "receipt"
    RETURN = "return"
    ADJUSTMENT = "adjustment"


class StockMovement(models.Model):
    """A change of stock that is not a shipment; append-only. Positive comes in, negative (adjustments only) goes out."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=MovementKind)
    quantity = quantity_field()
    value_minor = models.BigIntegerField()
    source_ref = models.CharField(max_length=120, unique=True)
    note = models.CharField(max_length=200, default="", db_default="")
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=MovementKind.values), name="movement_kind_known"),
            CheckConstraint(condition=~Q(quantity=0), name="movement_moves_something"),
            CheckConstraint(condition=Q(quantity__gt=0) | Q(kind="adjustment"), name="movement_only_adjustments_take"),
            CheckConstraint(
                condition=Q(quantity__gt=0, value_minor__gte=0) | Q(quantity__lt=0, value_minor__lte=0),
                name="movement_value_follows_quantity",
            ),
            CheckConstraint(condition=~Q(source_ref=""), name="movement_has_source"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_ref}"


class PlannedReceipt(models.Model):
    """Goods that are announced and not yet here; `receive_due` turns it into a movement with the same source_ref."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("masterdata.Product", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=[("opening", "Opening"), ("receipt", "Receipt")], default="receipt")
    quantity = quantity_field()
    unit_cost = models.DecimalField(max_digits=18, decimal_places=6)
    due_at = models.DateTimeField()
    source_ref = models.CharField(max_length=120, unique=True)
    received_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(kind__in=["opening", "receipt"]), name="planned_receipt_kind_known"),
            CheckConstraint(condition=Q(quantity__gt=0), name="planned_receipt_quantity_positive"),
            CheckConstraint(condition=Q(unit_cost__gte=0), name="planned_receipt_cost_not_negative"),
            CheckConstraint(condition=~Q(source_ref=""), name="planned_receipt_has_source"),
        ]
        indexes = [Index(fields=["due_at", "id"], name="planned_receipt_due", condition=Q(received_at=None))]

    def __str__(self) -> str:
        return self.source_ref


class Reservation(models.Model):
    """A quantity promised to one order line from one warehouse; `stock` is empty for services only.

    The rows of one stock are changed only while that stock row is locked, which is why no verb needs to lock them first.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_id = models.UUIDField()
    line_id = models.UUIDField()
    product_id = models.UUIDField()
    # Written from the stock row, whose foreign key stands for this one: a lock on the one warehouse row by every order would queue them.
    warehouse = models.ForeignKey(
        Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    quantity = quantity_field()
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["line_id", "warehouse"], name="reservation_once_per_line"),
            CheckConstraint(condition=Q(quantity__gt=0), name="reservation_quantity_positive"),
        ]
        indexes = [Index(fields=["order_id"], name="reservation_of_order")]

    def __str__(self) -> str:
        return f"{self.line_id} x {self.quantity}"


class Backorder(models.Model):
    """What of an order line could not be reserved and waits for goods, first come first served."""

    line_id = models.UUIDField(primary_key=True, editable=False)
    order_id = models.UUIDField()
    legal_entity = models.ForeignKey(
        "masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    product = models.ForeignKey("masterdata.Product", on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = quantity_field()
    occurred_at = models.DateTimeField()

    class Meta:
        constraints = [CheckConstraint(condition=Q(quantity__gt=0), name="backorder_quantity_positive")]
        indexes = [
            Index(fields=["product", "occurred_at"], name="backorder_first_come"),
            Index(fields=["order_id"], name="backorder_of_order"),
            Index(fields=["occurred_at", "line_id"], name="backorder_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} x {self.quantity}"


class Shipment(models.Model):
    """Goods of one order that left one warehouse together."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20)
    # The warehouse belongs to the legal entity; its foreign key stands for this one.
    legal_entity = models.ForeignKey(
        "masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    order_id = models.UUIDField()
    customer_id = models.UUIDField()
    shipped_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    carrier = models.CharField(max_length=60, default="", db_default="")
    tracking = models.CharField(max_length=80, default="", db_default="")
    source_ref = models.CharField(max_length=120)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["number", "legal_entity"], name="shipment_number_once"),
            UniqueConstraint(fields=["source_ref", "warehouse"], name="shipment_source_once"),
            CheckConstraint(condition=~Q(source_ref=""), name="shipment_has_source"),
        ]
        indexes = [
            Index(fields=["order_id"], name="shipment_of_order"),
            Index(fields=["tracking"], name="shipment_tracked", condition=~Q(tracking="")),
            Index(fields=["-shipped_at", "-id"], name="shipment_newest"),
            Index(fields=["warehouse", "-shipped_at", "-id"], name="shipment_newest_of_warehouse"),
        ]

    def __str__(self) -> str:
        return self.number


class ShipmentLine(models.Model):
    """A quantity that left, with its cost at the moving average of that moment; only `returned_quantity` ever changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shipment = models.ForeignKey(Shipment, on_delete=models.PROTECT, related_name="lines")
    order_id = models.UUIDField()
    line_id = models.UUIDField()
    product_id = models.UUIDField()
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    quantity = quantity_field()
    cost_minor = models.BigIntegerField()
    returned_quantity = quantity_field(default=0, db_default=0)

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(quantity__gt=0), name="shipment_line_quantity_positive"),
            CheckConstraint(condition=Q(cost_minor__gte=0), name="shipment_line_cost_not_negative"),
            CheckConstraint(condition=Q(returned_quantity__gte=0), name="shipment_line_returned_not_negative"),
            CheckConstraint(
                condition=Q(returned_quantity__lte=F("quantity")), name="shipment_line_returned_at_most_once"
            ),
        ]
        indexes = [Index(fields=["order_id"], name="shipment_line_of_order")]

    def __str__(self) -> str:
        return f"{self.line_id} x {self.quantity}"


class GoodsReturn(models.Model):
    """A quantity of one shipment line that came back, restocked at its original cost or not; append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shipment_line = models.ForeignKey(ShipmentLine, on_delete=models.PROTECT, related_name="+")
    order_id = models.UUIDField(db_index=True)
    quantity = quantity_field()
    is_restocked = models.BooleanField()
    cost_minor = models.BigIntegerField()
    source_ref = models.CharField(max_length=120, unique=True)
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(quantity__gt=0), name="goods_return_quantity_positive"),
            CheckConstraint(condition=Q(cost_minor__gte=0), name="goods_return_cost_not_negative"),
            CheckConstraint(condition=~Q(source_ref=""), name="goods_return_has_source"),
        ]

    def __str__(self) -> str:
        return self.source_ref
