"""What left, and what of it came back."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Now

from apps.inventory.models.columns import foreign_key, quantity_field
from apps.inventory.models.places import Warehouse
from apps.inventory.models.sharing import Quota
from apps.inventory.models.stock import Lot, Stock
from ordercash.kernel.ids import new_id


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
    stock = foreign_key(Stock, null=True)
    lot = foreign_key(Lot, null=True)
    quota = foreign_key(Quota, null=True)
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
        indexes = [
            Index(fields=["order_id"], name="shipment_line_of_order"),
            Index(fields=["quota"], name="shipment_line_of_quota", condition=Q(quota__isnull=False)),
            Index(fields=["lot"], name="shipment_line_of_lot", condition=Q(lot__isnull=False)),
        ]

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
