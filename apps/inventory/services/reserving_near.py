"""What is wanted later is reserved when its day is near: by a job, each time for a page of the lines whose day comes next."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import JobContext
from apps.inventory.decisions.document.availability import MOST_DAYS
from apps.inventory.services.reserving.later import is_later
from apps.inventory.services.sharing import serve_woken
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import writes

# In the order of their days; no entry of the index is read that a page before has looked at.
NEXT: Final = """
SELECT b.wanted_on, b.line_id, b.legal_entity_id, p.sku, p.category
  FROM inventory_backorder b JOIN masterdata_product p ON p.id = b.product_id
 WHERE b.reason = 'later' AND (b.wanted_on, b.line_id) > (%s, %s) AND b.wanted_on <= %s ORDER BY b.wanted_on, b.line_id LIMIT %s
"""
# What is wanted still later than any rule may reserve ahead is not looked at.
MOST_AHEAD: Final = timedelta(days=MOST_DAYS + 2)
BEGINNING: Final = (date.min, UUID(int=0))
AT_ONCE: Final = 200

Place = tuple[date, UUID]


def reserve_near(context: JobContext) -> Mapping[str, int]:
    """Job: reserve what was wanted later and whose day is near now."""
    place: Place | None = BEGINNING
    woken = 0
    while place is not None:
        place, count = reserve_page(after=place, now=context.now)
        woken += count
    return {"lines": woken}


@writes
def reserve_page(*, after: Place, now: datetime) -> tuple[Place | None, int]:
    """Reserve the lines of the next page whose day is near; returns where the page ended (None: at the end) and how many were near."""
    found = fetch(NEXT, [*after, (now + MOST_AHEAD).date(), AT_ONCE])
    near = [row[1] for row in found if not _waits(row, now)]
    serve_woken(near, now=now)
    return ((found[-1][0], found[-1][1]) if len(found) == AT_ONCE else None), len(near)


def _waits(row: tuple[Any, ...], now: datetime) -> bool:
    return is_later(wanted_on=row[0], legal_entity_id=row[2], sku=row[3], category=row[4], at=now)


# Its first schedule in seconds, which the jobs page may change, and what people call it.
JOBS: Final = {"inventory.reserve_near": (reserve_near, 300, "Reserve what was wanted later and whose day is near")}
