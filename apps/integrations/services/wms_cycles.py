"""Cycle counts: every day a warehouse system counts some products, those first that were not counted for the longest time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.audit.contract import JobContext
from apps.integrations.services.wms_counts import ask_to_count
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import writes

A_DAY: Final = timedelta(days=1)

# Locked, so that two rounds at once do not ask for twice as many.
COUNTING: Final = """
SELECT c.id, c.warehouse_id,
       c.counts_a_day - (SELECT count(*) FROM integrations_warehousemessage m
                          WHERE m.connection_id = c.id AND m.direction = 'out' AND m.kind = 'count' AND m.created_at > %s)
  FROM integrations_warehouseconnection c WHERE c.is_active AND c.counts_a_day > 0 ORDER BY c.id FOR UPDATE
"""
# What never was counted comes first; what a case is about anyway is counted when somebody asks for it.
NEXT: Final = """
WITH asked AS (
    SELECT payload ->> 'sku' AS sku, max(created_at) AS at FROM integrations_warehousemessage
     WHERE connection_id = %s AND direction = 'out' AND kind = 'count' GROUP BY 1
)
SELECT p.sku FROM inventory_stock s JOIN masterdata_product p ON p.id = s.product_id LEFT JOIN asked a ON a.sku = p.sku
 WHERE s.warehouse_id = %s AND (a.at IS NULL OR a.at <= %s) AND (s.on_hand > 0 OR a.at IS NOT NULL)
 ORDER BY a.at NULLS FIRST, p.sku LIMIT %s
"""


@writes
def ask_for_counts(*, now: datetime) -> int:
    """Ask every system for the counts of the day that were not asked for yet; returns how many. Safe to repeat."""
    asked = 0
    for connection_id, warehouse_id, room in fetch(COUNTING, [now - A_DAY]):
        if room > 0:
            found = fetch(NEXT, [connection_id, warehouse_id, now - A_DAY, room])
            ask_to_count([(UUID(str(connection_id)), sku) for (sku,) in found], now=now)
            asked += len(found)
    return asked


def count_in_turn(context: JobContext) -> Mapping[str, int]:
    """Job: ask for the counts of the day."""
    return {"asked": ask_for_counts(now=context.now)}
