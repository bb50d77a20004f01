"""Goods that are announced: bought, made or on their way."""

from django.db import models
from django.db.models import Case, CheckConstraint, F, Index, Q, UniqueConstraint, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest, Now

from apps.inventory.models.columns import foreign_key, quantity_field
from apps.inventory.models.places import Warehouse
from apps.inventory.models.stock import StockMovement
from ordercash.kernel.ids import new_id

NOTHING = Value(0, output_field=quantity_field())


class SupplyKind(models.TextChoices):
    PURCHASE = "purchase", "Purchase"
    PRODUCTION = "production", "Production"
    TRANSFER = "transfer", "Transfer"
    OPENING = "opening", "Opening stock"


class SupplyStatus(models.TextChoices):
    PLANNED = "planned", "Planned"
    CONFIRMED = "confirmed", "Confirmed"
    IN_TRANSIT = "in_transit", "In transit"
    RECEIVED = "received", "Received"
    CANCELLED = "cancelled", "Cancelled"


class Supply(models.Model):
    """A quantity of one product that should come to one warehouse at `due_at`; it may come late and in parts.

    `number` is that of the purchase or production order, which may name several products. What `comes_by_itself` is received by
    `receive_due` when its time has come. `confidence` is in per cent. `open_quantity` is what is still to come.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=40, db_default=RawSQL("'SU-' || nextval('inventory_supply_number')", []))
    kind = models.CharField(max_length=10, choices=SupplyKind)
    warehouse = foreign_key(Warehouse)
    product = foreign_key("masterdata.Product")
    quantity = quantity_field()
    received = quantity_field(default=0, db_default=0)
    unit_cost = models.DecimalField(max_digits=18, decimal_places=6)
    due_at = models.DateTimeField()
    first_due_at = models.DateTimeField()
    status = models.CharField(
        max_length=10, choices=SupplyStatus, default=SupplyStatus.PLANNED, db_default=SupplyStatus.PLANNED
    )
    confidence = models.DecimalField(max_digits=5, decimal_places=2, default=100, db_default=100)
    comes_by_itself = models.BooleanField(default=False, db_default=False)
    lot_code = models.CharField(max_length=60, default="", db_default="", blank=True)
    expires_on = models.DateField(null=True, blank=True)
    source_ref = models.CharField(max_length=120, unique=True)
    version = models.BigIntegerField(default=0, db_default=0)
    open_quantity = models.GeneratedField(
        expression=Case(
            When(Q(status="received") | Q(status="cancelled"), then=NOTHING),
            default=Greatest(F("quantity") - F("received"), NOTHING),
        ),
        output_field=quantity_field(),
        db_persist=True,
    )

    class Meta:
        verbose_name_plural = "supplies"
        constraints = [
            CheckConstraint(condition=~Q(number=""), name="supply_has_number"),
            CheckConstraint(condition=Q(kind__in=SupplyKind.values), name="supply_kind_known"),
            CheckConstraint(condition=Q(status__in=SupplyStatus.values), name="supply_status_known"),
            CheckConstraint(condition=Q(quantity__gt=0), name="supply_quantity_positive"),
            CheckConstraint(condition=Q(received__gte=0), name="supply_received_not_negative"),
            CheckConstraint(condition=Q(unit_cost__gte=0), name="supply_cost_not_negative"),
            CheckConstraint(condition=Q(confidence__gte=0, confidence__lte=100), name="supply_confidence_in_per_cent"),
            CheckConstraint(condition=~Q(source_ref=""), name="supply_has_source"),
        ]
        indexes = [
            Index(fields=["number"], name="supply_by_number"),
            Index(fields=["due_at", "id"], name="supply_by_day"),
            Index(fields=["product", "warehouse", "due_at"], name="supply_to_come", condition=Q(open_quantity__gt=0)),
            Index(fields=["due_at", "id"], name="supply_due", condition=Q(comes_by_itself=True, open_quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return self.number


class SupplyReceipt(models.Model):
    """A part of a supply that came, and the movement that put it on the shelf; append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    supply = models.ForeignKey(Supply, on_delete=models.PROTECT, related_name="receipts")
    movement = foreign_key(StockMovement)
    quantity = quantity_field()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            UniqueConstraint(fields=["movement"], name="supply_receipt_once"),
            CheckConstraint(condition=Q(quantity__gt=0), name="supply_receipt_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.supply_id} + {self.quantity}"
