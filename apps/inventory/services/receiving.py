"""Goods come in: now, or when the time of a planned receipt has come; counted differences; new warehouses."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from apps.audit.contract import record_events
from apps.inventory.decisions.facts import (
    AdjustmentDraft,
    MovementResult,
    ReceiptDraft,
    ReceivedDue,
    Refusal,
)
from apps.inventory.decisions.receiving import Movement, Shelf, adjust_shelves, receipt_faults, receipt_movement
from apps.inventory.events import STOCK_ADJUSTED, STOCK_RECEIVED, stock_moved
from apps.inventory.selectors.stock import warehouses
from apps.inventory.services.moving import (
    Dated,
    currencies_of_warehouses,
    lock_shelves,
    move_in,
    post_movements,
    refused_by_ledger,
)
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

Draft = TypeVar("Draft", ReceiptDraft, AdjustmentDraft)

KNOWN_MOVEMENTS = "SELECT source_ref FROM inventory_stockmovement WHERE source_ref = ANY(%s::varchar[])"

PLAN = """
INSERT INTO inventory_plannedreceipt (id, warehouse_id, product_id, kind, quantity, unit_cost, due_at, source_ref)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::varchar[], %s::numeric[], %s::numeric[], %s::timestamptz[], %s::varchar[])
ON CONFLICT (source_ref) DO NOTHING
RETURNING source_ref
"""

# Two workers share the due rows: whoever comes second takes others.
DUE = """
UPDATE inventory_plannedreceipt p SET received_at = %s
  FROM (SELECT id FROM inventory_plannedreceipt WHERE received_at IS NULL AND due_at <= %s AND source_ref <> ALL(%s::varchar[])
         ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED) d
 WHERE p.id = d.id
RETURNING p.warehouse_id, p.product_id, p.quantity, p.unit_cost, p.due_at, p.source_ref, p.kind
"""

STAY_PLANNED = "UPDATE inventory_plannedreceipt SET received_at = NULL WHERE source_ref = ANY(%s::varchar[])"


@joins
def receive_stock(receipts: Sequence[ReceiptDraft], *, actor: Actor) -> MovementResult:
    """Put goods on the shelf at their cost; `due_at` is the instant of the receipt. Repeating a source_ref does nothing.

    Refused: `unknown_warehouse`, `unknown_kind`, `quantity_out_of_range`, `cost_negative`, and with the ledger's code what it cannot post.
    """
    currencies = currencies_of_warehouses()
    drafts, refused = _sound(receipts, currencies)
    if not drafts:
        return MovementResult(refused=refused)
    shelves = lock_shelves([(draft.product_id, draft.warehouse_id) for draft in drafts])
    movements = [(receipt_movement(draft, currencies[draft.warehouse_id]), draft.due_at) for draft in drafts]
    movements, unpostable = _postable(movements)
    made = move_in([(movement, shelves[movement.place].id, at) for movement, at in movements], actor=actor)
    _tell(STOCK_RECEIVED, made, actor)
    return _result(drafts, made, [*refused, *unpostable])


@joins
def plan_receipts(receipts: Sequence[ReceiptDraft]) -> MovementResult:
    """Announce goods that `receive_due` will put on the shelf when their time has come. Repeating a source_ref does nothing."""
    drafts, refused = _sound(receipts, currencies_of_warehouses())
    rows = [
        (new_id(), d.warehouse_id, d.product_id, d.kind, d.quantity, d.unit_cost, d.due_at, d.source_ref)
        for d in drafts
    ]
    made = {row[0] for row in fetch(PLAN, columns_of(rows, 8))} if rows else set()
    return _sorted(drafts, made, refused)


@joins
def receive_due(*, now: datetime, limit: int, actor: Actor) -> ReceivedDue:
    """Receive at most `limit` planned receipts whose time has come, at their own business times, the earliest first.

    What is refused stays planned, is tried again by the next call, and stands in nobody's way.
    """
    refused: list[str] = []
    while rows := fetch(DUE, [now, now, refused, limit]):
        drafts = sorted((ReceiptDraft(*row) for row in rows), key=lambda draft: draft.due_at)
        refused += [item.source_ref for item in receive_stock(drafts, actor=actor).refused]
        received = [draft for draft in drafts if draft.source_ref not in refused]
        if refused:
            run(STAY_PLANNED, [refused])
        if received:
            return ReceivedDue(len(received), frozenset(draft.product_id for draft in received))
    return ReceivedDue(0, frozenset())


@joins
def adjust_counted(adjustments: Sequence[AdjustmentDraft], *, actor: Actor) -> MovementResult:
    """Record counted differences. Repeating a source_ref does nothing.

    Refused: `unknown_warehouse`, `quantity_out_of_range`, `below_reserved`, `cost_missing`.
    """
    currencies = currencies_of_warehouses()
    drafts = _first_of_each(draft for draft in adjustments)
    rows = lock_shelves([(d.product_id, d.warehouse_id) for d in drafts if d.warehouse_id in currencies])
    known = {row[0] for row in fetch(KNOWN_MOVEMENTS, [[draft.source_ref for draft in drafts]])}
    shelves = {place: Shelf(row.on_hand, row.reserved, row.value_minor) for place, row in rows.items()}
    movements, refused = adjust_shelves((d for d in drafts if d.source_ref not in known), shelves, currencies)
    dated, unpostable = _postable([(movement, draft.occurred_at) for draft, movement in movements])
    made = move_in([(m, rows[m.place].id, at) for m, at in dated], actor=actor)
    _tell(STOCK_ADJUSTED, made, actor)
    return _result(drafts, made, [*refused, *unpostable])


def _postable(
    movements: Sequence[tuple[Movement, datetime]],
) -> tuple[list[tuple[Movement, datetime]], list[Refusal]]:
    errors = refused_by_ledger(movements)
    refused = [Refusal(source_ref, error.code, error.detail) for source_ref, error in errors.items()]
    return [pair for pair in movements if pair[0].source_ref not in errors], refused


def _sound(
    receipts: Iterable[ReceiptDraft], currencies: Mapping[UUID, str]
) -> tuple[list[ReceiptDraft], list[Refusal]]:
    drafts, refused = [], []
    for draft in _first_of_each(receipts):
        if fault := receipt_faults(draft, currencies):
            refused.append(fault)
        else:
            drafts.append(draft)
    return drafts, refused


def _first_of_each(drafts: Iterable[Draft]) -> list[Draft]:
    """Keep the first draft of each source_ref."""
    first: dict[str, Draft] = {}
    for draft in drafts:
        first.setdefault(draft.source_ref, draft)
    return list(first.values())


def _tell(name: str, made: Sequence[Dated], actor: Actor) -> None:
    """Post what was moved, and tell it once per warehouse."""
    post_movements(made)
    entity_of = {place.id: place.legal_entity_id for place in warehouses().values()}
    by_warehouse: dict[UUID, list[Dated]] = {}
    for dated in made:
        by_warehouse.setdefault(dated.movement.place[1], []).append(dated)
    record_events(
        [
            stock_moved(
                name,
                warehouse_id,
                sorted({dated.movement.place[0] for dated in moved}),
                max(dated.occurred_at for dated in moved),
                entity_of[warehouse_id],
                actor,
            )
            for warehouse_id, moved in by_warehouse.items()
        ]
    )


def _result(drafts: Sequence[Draft], made: Sequence[Dated], refused: Sequence[Refusal]) -> MovementResult:
    return _sorted(drafts, {dated.movement.source_ref for dated in made}, refused)


def _sorted(drafts: Sequence[Draft], made: set[str], refused: Sequence[Refusal]) -> MovementResult:
    faulty = {refusal.source_ref for refusal in refused}
    refs = [draft.source_ref for draft in drafts]
    return MovementResult(
        made=[ref for ref in refs if ref in made],
        known=[ref for ref in refs if ref not in made and ref not in faulty],
        refused=refused,
    )
