"""Which supply serves which promise: written anew for a whole group by whoever changed its supplies or its waiting lines."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.pegs import Need, Pegged, Source, peg_in_turn
from apps.masterdata.contract import entities_by_id
from ordercash.kernel.clock import business_date
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, insert_rows, run
from ordercash.kernel.transactions import joins

PROMISED = """
SELECT b.line_id, b.legal_entity_id, b.product_id, b.quantity
  FROM unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)
  JOIN inventory_backorder b ON b.product_id = g.product_id AND b.legal_entity_id = g.legal_entity_id AND b.promised_on IS NOT NULL
 ORDER BY b.promised_on, b.occurred_at, b.line_id
"""

TO_COME = """
SELECT s.id, s.warehouse_id, w.legal_entity_id, s.product_id, s.open_quantity, s.due_at
  FROM unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)
  JOIN inventory_warehouse w ON w.legal_entity_id = g.legal_entity_id AND w.is_active
  JOIN inventory_supply s ON s.product_id = g.product_id AND s.warehouse_id = w.id AND s.open_quantity > 0
 WHERE s.status IN ('confirmed', 'in_transit') ORDER BY s.due_at, s.id
"""

KNOWN = "SELECT line_id, supply_id, warehouse_id, quantity, ship_on FROM inventory_peg WHERE line_id = ANY(%s::uuid[])"
UNPEG = "DELETE FROM inventory_peg WHERE line_id = ANY(%s::uuid[])"
PEG_COLUMNS = {
    "id": "uuid",
    "line_id": "uuid",
    "supply_id": "uuid",
    "warehouse_id": "uuid",
    "quantity": "numeric",
    "ship_on": "date",
}


@joins
def repeg(groups: Collection[Group], *, now: datetime) -> None:
    """Name the supplies that serve the promises of these groups (legal entity, product); called last by what changes either of them.

    Promises are served in the order of their dates by what comes first. A group without a promise costs one statement for all of
    them; pegs that stay as they are, are not written.
    """
    if not groups:
        return
    columns = columns_of(sorted(groups), 2)
    lines = fetch(PROMISED, columns)
    if not lines:
        return
    needs = [Need(line_id, (entity, product), quantity) for line_id, entity, product, quantity in lines]
    wanted = peg_in_turn(needs, _sources(columns, now))
    known = {Pegged(*row) for row in fetch(KNOWN, [[row[0] for row in lines]])}
    _write(known, wanted)


def _sources(columns: Sequence[Sequence[UUID]], now: datetime) -> list[Source]:
    """Return what is to come, the earliest first; what is late can leave today at the earliest."""
    entities = entities_by_id()
    return [
        Source(
            supply_id,
            warehouse_id,
            (entity, product),
            quantity,
            business_date(max(due_at, now), entities[entity].time_zone),
        )
        for supply_id, warehouse_id, entity, product, quantity, due_at in fetch(TO_COME, columns)
    ]


def _write(known: set[Pegged], wanted: Sequence[Pegged]) -> None:
    """Write anew the pegs of every line that has other ones now: all of them are deleted before any is added."""
    changed = {peg.line_id for peg in known.symmetric_difference(wanted)}
    if not changed:
        return
    run(UNPEG, [sorted(changed)])
    rows: list[tuple[Any, ...]] = [(new_id(), *peg) for peg in wanted if peg.line_id in changed]
    insert_rows("inventory_peg", PEG_COLUMNS, rows)
