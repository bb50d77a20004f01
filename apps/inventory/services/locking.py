"""The one way to lock stock: by id order, before anything else is locked or written."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.inventory.services.escrow import gather
from ordercash.kernel.sql import fetch

OF_ORDERS = "SELECT stock_id FROM inventory_reservation WHERE order_id = ANY(%s::uuid[])"
# A line that waits may be served by any stock of its product while we wait for the lock: that stock is locked too.
OF_LINES = """SELECT stock_id FROM inventory_reservation WHERE line_id = ANY(%s::uuid[])
 UNION ALL SELECT s.id FROM inventory_backorder b JOIN inventory_stock s ON s.product_id = b.product_id WHERE b.line_id = ANY(%s::uuid[])"""
OF_SHIPMENT_LINES = "SELECT stock_id FROM inventory_shipmentline WHERE id = ANY(%s::uuid[])"
THESE = "SELECT unnest(%s::uuid[])"
OF_PLACES = """SELECT s.id FROM inventory_stock s
 JOIN unnest(%s::uuid[], %s::uuid[]) AS p (product_id, warehouse_id) ON s.product_id = p.product_id AND s.warehouse_id = p.warehouse_id"""

QUOTAS = "SELECT id FROM inventory_quota WHERE product_id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE"

SELLABLE = """(CASE WHEN {s}synced_at IS NULL THEN {s}free
 ELSE {s}free - inventory_held_back({s}id, {s}free, {s}synced_at, {s}sale_rate) END)"""


@dataclass(frozen=True, slots=True)
class LockedStock:
    """A stock row as it is, and stays until the end of the transaction unless we change it.

    `bound` is what lies there and is spoken for: reserved, damaged, on hold or dealt out to slots. `free` is what may be sold; it may be
    below zero, by the safety stock that is not there or by what others may have sold.
    """

    id: UUID
    product_id: UUID
    warehouse_id: UUID
    on_hand: Decimal
    reserved: Decimal
    value_minor: int
    bound: Decimal
    free: Decimal
    escrowed: Decimal = Decimal(0)
    has_quotas: bool = False
    has_lots: bool = False


def lock_stock(which: str, params: Sequence[Any], *, gathered: bool = True) -> dict[UUID, LockedStock]:
    """Lock the stock rows whose ids `which` selects and return them by id, as they are after any wait for others.

    What is dealt out to slots and not taken is gathered first, so that `free` is all that is free and `escrowed` what was taken from
    slots; who does not ask what is free says so (`gathered`).

    The quotas of these products are locked with them: what is given back may come out of one.

    The ids are gathered into an array first. With `id IN (SELECT … UNION ALL SELECT …)` PostgreSQL may join to the distinct ids in a
    nested loop, and then drops every row but one that it had to wait for (seen in 18; tests/inventory/test_waiting.py).
    """
    statement = f"""
SELECT id, product_id, warehouse_id, on_hand, reserved, value_minor, reserved + damaged + on_hold + escrowed,
       {SELLABLE.format(s="")}, escrowed, has_quotas, has_lots
  FROM inventory_stock WHERE id = ANY(ARRAY({which})) ORDER BY id FOR UPDATE"""  # noqa: S608 - the selections are the constants above
    locked = {row[0]: LockedStock(*row) for row in fetch(statement, params)}
    if kept := {row.product_id for row in locked.values() if row.has_quotas}:
        fetch(QUOTAS, [sorted(kept)])
    dealt = [row.id for row in locked.values() if row.escrowed]
    if gathered and dealt and gather(dealt):
        return {row[0]: LockedStock(*row) for row in fetch(statement, params)}
    return locked
