"""How fresh the stock of other systems is: feeds, minutes measured, shelves with what may be sold of them now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import DecimalField, ExpressionWrapper, F, Func, QuerySet
from django.db.models.functions import Coalesce, Greatest

from apps.inventory.models import SyncClock
from ordercash.kernel.sql import fetch

OLDEST: Final = "source_at"

FEEDS: Final = """
SELECT w.id, w.code, f.said_at, f.stopped_since, s.minute, s.p50_ms, s.p99_ms,
       (SELECT count(*) FROM inventory_syncclock c JOIN inventory_stock k ON k.id = c.stock_id WHERE k.warehouse_id = w.id),
       f.has_spoken
  FROM inventory_syncfeed f JOIN inventory_warehouse w ON w.id = f.warehouse_id
  LEFT JOIN LATERAL (SELECT minute, p50_ms, p99_ms FROM inventory_syncsample WHERE warehouse_id = w.id
                      ORDER BY minute DESC LIMIT 1) s ON true
 ORDER BY w.code LIMIT 100
"""
MINUTES: Final = """
SELECT s.minute, max(s.p50_ms), max(s.p99_ms), sum(s.messages)
  FROM inventory_syncsample s JOIN inventory_warehouse w ON w.id = s.warehouse_id
 WHERE s.minute >= %s AND (%s = '' OR w.code = %s) GROUP BY s.minute ORDER BY s.minute
"""
STOPPED: Final = "SELECT count(*) FROM inventory_syncfeed WHERE stopped_since IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Feed:
    """The feed of a warehouse: when it last spoke, since when it counts as stopped, its last measured minute, how many shelves it tells."""

    warehouse_id: UUID
    code: str
    said_at: datetime
    stopped_since: datetime | None
    minute: datetime | None
    p50_ms: int | None
    p99_ms: int | None
    shelves: int
    has_spoken: bool


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of messages, in milliseconds from their word to our row; of several warehouses the slowest."""

    minute: datetime
    p50_ms: int
    p99_ms: int
    messages: int


def feeds() -> list[Feed]:
    """Return the feeds that speak or should, by warehouse. One statement."""
    return [Feed(*row) for row in fetch(FEEDS)]


def minutes(*, since: datetime, warehouse: str = "") -> list[Minute]:
    """Return the minutes measured since an instant, of one warehouse or all."""
    return [Minute(*row) for row in fetch(MINUTES, [since, warehouse, warehouse])]


def last_hour(now: datetime) -> datetime:
    """Return the beginning of the hour that the page shows."""
    return now.replace(second=0, microsecond=0) - timedelta(hours=1)


def clocks(*, warehouse: str = "", text: str = "") -> QuerySet[SyncClock]:
    """Return the shelves that other systems tell of, with `held_back` and `may_sell` as the statements that sell see them now."""
    quantity: Any = DecimalField(max_digits=18, decimal_places=4)
    held = Coalesce(
        Func(
            F("stock_id"), F("stock__free"), F("stock__synced_at"), F("stock__sale_rate"),
            function="inventory_held_back", output_field=quantity,
        ),
        Decimal(0),
        output_field=quantity,
    )  # fmt: skip
    found = (
        SyncClock.objects.select_related("stock__product", "stock__warehouse")
        .annotate(held_back=held)
        .annotate(
            may_sell=Greatest(
                ExpressionWrapper(F("stock__free") - F("held_back"), output_field=quantity),
                Decimal(0),
                output_field=quantity,
            )
        )
    )
    if warehouse:
        found = found.filter(stock__warehouse__code=warehouse)
    return found.filter(stock__product__sku__icontains=text) if text else found


def latency_ms(clock: SyncClock) -> int:
    """Return how long the last word about a shelf took from their system to our row."""
    return max(round((clock.applied_at - clock.source_at) / timedelta(milliseconds=1)), 0)


def stopped_feeds() -> int:
    """Return how many feeds count as stopped."""
    return int(fetch(STOPPED)[0][0])
