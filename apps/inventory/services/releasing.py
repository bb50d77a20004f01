"""Taking promises back: what waits goes first, then what is reserved, the last warehouse before the first.

Of goods in lots those that last longest are given back first.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from apps.inventory.decisions.facts import Released, ReleaseItem
from apps.inventory.services.capacity import Planned, give_back_picks
from apps.inventory.services.escrow import fold_lines
from apps.inventory.services.locking import OF_LINES, lock_stock
from apps.inventory.services.pegging import repeg
from apps.inventory.services.reserving import reserve_less
from apps.inventory.services.sharing import share_out
from apps.inventory.services.waiting import lower_waiting
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import joins

WAITING = """
SELECT line_id, quantity, legal_entity_id, product_id FROM inventory_backorder WHERE line_id = ANY(%s::uuid[]) ORDER BY line_id FOR UPDATE
"""

PROMISED = """
SELECT r.line_id, r.id, r.quantity, r.stock_id FROM inventory_reservation r JOIN inventory_warehouse w ON w.id = r.warehouse_id
  LEFT JOIN inventory_lot l ON l.id = r.lot_id
 WHERE r.line_id = ANY(%s::uuid[]) AND (r.stock_id IS NULL OR r.stock_id = ANY(%s::uuid[]))
 ORDER BY w.priority DESC, w.code DESC, l.expires_on DESC NULLS FIRST, r.id
"""


@joins
def release_lines(items: Sequence[ReleaseItem], *, now: datetime) -> dict[UUID, Released]:
    """Take back promises, from the waiting line first, then from reservations; answers by line id what was freed.

    Frees at most what is not yet shipped; the caller compares `freed` with what it asked for. Items of one line add up. A
    quantity below zero frees nothing. What is free again goes to those who wait for it.
    """
    wanted: dict[UUID, Decimal] = {}
    for item in items:
        wanted[item.line_id] = wanted.get(item.line_id, Decimal(0)) + max(item.quantity, Decimal(0))
    if not wanted:
        return {}
    lines = list(wanted)
    stock = lock_stock(OF_LINES, [lines, lines])
    if dealt := [row.id for row in stock.values() if row.escrowed]:
        fold_lines(lines, dealt)
    found = fetch(WAITING, [lines])
    waiting: dict[UUID, Decimal] = {row[0]: row[1] for row in found}
    rest = {line_id: quantity - min(quantity, waiting.get(line_id, Decimal(0))) for line_id, quantity in wanted.items()}
    waits_less = [(line_id, wanted[line_id] - rest[line_id]) for line_id in lines if wanted[line_id] > rest[line_id]]
    holds_less = _from_reservations(rest, fetch(PROMISED, [lines, list(stock)]))
    work = _write(waits_less, [(part.reservation_id, part.quantity) for part in holds_less])
    repeg({(entity, product) for _, _, entity, product in found}, now=now)
    share_out({part.stock_id for part in holds_less if part.stock_id}, now=now)
    give_back_picks(work)
    freed = {line_id: Decimal(0) for line_id in lines}
    for part in holds_less:
        freed[part.line_id] += part.quantity
    return {line_id: Released(wanted[line_id] - rest[line_id], freed[line_id]) for line_id in lines}


class _Part(NamedTuple):
    """What comes out of one reservation."""

    line_id: UUID
    reservation_id: UUID
    quantity: Decimal
    stock_id: UUID | None


def _from_reservations(rest: dict[UUID, Decimal], promised: Sequence[tuple[Any, ...]]) -> list[_Part]:
    """Return what must come out of reservations, in the order they are given."""
    open_rest = dict(rest)
    parts = []
    for line_id, reservation_id, quantity, stock_id in promised:
        if part := min(open_rest[line_id], quantity):
            open_rest[line_id] -= part
            parts.append(_Part(line_id, reservation_id, part, stock_id))
    return parts


def _write(waits_less: Sequence[tuple[UUID, Decimal]], holds_less: Sequence[tuple[UUID, Decimal]]) -> list[Planned]:
    lower_waiting(waits_less)
    return reserve_less(holds_less)
