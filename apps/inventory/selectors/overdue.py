"""Lines that wait beyond the day on which their order agreed to wait no longer."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.masterdata.contract import entities_by_id
from ordercash.kernel.clock import business_date
from ordercash.kernel.sql import fetch

OVERDUE = """
SELECT p.order_id, b.line_id, b.quantity, b.kit_no, b.per_kit, b.legal_entity_id, p.cancel_on
  FROM inventory_orderpolicy p JOIN inventory_backorder b ON b.order_id = p.order_id
 WHERE p.cancel_on <= %s AND b.reason <> 'later' AND p.order_id <> ALL(%s::uuid[]) ORDER BY p.cancel_on, p.order_id, b.line_id LIMIT %s
"""


class OverdueLine(NamedTuple):
    """A line that waits too long, and how much of it; a part of a kit names the kit and how much one kit holds."""

    order_id: UUID
    line_id: UUID
    quantity: Decimal
    kit_no: int | None
    per_kit: Decimal | None


def overdue_lines(*, now: datetime, limit: int, without: list[UUID]) -> list[OverdueLine]:
    """Return at most `limit` lines of orders whose day has come at their legal entity, the oldest first; some orders are left out.

    What is wanted later does not wait for goods yet.
    """
    zones = {entity.id: entity.time_zone for entity in entities_by_id().values()}
    latest = (now + timedelta(hours=14)).date()
    return [
        OverdueLine(*row[:5])
        for row in fetch(OVERDUE, [latest, without, limit])
        if row[6] <= business_date(now, zones[row[5]])
    ]
