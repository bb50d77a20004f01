"""Bringing in the stock history of a system before this one: movements without value, then the value of what is left."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.audit.contract import record_events, set_change_actor
from apps.inventory.decisions.facts import MovementResult, Refusal
from apps.inventory.decisions.history import HistoryDraft, HistoryMove, moves_of
from apps.inventory.decisions.receiving import Movement
from apps.inventory.events import STOCK_ADJUSTED, stock_moved
from apps.inventory.selectors.stock import warehouses
from apps.inventory.services.locking import LockedStock
from apps.inventory.services.moving import currencies_of_warehouses, lock_shelves, move_in
from apps.inventory.services.posting import movement_fact, unpostable_movements
from apps.inventory.services.receiving import KNOWN_MOVEMENTS
from apps.inventory.services.sharing import share_out
from apps.ledger.contract import post_entries
from apps.masterdata.contract import entities_by_id, products_by_id
from ordercash.kernel.actor import Actor
from ordercash.kernel.money import line_net_minor
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import writes

# Of the value that a history ends with: it is what the ledger opens with.
WORTH = "worth"


@writes
def import_history(*, drafts: Sequence[HistoryDraft], actor: Actor) -> MovementResult:
    """Bring in the days of products in warehouses, each as a whole; a source_ref that was brought in before does nothing.

    Each movement happens when its day begins in the legal entity's zone. The balance guard sees the sum alone; what lay there day by
    day is told by `daily_balances`, also where a count of that time was below zero. What is left is worth its unit cost, posted as opening.
    Refused: `unknown_warehouse`, `lot_missing`, those of `moves_of`, and with the ledger's code what it cannot post.
    """
    set_change_actor(actor)
    places, known = currencies_of_warehouses(), _known(drafts)
    products = products_by_id({draft.product_id for draft in drafts})
    refused: list[Refusal] = []
    ready: list[tuple[HistoryDraft, list[HistoryMove]]] = []
    for draft in drafts:
        if draft.source_ref in known:
            continue
        moves = moves_of(draft) if draft.warehouse_id in places else _unknown(draft)
        if draft.product_id in products and products[draft.product_id].tracks_lots:
            detail = "A history names no lots: bring in what is left of this product as opening, lot by lot."
            moves = Refusal(draft.source_ref, "lot_missing", detail)
        if isinstance(moves, Refusal):
            refused.append(moves)
        elif moves:
            ready.append((draft, moves))
    unpostable = _unpostable(ready, places)
    refused += unpostable
    wrong = {refusal.source_ref for refusal in unpostable}
    made = [pair for pair in ready if pair[0].source_ref not in wrong]
    _write(made, places, actor)
    return MovementResult([draft.source_ref for draft, _ in made], sorted(known), refused)


def _unknown(draft: HistoryDraft) -> Refusal:
    return Refusal(draft.source_ref, "unknown_warehouse", f"No active warehouse {draft.warehouse_id}.")


def _known(drafts: Sequence[HistoryDraft]) -> set[str]:
    """Return the references whose history is here: it begins with the first of its movements."""
    firsts = {f"{draft.source_ref}:1": draft.source_ref for draft in drafts}
    return {firsts[row[0]] for row in fetch(KNOWN_MOVEMENTS, [list(firsts)])}


def _left(moves: Sequence[HistoryMove]) -> Decimal:
    return sum((move.quantity for move in moves), Decimal(0))


def _worth(draft: HistoryDraft, moves: Sequence[HistoryMove], currency: str) -> int:
    return line_net_minor(_left(moves), draft.unit_cost, currency)


def _unpostable(ready: Sequence[tuple[HistoryDraft, list[HistoryMove]]], places: dict[UUID, str]) -> list[Refusal]:
    entity_of = {place.id: place.legal_entity_id for place in warehouses().values()}
    values = {
        draft.source_ref: ("opening", worth, entity_of[draft.warehouse_id], _begin(draft, moves[-1].day))
        for draft, moves in ready
        if (worth := _worth(draft, moves, places[draft.warehouse_id]))
    }
    return [Refusal(ref, error.code, error.detail) for ref, error in unpostable_movements(values).items()]


def _begin(draft: HistoryDraft, day: date) -> datetime:
    """Return when a day begins where the warehouse's books are kept."""
    entity = entities_by_id()[warehouses()[draft.warehouse_id].legal_entity_id]
    return datetime.combine(day, time(), ZoneInfo(entity.time_zone)).astimezone(UTC)


def _write(made: Sequence[tuple[HistoryDraft, list[HistoryMove]]], places: dict[UUID, str], actor: Actor) -> None:
    """Write the movements and values of all, tell it once per warehouse, and give what is left to those who wait."""
    shelves = lock_shelves([(draft.product_id, draft.warehouse_id) for draft, _ in made])
    rows: list[tuple[Movement, UUID, datetime]] = []
    for draft, moves in made:
        rows += _rows(draft, moves, shelves[draft.product_id, draft.warehouse_id], places[draft.warehouse_id])
    dated = move_in(rows, actor=actor)
    entity_of = {place.id: place.legal_entity_id for place in warehouses().values()}
    post_entries(
        [
            movement_fact(d.id, "opening", d.movement.value_minor, entity_of[d.movement.place[1]], d.occurred_at)
            for d in dated
            if d.movement.value_minor
        ]
    )
    touched: dict[UUID, set[UUID]] = {}
    for draft, _ in made:
        touched.setdefault(draft.warehouse_id, set()).add(draft.product_id)
    last = max((at for _, _, at in rows), default=None)
    if last is not None:
        record_events(
            [
                stock_moved(STOCK_ADJUSTED, house, sorted(products), last, entity_of[house], actor)
                for house, products in touched.items()
            ]
        )
        share_out({shelf.id for shelf in shelves.values()}, now=last)


def _rows(
    draft: HistoryDraft, moves: Sequence[HistoryMove], shelf: LockedStock, currency: str
) -> list[tuple[Movement, UUID, datetime]]:
    place, begins = (draft.product_id, draft.warehouse_id), {move.day: _begin(draft, move.day) for move in moves}
    rows = [
        (
            Movement(place, "history", move.quantity, 0, f"{draft.source_ref}:{number}", move.part),
            shelf.id,
            begins[move.day],
        )
        for number, move in enumerate(moves, 1)
    ]
    if worth := _worth(draft, moves, currency):
        value = Movement(
            place, "revaluation", Decimal(0), worth, f"{draft.source_ref}:{WORTH}", "Value of what is left"
        )
        rows.append((value, shelf.id, begins[moves[-1].day]))
    return rows
