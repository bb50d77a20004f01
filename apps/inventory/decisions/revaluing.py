"""What goods are worth anew, and by how much that differs."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.inventory.decisions.facts import Refusal
from apps.inventory.decisions.facts.revaluing import Revaluation
from apps.inventory.decisions.receiving import Movement, Place, Shelf
from ordercash.kernel.money import line_net_minor

MOST_COST: Final = Decimal("1000000")


def revalue(
    drafts: Iterable[Revaluation], shelves: Mapping[Place, Shelf], currencies: Mapping[UUID, str]
) -> tuple[list[tuple[Revaluation, Movement]], list[Refusal]]:
    """Value stock rows anew, in the order given: what lies there x unit cost, rounded once; a movement carries the difference.

    Refused: `unknown_warehouse`, `cost_out_of_range`, `reason_missing`, `nothing_there`, `nothing_changes`.
    """
    made: list[tuple[Revaluation, Movement]] = []
    refused: list[Refusal] = []
    for draft in drafts:
        place = (draft.product_id, draft.warehouse_id)
        shelf = shelves.get(place)
        fault = _fault(draft, shelf)
        if fault is not None or shelf is None:
            refused.append(fault or _unknown(draft))
            continue
        worth = line_net_minor(shelf.on_hand, draft.unit_cost, currencies[draft.warehouse_id])
        difference = worth - shelf.value_minor
        if not difference:
            refused.append(Refusal(draft.source_ref, "nothing_changes", "The goods are worth that already."))
            continue
        shelf.value_minor = worth
        movement = Movement(place, "revaluation", Decimal(0), difference, draft.source_ref, draft.reason)
        made.append((draft, movement))
    return made, refused


def _unknown(draft: Revaluation) -> Refusal:
    return Refusal(draft.source_ref, "unknown_warehouse", f"No active warehouse {draft.warehouse_id}.")


def _fault(draft: Revaluation, shelf: Shelf | None) -> Refusal | None:
    if shelf is None:
        return _unknown(draft)
    if not 0 <= draft.unit_cost <= MOST_COST:
        return Refusal(draft.source_ref, "cost_out_of_range", f"Goods cannot be worth {draft.unit_cost} each.")
    if not draft.reason.strip():
        return Refusal(draft.source_ref, "reason_missing", "Say why the goods are worth something else.")
    if not shelf.on_hand:
        return Refusal(draft.source_ref, "nothing_there", "Nothing lies there that could be worth something else.")
    return None
