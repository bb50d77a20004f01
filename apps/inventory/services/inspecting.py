"""Goods that came back and have to be looked at: in stock, on hold, and promised to nobody until somebody says what they are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.inventory.decisions.facts import MovementResult, Refusal, ReturnItem, ReturnResult
from apps.inventory.decisions.facts.inspecting import Finding, FoundOnLine
from apps.inventory.decisions.inspecting import Waiting, judge_findings, moves_of, spread_over
from apps.inventory.events import RETURN_INSPECTED
from apps.inventory.services.bins import move_goods
from apps.inventory.services.locking import lock_stock
from apps.inventory.services.returning import receive_returns
from apps.masterdata.contract import products_by_id
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict
from ordercash.kernel.events import Event
from ordercash.kernel.ids import new_ids
from ordercash.kernel.sql import columns_of, fetch, insert_rows, run
from ordercash.kernel.transactions import joins, writes

# Only what lies on hold since it came back; a return that was taken in before is not looked at again.
TO_INSPECT: Final = """
INSERT INTO inventory_inspection (id, goods_return_id, stock_id, lot_id, order_id, line_id, return_ref, quantity, opened_at)
SELECT new_id(), r.id, m.stock_id, m.lot_id, r.order_id, l.line_id, coalesce(nullif(i.return_ref, ''), r.source_ref), r.quantity,
       r.occurred_at
  FROM unnest(%s::varchar[], %s::varchar[]) AS i (source_ref, return_ref)
  JOIN inventory_goodsreturn r ON r.source_ref = i.source_ref
  JOIN inventory_shipmentline l ON l.id = r.shipment_line_id
  JOIN inventory_stockmovement m ON m.source_ref = 'goods_return:' || r.id AND m.held_change > 0
 ORDER BY r.id ON CONFLICT (goods_return_id) DO NOTHING
"""
OF_INSPECTIONS: Final = "SELECT stock_id FROM inventory_inspection WHERE id = ANY(%s::uuid[])"
OF_RETURN: Final = "SELECT stock_id FROM inventory_inspection WHERE return_ref = %s"
WAITING: Final = """
SELECT i.id, i.waits, s.warehouse_id, s.product_id, coalesce(o.code, ''), i.order_id, i.line_id, w.legal_entity_id, i.return_ref
  FROM inventory_inspection i JOIN inventory_stock s ON s.id = i.stock_id JOIN inventory_warehouse w ON w.id = s.warehouse_id
  LEFT JOIN inventory_lot o ON o.id = i.lot_id
 WHERE {which} ORDER BY i.id FOR UPDATE OF i
"""
BY_ID: Final = WAITING.format(which="i.id = ANY(%s::uuid[])")
BY_RETURN: Final = WAITING.format(which="i.return_ref = %s")
KNOWN: Final = "SELECT source_ref FROM inventory_inspectionfinding WHERE source_ref = ANY(%s::varchar[])"
COUNT: Final = """
UPDATE inventory_inspection i SET good = i.good + f.good, damaged = i.damaged + f.damaged, scrapped = i.scrapped + f.scrapped
  FROM (SELECT id, sum(good) AS good, sum(damaged) AS damaged, sum(scrapped) AS scrapped
          FROM unnest(%s::uuid[], %s::numeric[], %s::numeric[], %s::numeric[]) AS g (id, good, damaged, scrapped) GROUP BY id) f
 WHERE i.id = f.id
"""
FINDING_COLUMNS: Final = {
    "id": "uuid",
    "inspection_id": "uuid",
    "good": "numeric",
    "damaged": "numeric",
    "scrapped": "numeric",
    "source_ref": "varchar",
    "note": "varchar",
    "actor_id": "uuid",
    "occurred_at": "timestamptz",
}


class FindingRefused(Conflict):
    """Goods cannot go where a finding sends them, so nothing was recorded."""

    code, title = "finding_refused", "What was found cannot be booked"


@joins
def receive_to_inspect(items: Sequence[ReturnItem], *, actor: Actor) -> ReturnResult:
    """Take shipped goods back as `receive_returns` does, on hold until somebody has looked at them; nobody is promised them."""
    result = receive_returns([replace(item, bin="inspection") for item in items], actor=actor)
    taken = {line.source_ref for line in result.returned if line.is_restocked}
    rows = [(item.source_ref, item.return_ref) for item in items if item.source_ref in taken]
    if rows:
        run(TO_INSPECT, columns_of(rows, 2))
    return result


@writes
def inspect_goods(findings: Sequence[Finding], *, now: datetime, actor: Actor) -> MovementResult:
    """Record what was found in a transaction of its own; see `record_findings`."""
    return record_findings(findings, now=now, actor=actor)


@joins
def record_findings(findings: Sequence[Finding], *, now: datetime, actor: Actor) -> MovementResult:
    """Say what goods are that came back: good ones go to the shelf and to those who wait, damaged ones to theirs, scrapped ones leave.

    Repeating a source_ref does nothing. Refused: those of `judge_findings`. Raises FindingRefused, and nothing of it was done, when the
    ledger or the shelf refuses what a finding moves. Statements do not grow with the findings.
    """
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.source_ref, finding)
    ids = [finding.inspection_id for finding in first.values()]
    lock_stock(OF_INSPECTIONS, [ids])
    known = {row[0] for row in fetch(KNOWN, [list(first)])}
    rows = _waiting(BY_ID, ids)
    taken, refused = judge_findings((f for ref, f in first.items() if ref not in known), rows)
    if taken:
        _write(taken, now, actor)
    return MovementResult([finding.source_ref for finding, _ in taken], sorted(known), refused)


@joins
def inspect_return(
    return_ref: str,
    found: Sequence[FoundOnLine],
    *,
    source_ref: str,
    occurred_at: datetime,
    note: str,
    now: datetime,
    actor: Actor,
) -> MovementResult:
    """Record what was found of a return that its teller knows by its own name, by order line; all of it or nothing.

    Repeating a source_ref does nothing. Refused: `unknown_return` (nothing of it waits or ever did), `unknown_line`, and those of
    `judge_findings`; of what is refused nothing is done.
    """
    lock_stock(OF_RETURN, [return_ref])
    by_line: dict[UUID, list[Waiting]] = {}
    for row in _waiting(BY_RETURN, return_ref).values():
        by_line.setdefault(row.line_id, []).append(row)
    if not by_line:
        return MovementResult([], [], [Refusal(source_ref, "unknown_return", f"No goods came back as {return_ref}.")])
    refs = {row.id: f"{source_ref}:{row.id}" for rows in by_line.values() for row in rows}
    if known := {row[0] for row in fetch(KNOWN, [list(refs.values())])}:
        return MovementResult([], sorted(known), [])
    if strange := [each.line_id for each in found if each.line_id not in by_line]:
        detail = f"Nothing of line {strange[0]} came back as {return_ref}."
        return MovementResult([], [], [Refusal(source_ref, "unknown_line", detail)])
    findings = [
        Finding(row.id, part.good, part.damaged, part.scrapped, refs[row.id], occurred_at, note)
        for each in found
        for row, part in spread_over(each, by_line[each.line_id])
    ]
    taken, refused = judge_findings(findings, {row.id: row for rows in by_line.values() for row in rows})
    if not findings:
        refused = [Refusal(source_ref, "quantity_out_of_range", "Say how many are good, damaged or scrapped.")]
    if refused:
        return MovementResult([], [], refused)
    _write(taken, now, actor)
    return MovementResult([finding.source_ref for finding, _ in taken], [], [])


def _waiting(statement: str, which: object) -> dict[UUID, Waiting]:
    rows = fetch(statement, [which])
    products = products_by_id({row[3] for row in rows})
    return {row[0]: Waiting(*(*row, products[row[3]].decimals)) for row in rows}


def _write(taken: Sequence[tuple[Finding, Waiting]], now: datetime, actor: Actor) -> None:
    """Count what was found before its goods move: what waits for inspection nobody else may move."""
    ids = list(new_ids(len(taken)))
    run(COUNT, columns_of([(row.id, f.good, f.damaged, f.scrapped) for f, row in taken], 4))
    rows = [
        (id_, row.id, f.good, f.damaged, f.scrapped, f.source_ref, f.note[:200], actor.id, f.occurred_at)
        for id_, (f, row) in zip(ids, taken, strict=True)
    ]
    insert_rows("inventory_inspectionfinding", FINDING_COLUMNS, rows)
    moved = move_goods(moves_of(taken, ids), now=now, actor=actor)
    if moved.refused:
        raise FindingRefused(moved.refused[0].detail)
    record_events([_told(id_, row, f, actor) for id_, (f, row) in zip(ids, taken, strict=True)])


def _told(finding_id: UUID, row: Waiting, found: Finding, actor: Actor) -> Event:
    """Somebody said what returned goods are."""
    parts = {name: f"{getattr(found, name).normalize():f}" for name in ("good", "damaged", "scrapped")}
    return Event(
        name=RETURN_INSPECTED,
        version=1,
        aggregate="inspection",
        aggregate_id=row.id,
        payload={
            "finding_id": finding_id,
            "line_id": row.line_id,
            "product_ids": [row.product_id],
            "note": found.note,
            **parts,
        },
        occurred_at=found.occurred_at,
        actor_id=actor.id,
        legal_entity_id=row.legal_entity_id,
        related={"order": row.order_id},
    )
