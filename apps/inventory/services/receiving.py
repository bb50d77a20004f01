"""Goods come in; counted differences."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from apps.audit.contract import record_events
from apps.inventory.decisions.facts import (
    AdjustmentDraft,
    MovementResult,
    ReceiptDraft,
    Refusal,
)
from apps.inventory.decisions.facts.revaluing import Revaluation
from apps.inventory.decisions.receiving import Movement, Shelf, adjust_shelves, receipt_faults, receipt_movement
from apps.inventory.events import STOCK_ADJUSTED, STOCK_RECEIVED, stock_moved
from apps.inventory.selectors.stock import warehouses
from apps.inventory.services.lot_receipts import in_their_lots, lots_of_adjustments, lots_of_receipts
from apps.inventory.services.moving import (
    Dated,
    currencies_of_warehouses,
    lock_shelves,
    move_in,
    post_movements,
    refused_by_ledger,
)
from apps.inventory.services.sharing import share_out
from ordercash.kernel.actor import Actor
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import joins

Draft = TypeVar("Draft", ReceiptDraft, AdjustmentDraft, Revaluation)

KNOWN_MOVEMENTS = "SELECT source_ref FROM inventory_stockmovement WHERE source_ref = ANY(%s::varchar[])"


@joins
def receive_stock(receipts: Sequence[ReceiptDraft], *, actor: Actor) -> MovementResult:
    """Put goods on the shelf at their cost; `due_at` is the instant of the receipt. Repeating a source_ref does nothing.

    Those who wait for the goods get them at once.

    Refused: `unknown_warehouse`, `unknown_kind`, `quantity_out_of_range`, `cost_negative`, of goods in lots those of
    `decisions.lots.lot_of_receipt`, and with the ledger's code what it cannot post.
    """
    currencies = currencies_of_warehouses()
    drafts, refused = sound_receipts(receipts, currencies)
    if not drafts:
        return MovementResult(refused=refused)
    shelves = lock_shelves([(draft.product_id, draft.warehouse_id) for draft in drafts])
    lots, wrong = lots_of_receipts(drafts, shelves)
    drafts, refused = [draft for draft in drafts if draft.source_ref not in wrong], [*refused, *wrong.values()]
    movements = [(receipt_movement(draft, currencies[draft.warehouse_id]), draft.due_at) for draft in drafts]
    movements, unpostable = _postable(movements)
    movements = in_their_lots(movements, shelves, lots)
    made = move_in([(movement, shelves[movement.place].id, at) for movement, at in movements], actor=actor)
    _tell(STOCK_RECEIVED, made, actor)
    _share_out(made)
    return _result(drafts, made, [*refused, *unpostable])


@joins
def adjust_counted(adjustments: Sequence[AdjustmentDraft], *, actor: Actor) -> MovementResult:
    """Record counted differences. Repeating a source_ref does nothing.

    Refused: `unknown_warehouse`, `quantity_out_of_range`, `below_reserved`, `cost_missing`, and of goods in lots those of
    `decisions.lots`: what was found belongs to a lot as what is received, what is missing is missing of a lot.
    """
    currencies = currencies_of_warehouses()
    drafts = _first_of_each(draft for draft in adjustments)
    rows = lock_shelves([(d.product_id, d.warehouse_id) for d in drafts if d.warehouse_id in currencies])
    known = {row[0] for row in fetch(KNOWN_MOVEMENTS, [[draft.source_ref for draft in drafts]])}
    shelves = {place: Shelf(row.on_hand, row.bound, row.value_minor) for place, row in rows.items()}
    fresh = [draft for draft in drafts if draft.source_ref not in known]
    lots, wrong = lots_of_adjustments(fresh, rows)
    movements, refused = adjust_shelves((d for d in fresh if d.source_ref not in wrong), shelves, currencies)
    refused = [*wrong.values(), *refused]
    dated, unpostable = _postable([(movement, draft.occurred_at) for draft, movement in movements])
    dated = in_their_lots(dated, rows, lots)
    made = move_in([(m, rows[m.place].id, at) for m, at in dated], actor=actor)
    _tell(STOCK_ADJUSTED, made, actor)
    _share_out(made)
    return _result(drafts, made, [*refused, *unpostable])


def _postable(
    movements: Sequence[tuple[Movement, datetime]],
) -> tuple[list[tuple[Movement, datetime]], list[Refusal]]:
    errors = refused_by_ledger(movements)
    refused = [Refusal(source_ref, error.code, error.detail) for source_ref, error in errors.items()]
    return [pair for pair in movements if pair[0].source_ref not in errors], refused


def sound_receipts(
    receipts: Iterable[ReceiptDraft], currencies: Mapping[UUID, str]
) -> tuple[list[ReceiptDraft], list[Refusal]]:
    """Part receipts that can be taken from those that cannot; of a repeated source_ref the first counts."""
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


def _share_out(made: Sequence[Dated]) -> None:
    """Give what came in to those who wait for it, at the instant of the last of it."""
    came = [dated for dated in made if dated.movement.quantity > 0]
    if came:
        share_out({dated.stock_id for dated in came}, now=max(dated.occurred_at for dated in came))


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
    return sorted_out(drafts, {dated.movement.source_ref for dated in made}, refused)


def sorted_out(drafts: Sequence[Draft], made: set[str], refused: Sequence[Refusal]) -> MovementResult:
    """Return what became of the drafts: those not made and not refused were known before."""
    faulty = {refusal.source_ref for refusal in refused}
    refs = [draft.source_ref for draft in drafts]
    return MovementResult(
        made=[ref for ref in refs if ref in made],
        known=[ref for ref in refs if ref not in made and ref not in faulty],
        refused=refused,
    )
