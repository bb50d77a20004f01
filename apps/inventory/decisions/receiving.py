"""What comes in is worth, and what a counted difference does to a shelf."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.costing import issue_costs, share_of
from apps.inventory.decisions.facts import AdjustmentDraft, ReceiptDraft, Refusal
from ordercash.kernel.money import line_net_minor

RECEIPT_KINDS = ("opening", "receipt")
MAX_QUANTITY = Decimal("99999999999999.9999")  # what the quantity columns hold

Place = tuple[UUID, UUID]  # product, warehouse


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of one shelf that is to be written."""

    place: Place
    kind: str
    quantity: Decimal
    value_minor: int
    source_ref: str
    note: str
    lot_id: UUID | None = None


@dataclass(slots=True)
class Shelf:
    """A stock row while differences are applied to it; `bound` is what may not be missing: reserved, in bins or in slots."""

    on_hand: Decimal
    bound: Decimal
    value_minor: int


def receipt_faults(draft: ReceiptDraft, currencies: Mapping[UUID, str]) -> Refusal | None:
    """Return why a receipt cannot be taken; `currencies` names the warehouses that exist."""
    if draft.warehouse_id not in currencies:
        return Refusal(draft.source_ref, "unknown_warehouse", f"No active warehouse {draft.warehouse_id}.")
    if draft.kind not in RECEIPT_KINDS:
        return Refusal(draft.source_ref, "unknown_kind", f"{draft.kind!r} is neither opening nor receipt.")
    if not 0 < draft.quantity <= MAX_QUANTITY:
        return Refusal(draft.source_ref, "quantity_out_of_range", f"{draft.quantity} cannot be received.")
    if draft.unit_cost < 0:
        return Refusal(draft.source_ref, "cost_negative", f"A unit cost of {draft.unit_cost} is below zero.")
    return None


def receipt_movement(draft: ReceiptDraft, currency: str) -> Movement:
    """Return what a receipt writes: quantity x unit cost, rounded once."""
    value_minor = line_net_minor(draft.quantity, draft.unit_cost, currency)
    return Movement(
        (draft.product_id, draft.warehouse_id), draft.kind, draft.quantity, value_minor, draft.source_ref, ""
    )


def adjust_shelves(
    drafts: Iterable[AdjustmentDraft], shelves: Mapping[Place, Shelf], currencies: Mapping[UUID, str]
) -> tuple[list[tuple[AdjustmentDraft, Movement]], list[Refusal]]:
    """Apply counted differences in the order given, at the moving average or at the cost stated for what was found."""
    movements: list[tuple[AdjustmentDraft, Movement]] = []
    refused: list[Refusal] = []
    for draft in drafts:
        shelf = shelves.get((draft.product_id, draft.warehouse_id))
        outcome = _adjust(draft, shelf, currencies.get(draft.warehouse_id, ""))
        if isinstance(outcome, Refusal):
            refused.append(outcome)
            continue
        movements.append((draft, outcome))
    return movements, refused


def _adjust(draft: AdjustmentDraft, shelf: Shelf | None, currency: str) -> Movement | Refusal:
    if shelf is None:
        return Refusal(draft.source_ref, "unknown_warehouse", f"No active warehouse {draft.warehouse_id}.")
    if not draft.quantity or abs(draft.quantity) > MAX_QUANTITY:
        return Refusal(
            draft.source_ref, "quantity_out_of_range", f"A difference of {draft.quantity} cannot be recorded."
        )
    if shelf.on_hand + draft.quantity < shelf.bound:
        detail = (
            f"{shelf.on_hand} on hand less {-draft.quantity} is below the {shelf.bound} that are reserved or set aside."
        )
        return Refusal(draft.source_ref, "below_reserved", detail)
    value_minor = _difference_value(draft, shelf, currency)
    if value_minor is None:
        return Refusal(draft.source_ref, "cost_missing", "What was found has no average cost here: state a unit cost.")
    shelf.on_hand += draft.quantity
    shelf.value_minor += value_minor
    place = (draft.product_id, draft.warehouse_id)
    return Movement(place, "adjustment", draft.quantity, value_minor, draft.source_ref, draft.note)


def _difference_value(draft: AdjustmentDraft, shelf: Shelf, currency: str) -> int | None:
    if draft.quantity < 0:
        return -issue_costs(shelf.on_hand, shelf.value_minor, [-draft.quantity])[0]
    if draft.unit_cost is not None:
        return line_net_minor(draft.quantity, draft.unit_cost, currency)
    if shelf.on_hand:
        return share_of(shelf.value_minor, draft.quantity, shelf.on_hand)
    return None
