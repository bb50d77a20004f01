"""How fresh the stock of somebody else's system is."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from apps.inventory.models.columns import foreign_key
from apps.inventory.models.places import Warehouse
from apps.inventory.models.stock import Stock
from ordercash.kernel.ids import new_id


class SyncClock(models.Model):
    """The last message about a stock row: when its system said so, when it came here and when it counted here."""

    stock = models.OneToOneField(Stock, on_delete=models.PROTECT, related_name="+", primary_key=True)
    feed_seq = models.BigIntegerField(default=0, db_default=0)
    source_at = models.DateTimeField()
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField()
    stopped_since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.stock_id)


class SyncSample(models.Model):
    """One minute of a warehouse's messages: from their system's word to our row, in milliseconds."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    warehouse = foreign_key(Warehouse)
    minute = models.DateTimeField()
    messages = models.PositiveIntegerField()
    p50_ms = models.PositiveIntegerField()
    p99_ms = models.PositiveIntegerField()
    worst_ms = models.PositiveIntegerField()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["warehouse", "minute"], name="sync_sample_once"),
            CheckConstraint(condition=Q(messages__gt=0), name="sync_sample_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.warehouse_id} {self.minute}"
