"""Order and order line. Amounts are minor units of the order's currency; they are frozen when the order is confirmed."""

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.orders.states import ORDER
from ordercash.kernel.ids import new_id


class Order(models.Model):
    """What a customer asked for, through which channel, from which legal entity.

    Every index is paid for by every order; foreign keys that no question follows backwards have none.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    legal_entity = models.ForeignKey(
        "masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    channel = models.ForeignKey("masterdata.Channel", on_delete=models.PROTECT, related_name="+", db_index=False)
    region = models.ForeignKey("masterdata.Region", on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(
        "masterdata.Customer", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.CharField(max_length=24)
    source_ref = models.CharField(max_length=120)
    external_number = models.CharField(max_length=60, default="", blank=True)
    purchase_order = models.CharField(max_length=60, default="", blank=True)
    requested_delivery_date = models.DateField(null=True)
    note = models.TextField(default="", db_default="", blank=True)
    partial_delivery = models.BooleanField(
        default=True, db_default=True, help_text="Whether parts of it may leave before the rest is there"
    )
    coupons = ArrayField(
        models.CharField(max_length=64), default=list, db_default=[], blank=True, help_text="Codes as they came"
    )
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=16)
    ordered_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    bill_to = models.ForeignKey(
        "masterdata.Address", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    ship_to = models.ForeignKey(
        "masterdata.Address", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    invoicing = models.CharField(max_length=16, default="per_shipment")
    payment_terms_days = models.PositiveSmallIntegerField(default=0)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    pricing_sha256 = models.BinaryField(max_length=32, null=True)
    quote_id = models.UUIDField(null=True, help_text="The quote whose prices it takes")
    intake_document = models.ForeignKey(
        "orders.IntakeDocument", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    placed_by = models.UUIDField(null=True)
    released_by = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_ref"], name="order_once_per_source"),
            models.UniqueConstraint(fields=["legal_entity", "number"], name="order_number_once_per_entity"),
            models.CheckConstraint(condition=Q(state__in=ORDER.states), name="order_state_known"),
            models.CheckConstraint(
                condition=Q(gross_minor=F("net_minor") + F("tax_minor")), name="order_gross_is_net_and_tax"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "cancelled"])
                | Q(customer__isnull=False, bill_to__isnull=False, ship_to__isnull=False),
                name="order_complete_once_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(placed_by=UUID(int=0)) | ~Q(released_by=F("placed_by")),
                name="order_not_released_by_its_placer",
            ),
        ]
        indexes = [
            models.Index(fields=["-ordered_at", "-id"], name="order_by_time"),
            models.Index(fields=["state", "-ordered_at", "-id"], name="order_by_state"),
            models.Index(fields=["customer", "-ordered_at", "-id"], name="order_by_customer"),
            models.Index(
                fields=["external_number"],
                name="order_by_external",
                opclasses=["varchar_pattern_ops"],
                condition=~Q(external_number=""),
            ),
            models.Index(fields=["number"], name="order_by_number", opclasses=["varchar_pattern_ops"]),
            models.Index(
                fields=["purchase_order"],
                name="order_by_po",
                opclasses=["varchar_pattern_ops"],
                condition=~Q(purchase_order=""),
            ),
            models.Index(
                fields=["intake_document"], name="order_by_document", condition=Q(intake_document__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class LineKind(models.TextChoices):
    """What a line is. A bundle is priced, its parts are stocked, shipped and invoiced; rules add what is free and charges."""

    PRODUCT = "product", "Product"
    BUNDLE = "bundle", "Bundle"
    PART = "part", "Part of a bundle"
    FREE = "free", "Free goods"
    CHARGE = "charge", "Charge"


class OrderLine(models.Model):
    """One product and quantity of an order. What is open, shipped or returned is derived from the facts of inventory.

    Quantities are in the product's own unit; `ordered_unit` and `ordered_quantity` say how it was ordered when that was in another.
    The unit price is that of `price_per` own units, before discounts. An order's amounts are the sums of its lines without parts;
    the parts of a bundle sum to it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines", db_index=False)
    line_no = models.PositiveIntegerField()
    product = models.ForeignKey(
        "masterdata.Product", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    description = models.CharField(max_length=200, default="", blank=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    cancelled_quantity = models.DecimalField(max_digits=18, decimal_places=4, default=0, db_default=0)
    kind = models.CharField(max_length=8, choices=LineKind, default=LineKind.PRODUCT, db_default=LineKind.PRODUCT)
    part_of = models.PositiveIntegerField(null=True, help_text="The number of the bundle's line")
    ordered_unit = models.CharField(max_length=12, default="", db_default="", blank=True)
    ordered_quantity = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    price_per = models.DecimalField(max_digits=18, decimal_places=6, default=1, db_default=1)
    price_source = models.CharField(max_length=64, default="", blank=True)
    manual_price = models.DecimalField(
        max_digits=18, decimal_places=6, null=True, help_text="Of one ordered unit, set by hand"
    )
    manual_percent = models.DecimalField(max_digits=7, decimal_places=4, null=True, help_text="Taken off by hand")
    manual_by = models.UUIDField(null=True)
    manual_reason = models.CharField(max_length=300, default="", db_default="", blank=True)
    discount_minor = models.BigIntegerField(default=0, db_default=0)
    net_minor = models.BigIntegerField()
    list_minor = models.GeneratedField(
        expression=F("net_minor") + F("discount_minor"), output_field=models.BigIntegerField(), db_persist=True
    )
    tax_category = models.CharField(max_length=2, default="", blank=True)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    tax_reason = models.CharField(max_length=200, default="", blank=True)
    tax_minor = models.BigIntegerField()
    cancelled_net_minor = models.BigIntegerField(default=0, db_default=0)
    cancelled_tax_minor = models.BigIntegerField(default=0, db_default=0)
    intake_row = models.PositiveIntegerField(null=True)
    buyer_reference = models.CharField(max_length=60, default="", db_default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line_no"], name="order_line_number_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(cancelled_quantity__gte=0, cancelled_quantity__lte=F("quantity")),
                name="order_line_cancelled_within_quantity",
            ),
            models.CheckConstraint(condition=Q(discount_minor__gte=0), name="order_line_discount_not_negative"),
            models.CheckConstraint(condition=Q(price_per__gt=0), name="order_line_price_per_above_zero"),
            models.CheckConstraint(condition=Q(kind__in=LineKind.values), name="order_line_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="part", part_of__isnull=False) | (~Q(kind="part") & Q(part_of=None)),
                name="order_line_part_names_its_bundle",
            ),
            models.CheckConstraint(
                condition=Q(ordered_unit="", ordered_quantity=None)
                | (~Q(ordered_unit="") & Q(ordered_quantity__gt=0, ordered_quantity__isnull=False)),
                name="order_line_ordered_in_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(manual_price=None, manual_percent=None, manual_by=None)
                | (Q(manual_by__isnull=False) & Q(manual_price__isnull=False, manual_price__gte=0, manual_percent=None))
                | (
                    Q(manual_by__isnull=False, manual_price=None)
                    & Q(manual_percent__isnull=False, manual_percent__gt=0, manual_percent__lte=100)
                ),
                name="order_line_one_manual_price",
            ),
        ]
        indexes = [models.Index(fields=["product", "order"], name="order_line_by_product")]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line_no}"


class FloorOverride(models.Model):
    """Somebody allowed a line to be sold below a floor, for so much at least and for so long. Never whoever asked for it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="floor_overrides")
    line_no = models.PositiveIntegerField()
    floor = models.CharField(max_length=64, help_text="The rule that holds the floor")
    net_minor = models.BigIntegerField(help_text="The least that the line may bring")
    reason = models.CharField(max_length=300)
    requested_by = models.UUIDField(help_text="Who set the price by hand, or placed the order")
    approved_by = models.UUIDField()
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(approved_by=F("requested_by")), name="floor_override_not_by_its_requester"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("recorded_at")), name="floor_override_for_some_time"),
            models.CheckConstraint(condition=~Q(reason=""), name="floor_override_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line_no} {self.floor}"
