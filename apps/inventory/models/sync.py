"""How fresh the stock of somebody else's system is."""

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from apps.inventory.models.columns import foreign_key
from apps.inventory.models.places import Warehouse
from apps.inventory.models.stock import Stock
from ordercash.kernel.ids import new_id


class SyncClock(models.Model):
    """The last message about a stock row: when its system said so, when it came here and when it counted here.

    The figures of the rule in force that was found for it stand beside, where the statements that sell read them: what is held back is
    worked out at that very instant. Without a rule nothing is.
    """

    stock = models.OneToOneField(Stock, on_delete=models.PROTECT, related_name="+", primary_key=True)
    feed_seq = models.BigIntegerField(default=0, db_default=0)
    source_at = models.DateTimeField()
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField()
    stopped_since = models.DateTimeField(null=True)
    rule = models.CharField(max_length=60, default="", db_default="")
    rules_sha256 = models.CharField(max_length=64, default="", db_default="")
    grace_seconds = models.PositiveIntegerField(default=0, db_default=0)
    factor = models.DecimalField(max_digits=8, decimal_places=4, default=0, db_default=0)
    least_rate = models.DecimalField(
        max_digits=18, decimal_places=6, default=0, db_default=0, help_text="Units a second"
    )
    stop_after_seconds = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(factor__gte=0, least_rate__gte=0), name="sync_clock_holds_back_something_or_nothing"
            ),
        ]

    def __str__(self) -> str:
        return str(self.stock_id)


class SyncFeed(models.Model):
    """The feed of one warehouse: up to when it said everything, and since when it is silent for longer than its rule allows.

    Of one that never spoke (`has_spoken`) the instants are those from which its first word is expected. `heard_at` is the newest
    instant of which it told something, also where that waits for a message before it and says nothing of stock yet.
    """

    warehouse = models.OneToOneField(Warehouse, on_delete=models.PROTECT, related_name="+", primary_key=True)
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    stopped_since = models.DateTimeField(null=True)
    has_spoken = models.BooleanField(default=True, db_default=True)

    def __str__(self) -> str:
        return str(self.warehouse_id)


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
            CheckConstraint(
                condition=Q(p50_ms__lte=F("p99_ms"), p99_ms__lte=F("worst_ms")), name="sync_sample_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.warehouse_id} {self.minute}"
