"""Price lists and the prices on them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q
from simple_history.models import HistoricalRecords

from ordercash.kernel.ids import new_id


class PriceList(models.Model):
    """Prices in one currency, for everybody or one customer group, of every legal entity or one.

    Among the lists that fit a request the one with the highest `priority` that knows the product gives the price.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120, default="", blank=True)
    currency = models.ForeignKey("masterdata.Currency", models.PROTECT, db_column="currency", related_name="+")
    customer_group = models.ForeignKey(
        "masterdata.CustomerGroup", models.PROTECT, null=True, blank=True, related_name="+"
    )
    legal_entity = models.ForeignKey("masterdata.LegalEntity", models.PROTECT, null=True, blank=True, related_name="+")
    valid_from_at = models.DateTimeField()
    valid_until_at = models.DateTimeField(null=True, blank=True)
    priority = models.IntegerField(default=0, db_default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until_at__isnull=True) | Q(valid_until_at__gt=models.F("valid_from_at")),
                name="price_list_valid_for_some_time",
            )
        ]

    def __str__(self) -> str:
        return self.code


class PriceRecord(models.Model):
    """The unit price of a product from a quantity on, valid in [from, until). Two that overlap are refused."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="records")
    product = models.ForeignKey("masterdata.Product", models.PROTECT, related_name="+")
    min_quantity = models.DecimalField(max_digits=18, decimal_places=4, default=0, db_default=0)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    valid_from_at = models.DateTimeField()
    valid_until_at = models.DateTimeField(null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["id"]
        constraints = [
            ExclusionConstraint(
                name="price_record_no_overlap",
                expressions=[
                    ("price_list", RangeOperators.EQUAL),
                    ("product", RangeOperators.EQUAL),
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
        ]

    def __str__(self) -> str:
        return f"{self.price_list_id} {self.product_id} {self.unit_price}"
