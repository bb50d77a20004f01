"""Dated tax rates."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ordercash.kernel.ids import new_id


class TaxCategory(models.TextChoices):
    """The VAT categories of EN 16931 (UNCL 5305) that are used here."""

    STANDARD = "S", _("Standard or reduced rate")
    ZERO = "Z", _("Zero rated")
    EXEMPT = "E", _("Exempt")
    REVERSE_CHARGE = "AE", _("Reverse charge")
    EXPORT = "G", _("Export outside the EU")
    OUTSIDE = "O", _("Outside the scope of VAT")


class BuyerKind(models.TextChoices):
    ANY = "", _("Anyone")
    BUSINESS = "business", _("With a VAT id")
    CONSUMER = "consumer", _("Without a VAT id")


class TaxRate(models.Model):
    """What a seller's country takes on a class of products that go to a destination, on the days [from, until).

    `destination` is an ISO country, "EU" (a member other than the seller's own country), "XX" (any other country) or ""
    (any country at all); the most specific one decides. `buyer` limits the row to buyers with or without a VAT id.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seller_country = models.CharField(max_length=2)
    destination = models.CharField(max_length=2, default="", blank=True)
    buyer = models.CharField(max_length=8, choices=BuyerKind, default=BuyerKind.ANY, blank=True)
    tax_class = models.CharField(max_length=10)
    category = models.CharField(max_length=2, choices=TaxCategory)
    rate = models.DecimalField(max_digits=7, decimal_places=4)
    exemption_reason = models.CharField(max_length=200, default="", blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["seller_country", "destination", "tax_class", "from_date", "id"]
        constraints = [
            ExclusionConstraint(
                name="tax_rate_no_overlap",
                expressions=[
                    ("seller_country", RangeOperators.EQUAL),
                    ("destination", RangeOperators.EQUAL),
                    ("buyer", RangeOperators.EQUAL),
                    ("tax_class", RangeOperators.EQUAL),
                    (
                        Func("from_date", "until_date", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gt=models.F("from_date")),
                name="tax_rate_valid_for_some_time",
            ),
            models.CheckConstraint(condition=Q(category__in=TaxCategory.values), name="tax_rate_category_word"),
            models.CheckConstraint(condition=Q(buyer__in=BuyerKind.values), name="tax_rate_buyer_word"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lt=100), name="tax_rate_in_range"),
            models.CheckConstraint(
                condition=Q(category="S", rate__gt=0) | (~Q(category="S") & Q(rate=0)),
                name="tax_rate_above_zero_only_when_standard",
            ),
            models.CheckConstraint(
                condition=Q(category__in=["S", "Z"]) | ~Q(exemption_reason=""), name="tax_rate_untaxed_for_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seller_country}>{self.destination or '*'} {self.tax_class} {self.category} {self.rate}"
