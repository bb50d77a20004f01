"""What products cost us: what floors of margins are reckoned from."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

from ordercash.kernel.ids import new_id

ANY_ENTITY = Value("00000000-0000-0000-0000-000000000000", output_field=models.UUIDField())


class CostRecord(models.Model):
    """What one of the product's own units costs, valid in [from, until); of one legal entity, or of all that have no own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    product = models.ForeignKey("masterdata.Product", models.PROTECT, related_name="+")
    currency = models.ForeignKey("masterdata.Currency", models.PROTECT, db_column="currency", related_name="+")
    legal_entity = models.ForeignKey("masterdata.LegalEntity", models.PROTECT, null=True, blank=True, related_name="+")
    unit_cost = models.DecimalField(max_digits=18, decimal_places=6)
    valid_from_at = models.DateTimeField()
    valid_until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            ExclusionConstraint(
                name="cost_record_no_overlap",
                expressions=[
                    ("product", RangeOperators.EQUAL),
                    (Coalesce(F("legal_entity"), ANY_ENTITY), RangeOperators.EQUAL),
                    ("currency", RangeOperators.EQUAL),
                    (
                        Func(
                            "valid_from_at", "valid_until_at", function="tstzrange", output_field=DateTimeRangeField()
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
            models.CheckConstraint(
                condition=Q(valid_until_at__isnull=True) | Q(valid_until_at__gt=F("valid_from_at")),
                name="cost_record_valid_for_some_time",
            ),
            models.CheckConstraint(condition=Q(unit_cost__gte=0), name="cost_record_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.unit_cost} {self.currency_id}"
