"""Where goods lie."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from apps.inventory.models.columns import foreign_key
from ordercash.kernel.ids import new_id


class Warehouse(models.Model):
    """A place that stocks and ships for one legal entity; the lowest priority number is asked first.

    Its coordinates are its own, or those of its postal code. `handling_per_day` counts the order lines that it can pick in a day.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    legal_entity = models.ForeignKey("masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+")
    country = models.CharField(max_length=2)
    priority = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True, db_default=True)
    postal_code = models.CharField(max_length=20, default="", db_default="", blank=True)
    latitude = models.DecimalField(
        max_digits=8, decimal_places=5, null=True, blank=True, help_text="In degrees; empty: that of the postal code."
    )
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    handling_per_day = models.PositiveIntegerField(
        null=True, blank=True, help_text="Order lines that it can pick in a day; empty: as many as come."
    )

    class Meta:
        ordering = ["code"]
        constraints = [
            CheckConstraint(condition=~Q(code=""), name="warehouse_has_code"),
            CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False, latitude__gte=-90, latitude__lte=90,
                    longitude__isnull=False, longitude__gte=-180, longitude__lte=180,
                ),
                name="warehouse_lies_on_earth",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code


class CapacityDay(models.Model):
    """How many order lines a warehouse has been given to pick on one day of its legal entity."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    warehouse = foreign_key(Warehouse)
    day = models.DateField()
    planned = models.IntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["warehouse", "day"], name="capacity_day_once"),
            CheckConstraint(condition=Q(planned__gte=0), name="capacity_day_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.warehouse_id} {self.day}"
