"""Price lists and the prices on them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q
from simple_history.models import HistoricalRecords

from ordercash.kernel.ids import new_id


class PriceList(models.Model):
    """Prices in one currency, of every legal entity or one, for one scope: a customer (his contract), a customer group, a zone

    (a country, or of it a state or the postal codes that begin alike), or everybody. Among the lists of a scope that fit, the
    closest zone and then the highest `priority` that knows the product gives the price.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120, default="", blank=True)
    currency = models.ForeignKey("masterdata.Currency", models.PROTECT, db_column="currency", related_name="+")
    customer_group = models.ForeignKey(
        "masterdata.CustomerGroup", models.PROTECT, null=True, blank=True, related_name="+"
    )
    customer = models.ForeignKey("masterdata.Customer", models.PROTECT, null=True, blank=True, related_name="+")
    zone_country = models.CharField(max_length=2, default="", db_default="", blank=True)
    zone_state = models.CharField(max_length=80, default="", db_default="", blank=True)
    zone_postal_prefix = models.CharField(max_length=20, default="", db_default="", blank=True)
    legal_entity = models.ForeignKey("masterdata.LegalEntity", models.PROTECT, null=True, blank=True, related_name="+")
    valid_from_at = models.DateTimeField()
    valid_until_at = models.DateTimeField(null=True, blank=True)
    priority = models.IntegerField(default=0, db_default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]
        indexes = [
            models.Index(fields=["currency"], name="price_list_shared", condition=Q(customer__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until_at__isnull=True) | Q(valid_until_at__gt=models.F("valid_from_at")),
                name="price_list_valid_for_some_time",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=True, customer_group__isnull=True)
                | Q(customer__isnull=True, zone_country="")
                | Q(customer_group__isnull=True, zone_country=""),
                name="price_list_one_scope",
            ),
            models.CheckConstraint(condition=Q(zone_country__regex=r"^([A-Z]{2})?$"), name="price_list_zone_is_iso"),
            models.CheckConstraint(
                condition=~Q(zone_country="") | Q(zone_state="", zone_postal_prefix=""),
                name="price_list_zone_of_a_country",
            ),
            models.CheckConstraint(
                condition=Q(zone_state="") | Q(zone_postal_prefix=""), name="price_list_state_or_postal_codes"
            ),
            models.CheckConstraint(
                condition=Q(zone_postal_prefix__regex=r"^[A-Z0-9]*$"), name="price_list_postal_prefix_is_plain"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def zone(self) -> str:
        """Return the zone as it is shown: "DE", "DE-BY" for a state, "DE 80" for postal codes; "" when the scope is another."""
        if self.zone_postal_prefix:
            return f"{self.zone_country} {self.zone_postal_prefix}"
        return f"{self.zone_country}-{self.zone_state}" if self.zone_state else self.zone_country

    @property
    def scope(self) -> str:
        """Return for whom the list is: customer, customer_group, zone or everybody."""
        if self.customer_id:
            return "customer"
        if self.customer_group_id:
            return "customer_group"
        return "zone" if self.zone_country else "everybody"


class PriceRecord(models.Model):
    """The price of `per` units of a product from a quantity on, valid in [from, until). Two that overlap are refused.

    `unit` "" is the product's own; otherwise one that it is also sold in. `min_quantity` counts in the same unit
    (price base quantity: EN 16931 BT-149).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="records")
    # Found by the index of (product, price list).
    product = models.ForeignKey("masterdata.Product", models.PROTECT, related_name="+", db_index=False)
    unit = models.CharField(max_length=12, default="", db_default="", blank=True)
    min_quantity = models.DecimalField(max_digits=18, decimal_places=4, default=0, db_default=0)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    per = models.DecimalField(max_digits=18, decimal_places=4, default=1, db_default=1)
    valid_from_at = models.DateTimeField()
    valid_until_at = models.DateTimeField(null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["product", "price_list"], name="price_record_of_product")]
        constraints = [
            ExclusionConstraint(
                name="price_record_no_overlap",
                expressions=[
                    ("price_list", RangeOperators.EQUAL),
                    ("product", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("min_quantity", RangeOperators.EQUAL),
                    (
                        Func(
                            "valid_from_at", "valid_until_at", function="tstzrange", output_field=DateTimeRangeField()
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_until_at__isnull=True) | Q(valid_until_at__gt=models.F("valid_from_at")),
                name="price_record_valid_for_some_time",
            ),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="price_record_not_negative"),
            models.CheckConstraint(condition=Q(min_quantity__gte=0), name="price_record_min_quantity_not_negative"),
            models.CheckConstraint(condition=Q(per__gt=0), name="price_record_per_something"),
        ]

    def __str__(self) -> str:
        return f"{self.price_list_id} {self.product_id} {self.unit_price}"
