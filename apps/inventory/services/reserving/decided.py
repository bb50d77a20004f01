"""Lines that the usual statement does not serve: decided one by one among stock rows that are locked, then written.

That is what no first warehouse has whole, what is handled by a row lock, what is kept in lots, and slots that are dry. A row lock is
this way without the shortcut before it: lock, look, decide, take.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.allocation import Take
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.services.escrow import gather
from apps.inventory.services.lots import spoiled
from apps.inventory.services.reserving.fast import Shelves
from apps.inventory.services.reserving.kept import route_kept
from apps.inventory.services.reserving.route import route
from apps.inventory.services.reserving.slots import deal_out
from apps.inventory.services.reserving.taking import TAKE, take_reserved
from apps.inventory.services.selling import MAY_SELL
from ordercash.kernel.sql import fetch

FREE_NOW = f"SELECT s.id, {MAY_SELL} FROM inventory_stock s WHERE s.id = ANY(%s::uuid[])"  # noqa: S608 - a constant of ours


def take_decided(lines: Sequence[DemandLine], shelves: Shelves) -> list[Take]:
    """Choose for the lines, in the order given, among these locked rows, and write what they get; slots are dealt out anew at the end."""
    back = gather(shelves.with_slots)
    free: dict[UUID, Decimal] = dict(fetch(FREE_NOW, [list(back)])) if back else {}  # type: ignore[arg-type]
    now = max((line.occurred_at for line in lines), default=None)
    gone = spoiled(shelves.in_lots, now=now) if now else {}
    candidates = [
        replace(row, free=free.get(row.stock_id, row.free) - gone.get(row.stock_id, 0)) for row in shelves.candidates
    ]
    takes = route_kept(lines, candidates, shelves.with_quotas) if shelves.with_quotas else route(lines, candidates)
    take_reserved(takes, {line.line_id: line for line in lines}, statement=TAKE)
    if shelves.with_slots:
        deal_out(shelves.with_slots, least=max((line.quantity for line in lines), default=Decimal(1)))
    return takes
