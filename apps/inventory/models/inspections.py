"""Goods that came back and wait to be looked at, and what was found."""

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q
from django.db.models.functions import Now

from apps.inventory.models.columns import foreign_key, quantity_field
from apps.inventory.models.shipments import GoodsReturn
from apps.inventory.models.stock import Lot, Stock
from ordercash.kernel.ids import new_id


class Inspection(models.Model):
    """A return that lies on hold until somebody says what it is; what `waits` is promised to nobody.

    `return_ref` is the name of the whole return, as whoever took it in calls it. Only what was found of it ever changes.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    goods_return = models.OneToOneField(GoodsReturn, on_delete=models.PROTECT, related_name="+")
    stock = foreign_key(Stock)
    lot = foreign_key(Lot, null=True)
    order_id = models.UUIDField()
    line_id = models.UUIDField()
    return_ref = models.CharField(max_length=120)
    quantity = quantity_field()
    good = quantity_field(default=0, db_default=0)
    damaged = quantity_field(default=0, db_default=0)
    scrapped = quantity_field(default=0, db_default=0)
    opened_at = models.DateTimeField()
    waits = models.GeneratedField(
        expression=F("quantity") - F("good") - F("damaged") - F("scrapped"),
        output_field=quantity_field(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(quantity__gt=0), name="inspection_quantity_positive"),
            CheckConstraint(
                condition=Q(good__gte=0, damaged__gte=0, scrapped__gte=0), name="inspection_parts_never_negative"
            ),
            CheckConstraint(
                condition=Q(quantity__gte=F("good") + F("damaged") + F("scrapped")),
                name="inspection_finds_at_most_what_came",
            ),
        ]
        indexes = [
            Index(fields=["opened_at", "id"], name="inspection_oldest_first", condition=Q(waits__gt=0)),
            Index(fields=["stock"], name="inspection_waits_on_shelf", condition=Q(waits__gt=0)),
            Index(fields=["return_ref"], name="inspection_of_return"),
        ]

    def __str__(self) -> str:
        return self.return_ref


class InspectionFinding(models.Model):
    """What somebody found of a return: good goes back to what can be sold, damaged is kept apart, scrapped left; append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    inspection = foreign_key(Inspection)
    good = quantity_field()
    damaged = quantity_field()
    scrapped = quantity_field()
    source_ref = models.CharField(max_length=160, unique=True)
    note = models.CharField(max_length=200, default="", db_default="")
    actor_id = models.UUIDField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(good__gte=0, damaged__gte=0, scrapped__gte=0), name="finding_parts_never_negative"
            ),
            CheckConstraint(
                condition=Q(good__gt=0) | Q(damaged__gt=0) | Q(scrapped__gt=0), name="finding_finds_something"
            ),
            CheckConstraint(condition=~Q(source_ref=""), name="finding_has_source"),
        ]
        indexes = [Index(fields=["inspection"], name="finding_of_inspection")]

    def __str__(self) -> str:
        return self.source_ref
