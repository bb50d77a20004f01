"""Promises as rows: the lines of groups with what serves them, read under the lock of their groups, and what of it is written anew."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.inventory.decisions.allocation import Group as GroupKey
from apps.inventory.decisions.facts.promises import BrokenLine, Change, Line, Peg
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, insert_rows, run

# Which of these groups have waiting lines, what conditions read of their products, and whether anybody was promised a day.
WAITED_FOR: Final = """
SELECT g.legal_entity_id, g.product_id, p.sku, p.category, w.promised
  FROM unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)
  JOIN masterdata_product p ON p.id = g.product_id
 CROSS JOIN LATERAL (SELECT bool_or(b.promised_on IS NOT NULL) AS promised FROM inventory_backorder b
                      WHERE b.product_id = g.product_id AND b.legal_entity_id = g.legal_entity_id) w
 WHERE w.promised IS NOT NULL
"""

# Whoever promises or pegs a group waits for the others; groups in one order. What they wrote is seen by the next statement.
ONE_AT_A_TIME: Final = """
SELECT pg_advisory_xact_lock(k.key) FROM (
    SELECT hashtextextended('inventory.promises ' || g.legal_entity_id || g.product_id, 0) AS key
      FROM unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id) ORDER BY 1) k
"""

LINES: Final = """
SELECT b.line_id, b.order_id, b.legal_entity_id, b.product_id, b.quantity, b.line_quantity, b.net_minor, b.currency, b.promised_on,
       b.promise_no, x.supply_id, x.short, x.possible_on
  FROM unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)
  JOIN inventory_backorder b ON b.product_id = g.product_id AND b.legal_entity_id = g.legal_entity_id
  LEFT JOIN inventory_brokenpromise x ON x.line_id = b.line_id
"""

PEGS: Final = """
SELECT p.line_id, p.supply_id, p.warehouse_id, p.quantity, p.ship_on,
       CASE WHEN s.status IN ('received', 'cancelled') THEN greatest(s.quantity - s.received, 0) ELSE 0 END
  FROM unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)
  JOIN inventory_backorder b ON b.product_id = g.product_id AND b.legal_entity_id = g.legal_entity_id
  JOIN inventory_peg p ON p.line_id = b.line_id LEFT JOIN inventory_supply s ON s.id = p.supply_id
 ORDER BY p.ship_on, p.id
"""

# A line that somebody else is changing is promised by the next look; waiting for it could wait in a ring.
NOT_BUSY: Final = """
SELECT line_id FROM inventory_backorder WHERE line_id = ANY(%s::uuid[]) ORDER BY line_id FOR NO KEY UPDATE SKIP LOCKED
"""

PROMISE: Final = """
UPDATE inventory_backorder b SET promised_on = c.promised_on, promise_no = c.promise_no,
       first_promised_on = coalesce(b.first_promised_on, c.promised_on)
  FROM unnest(%s::uuid[], %s::date[], %s::int[]) AS c (line_id, promised_on, promise_no) WHERE b.line_id = c.line_id
"""

UNPEG: Final = "DELETE FROM inventory_peg WHERE line_id = ANY(%s::uuid[])"
PEG_COLUMNS: Final = {
    "id": "uuid", "line_id": "uuid", "supply_id": "uuid", "warehouse_id": "uuid", "quantity": "numeric", "ship_on": "date",
}  # fmt: skip
CHANGE_COLUMNS: Final = {
    "id": "uuid", "line_id": "uuid", "order_id": "uuid", "promise_no": "int", "was_on": "date", "promised_on": "date",
    "quantity": "numeric", "why": "varchar", "supply_id": "uuid", "occurred_at": "timestamptz", "actor_id": "uuid",
}  # fmt: skip

# Broken promises of these groups that stand no more are gone, the others are as they are now.
BROKEN: Final = """
WITH b AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[], %s::date[])
                  AS b (line_id, legal_entity_id, product_id, supply_id, short, possible_on)
), gone AS (
    DELETE FROM inventory_brokenpromise x WHERE x.line_id = ANY(%s::uuid[])
)
INSERT INTO inventory_brokenpromise AS x (line_id, legal_entity_id, product_id, supply_id, short, possible_on, found_at)
SELECT b.*, %s FROM b
ON CONFLICT (line_id) DO UPDATE SET supply_id = excluded.supply_id, short = excluded.short, possible_on = excluded.possible_on
"""


def waited_for(groups: Collection[GroupKey]) -> list[tuple[UUID, UUID, str, str, bool]]:
    """Return those of the groups that have waiting lines: (legal entity, product, SKU, category, anybody promised). One statement."""
    return fetch(WAITED_FOR, columns_of(sorted(groups), 2))  # type: ignore[return-value]


def lock_groups(groups: Collection[GroupKey]) -> None:
    """Keep others from promising and pegging these groups until the end of the transaction."""
    fetch(ONE_AT_A_TIME, columns_of(sorted(groups), 2))


def lines_of(groups: Collection[GroupKey]) -> dict[UUID, Line]:
    """Return the waiting lines of groups by id."""
    return {row[0]: Line(*row) for row in fetch(LINES, columns_of(sorted(groups), 2))}


def pegs_of(groups: Collection[GroupKey]) -> tuple[list[Peg], dict[UUID, Decimal]]:
    """Return the pegs of groups, the earliest first, and what did not come of supplies among them that are closed."""
    rows = fetch(PEGS, columns_of(sorted(groups), 2))
    return [Peg(*row[:5]) for row in rows], {row[1]: row[5] for row in rows if row[1] and row[5]}


def not_busy(line_ids: Collection[UUID]) -> set[UUID]:
    """Lock waiting lines and return them but for those that others have locked."""
    return {row[0] for row in fetch(NOT_BUSY, [sorted(line_ids)])} if line_ids else set()


def write_promises(changes: Sequence[Change], *, now: datetime, actor: Actor) -> None:
    """Write new days and their history; two statements, none for nothing."""
    if not changes:
        return
    run(PROMISE, columns_of([(c.line.line_id, c.promised_on, c.line.promise_no + 1) for c in changes], 3))
    rows: list[tuple[Any, ...]] = [
        (
            new_id(), c.line.line_id, c.line.order_id, c.line.promise_no + 1, c.line.promised_on, c.promised_on, c.line.quantity, c.why,
            c.supply_id, now, actor.id,
        )
        for c in changes
    ]  # fmt: skip
    insert_rows("inventory_promisechange", CHANGE_COLUMNS, rows)


def write_pegs(known: Sequence[Peg], wanted: Sequence[Peg]) -> None:
    """Write anew the pegs of every line that has other ones now: all of them are deleted before any is added."""
    changed = {peg.line_id for peg in set(known).symmetric_difference(wanted)}
    if not changed:
        return
    run(UNPEG, [sorted(changed)])
    insert_rows("inventory_peg", PEG_COLUMNS, [(new_id(), *peg) for peg in wanted if peg.line_id in changed])


def write_broken(lines: Mapping[UUID, Line], broken: Sequence[BrokenLine], *, now: datetime) -> set[UUID]:
    """Write which promises cannot be kept; returns the supplies for which anything changed. One statement, none for nothing."""
    found = {each.line.line_id: each for each in broken}
    mended = [line for line in lines.values() if line.short is not None and line.line_id not in found]
    changed = [each for each in broken if _as_known(each.line) != each[1:]]
    if not mended and not changed:
        return set()
    rows = [(each.line.line_id, *each.line.group, each.supply_id, each.short, each.possible_on) for each in changed]
    run(BROKEN, [*columns_of(rows, 6), [line.line_id for line in mended], now])
    causes = {line.cause_id for line in (*mended, *(each.line for each in changed))}
    return {id for id in causes | {each.supply_id for each in changed} if id is not None}


def _as_known(line: Line) -> tuple[UUID | None, Decimal | None, date | None]:
    return line.cause_id, line.short, line.possible_on
