"""Parts of bundles that are reserved in whole bundles only, where the order agreed to that."""

from collections.abc import Collection, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from uuid import UUID

from apps.inventory.decisions.facts import DemandLine, Reserved
from apps.inventory.services.reserving.giving_back import reserve_less
from ordercash.kernel.sql import fetch

# The last warehouse before the first; what comes out of a slot is left alone.
OF_LINES = """
SELECT r.line_id, r.id, r.quantity FROM inventory_reservation r JOIN inventory_warehouse w ON w.id = r.warehouse_id
 WHERE r.line_id = ANY(%s::uuid[]) AND r.stock_id IS NOT NULL AND r.slot_no IS NULL AND r.state = 'firm'
 ORDER BY w.priority DESC, w.code DESC, r.id
"""


def keep_kits_whole(
    lines: Sequence[DemandLine], answers: Mapping[UUID, Reserved], orders: Collection[UUID]
) -> dict[UUID, Reserved]:
    """Give back what makes no whole kit, of orders that want it so; returns the answers that changed.

    5 kits of one A and two B, 5 A and 7 B there: 3 A and 6 B stay reserved. No statement where every kit is whole.
    """
    excess = _excess([line for line in lines if line.order_id in orders and line.kit_no is not None], answers)
    if not excess:
        return {}
    parts: list[tuple[UUID, Decimal]] = []
    left = dict(excess)
    for line_id, reservation_id, quantity in fetch(OF_LINES, [list(excess)]):
        if part := min(left[line_id], quantity):
            left[line_id] -= part
            parts.append((reservation_id, part))
    reserve_less(parts)
    given = {line_id: quantity - left[line_id] for line_id, quantity in excess.items()}
    return {
        line_id: Reserved(answers[line_id].reserved - back, answers[line_id].backordered + back)
        for line_id, back in given.items()
        if back
    }


def _excess(lines: Sequence[DemandLine], answers: Mapping[UUID, Reserved]) -> dict[UUID, Decimal]:
    """Return by line what is reserved beyond the kits that can be whole."""
    kits: dict[tuple[UUID, int | None], list[tuple[DemandLine, Decimal]]] = {}
    for line in lines:
        kits.setdefault((line.order_id, line.kit_no), []).append((line, line.per_kit or Decimal(1)))
    excess = {}
    for parts in kits.values():
        missing = max(
            (answers[line.line_id].backordered / per_kit).to_integral_value(ROUND_CEILING) for line, per_kit in parts
        )
        for line, per_kit in parts:
            more = min(missing * per_kit, line.quantity) - answers[line.line_id].backordered
            if more > 0:
                excess[line.line_id] = more
    return excess
