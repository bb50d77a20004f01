"""To which lots goods belong that come in or were counted, of products that are kept in lots. Their stock rows are locked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.facts import AdjustmentDraft, ReceiptDraft, Refusal
from apps.inventory.decisions.lots import LotStands, lot_of_goods, lot_of_receipt
from apps.inventory.decisions.receiving import Movement, Place
from apps.inventory.selectors.stock import warehouses
from apps.inventory.services.locking import LockedStock
from apps.inventory.services.lots import add_lots, kept_how
from apps.masterdata.contract import entities_by_id
from ordercash.kernel.clock import business_date

Shelves = Mapping[Place, LockedStock]
Lots = dict[str, LotStands]


def lots_of_receipts(drafts: Sequence[ReceiptDraft], shelves: Shelves) -> tuple[Lots, dict[str, Refusal]]:
    """Return by source_ref the lot of each receipt whose product is kept in lots, and why others cannot be taken."""
    kept = kept_how(shelves.values())
    lots, refused = Lots(), dict[str, Refusal]()
    for draft in drafts:
        shelf = shelves[draft.product_id, draft.warehouse_id]
        if not shelf.has_lots and not draft.lot_code:
            continue
        day = _day(draft.warehouse_id, draft.due_at)
        found = lot_of_receipt(kept[shelf.id], draft.source_ref, draft.lot_code, draft.expires_on, day)
        if isinstance(found, Refusal):
            refused[draft.source_ref] = found
        elif found is not None:
            lots[draft.source_ref] = kept[shelf.id].lots.setdefault(found.code, found)
    return lots, refused


def lots_of_adjustments(drafts: Sequence[AdjustmentDraft], shelves: Shelves) -> tuple[Lots, dict[str, Refusal]]:
    """Return by source_ref the lot of each counted difference whose product is kept in lots, and why others cannot be booked."""
    kept = kept_how(shelves.values())
    lots, refused = Lots(), dict[str, Refusal]()
    for draft in drafts:
        shelf = shelves.get((draft.product_id, draft.warehouse_id))
        if shelf is None or not (shelf.has_lots or draft.lot_code):
            continue
        how, ref, code = kept[shelf.id], draft.source_ref, draft.lot_code
        if draft.quantity < 0:
            found = lot_of_goods(how, ref, code, "shelf", -draft.quantity)
        else:
            day = _day(draft.warehouse_id, draft.occurred_at)
            found = lot_of_receipt(how, ref, code, draft.expires_on, day)
        if isinstance(found, Refusal):
            refused[ref] = found
        elif found is not None:
            lots[ref] = how.lots.setdefault(code, found)
            # What is found here does not pay for what is missing there: it may still be refused.
            found.shelf += min(draft.quantity, Decimal(0))
    return lots, refused


def in_their_lots(
    movements: Sequence[tuple[Movement, datetime]], shelves: Shelves, lots: Lots
) -> list[tuple[Movement, datetime]]:
    """Write the lots that are new, and return the movements with the lots that they change."""
    if not lots:
        return list(movements)
    named = [(shelves[m.place].id, lots[m.source_ref]) for m, _ in movements if m.source_ref in lots]
    ids = add_lots(named)
    return [
        (replace(m, lot_id=ids[shelves[m.place].id, lots[m.source_ref].code]) if m.source_ref in lots else m, at)
        for m, at in movements
    ]


def _day(warehouse_id: UUID, at: datetime) -> date:
    return business_date(at, entities_by_id()[warehouses()[warehouse_id].legal_entity_id].time_zone)
