"""Which supplies can be announced, and what a change, an arrival or a closing makes of them."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.facts import Refusal
from apps.inventory.decisions.facts.supplies import SupplyArrival, SupplyChange, SupplyClosing, SupplyDraft, SupplyFacts
from apps.inventory.decisions.receiving import MAX_QUANTITY
from apps.inventory.states import SUPPLY, SUPPLY_VERBS
from ordercash.kernel.states import WrongState

KINDS = ("purchase", "production", "transfer", "opening")
OPEN = ("planned", "confirmed", "in_transit")


def draft_fault(draft: SupplyDraft, places: Container[UUID]) -> Refusal | None:
    """Return why a supply cannot be announced; `places` holds the warehouses that exist."""
    if draft.warehouse_id not in places:
        return Refusal(draft.source_ref, "unknown_warehouse", f"No active warehouse {draft.warehouse_id}.")
    if draft.kind not in KINDS:
        return Refusal(draft.source_ref, "unknown_kind", f"{draft.kind!r} is none of {', '.join(KINDS)}.")
    if draft.status not in OPEN:
        return Refusal(draft.source_ref, "unknown_status", f"What is announced is none of {', '.join(OPEN)}.")
    return _figures_fault(draft.source_ref, draft.quantity, draft.unit_cost, draft.confidence)


def _figures_fault(ref: str, quantity: Decimal, unit_cost: Decimal, confidence: Decimal) -> Refusal | None:
    if not 0 < quantity <= MAX_QUANTITY:
        return Refusal(ref, "quantity_out_of_range", f"{quantity} cannot come.")
    if unit_cost < 0:
        return Refusal(ref, "cost_negative", f"A unit cost of {unit_cost} is below zero.")
    if not 0 <= confidence <= 100:
        return Refusal(
            ref, "confidence_out_of_range", f"A confidence of {confidence} is not between 0 and 100 per cent."
        )
    return None


def change_supply(supply: SupplyFacts | None, change: SupplyChange) -> SupplyFacts | Refusal:
    """Return the supply after a change; the same object when it changes nothing.

    Refused: `unknown_supply`, `changed_meanwhile`, `supply_ended`, `wrong_state`, `below_received`, and figures that cannot be.
    """
    if supply is None:
        return _unknown(change.supply_id)
    ref = supply.source_ref
    if change.version is not None and change.version != supply.version:
        return Refusal(ref, "changed_meanwhile", f"{supply.number} was changed by somebody else meanwhile.")
    if supply.status not in OPEN:
        return _ended(supply)
    wanted = {name: getattr(change, name) for name in ("due_at", "quantity", "confidence", "unit_cost")}
    after = replace(supply, **{name: value for name, value in wanted.items() if value is not None})
    if fault := _figures_fault(ref, after.quantity, after.unit_cost, after.confidence):
        return fault
    if after.quantity <= supply.received:
        detail = f"{supply.received} came already; close {supply.number} when nothing more will."
        return Refusal(ref, "below_received", detail)
    return _moved(supply, after, change.status)


def _moved(supply: SupplyFacts, after: SupplyFacts, status: str | None) -> SupplyFacts | Refusal:
    after = replace(after, open_quantity=after.quantity - after.received)
    if status is not None and status != supply.status:
        try:
            after = replace(after, status=SUPPLY.after(supply.status, SUPPLY_VERBS.get(status, status)))
        except WrongState as wrong:
            return Refusal(supply.source_ref, "wrong_state", wrong.detail)
    return supply if after == supply else replace(after, version=supply.version + 1)


def take_arrivals(
    arrivals: Iterable[SupplyArrival], supplies: Mapping[UUID, SupplyFacts]
) -> tuple[list[SupplyArrival], list[Refusal]]:
    """Part arrivals that can be taken from those that cannot, each given what an earlier one of the batch left open.

    More may come than was announced; nothing comes of a supply that ended. Refused: `unknown_supply`, `supply_ended`,
    `quantity_out_of_range`, `cost_negative`, `lot_missing` (an expiry without a lot).
    """
    standing, taken, refused = dict(supplies), list[SupplyArrival](), list[Refusal]()
    for arrival in arrivals:
        supply = standing.get(arrival.supply_id)
        fault = _arrival_fault(arrival, supply)
        if fault is not None or supply is None:
            refused.append(fault or _unknown(arrival.supply_id))
            continue
        standing[supply.id] = receive_supply(supply, arrival)
        taken.append(arrival)
    return taken, refused


def _arrival_fault(arrival: SupplyArrival, supply: SupplyFacts | None) -> Refusal | None:
    if supply is None:
        return replace(_unknown(arrival.supply_id), source_ref=arrival.source_ref)
    if supply.status not in OPEN:
        return replace(_ended(supply), source_ref=arrival.source_ref)
    cost = supply.unit_cost if arrival.unit_cost is None else arrival.unit_cost
    return _figures_fault(arrival.source_ref, arrival.quantity, cost, supply.confidence)


def receive_supply(supply: SupplyFacts, arrival: SupplyArrival) -> SupplyFacts:
    """Return the supply after an arrival: received when all of it came or nothing more will, in transit before."""
    received = supply.received + arrival.quantity
    is_whole = arrival.is_last or received >= supply.quantity
    return replace(
        supply,
        received=received,
        status=SUPPLY.after(supply.status, "receive") if is_whole else "in_transit",
        open_quantity=Decimal(0) if is_whole else supply.quantity - received,
        version=supply.version + 1,
    )


def close_supply(supply: SupplyFacts | None, closing: SupplyClosing) -> SupplyFacts | Refusal:
    """Return the supply when nothing more will come: received when something came, else cancelled."""
    if supply is None:
        return _unknown(closing.supply_id)
    if supply.status not in OPEN:
        return _ended(supply)
    status = SUPPLY.after(supply.status, "receive" if supply.received else "close")
    return replace(supply, status=status, open_quantity=Decimal(0), version=supply.version + 1)


def _unknown(supply_id: UUID) -> Refusal:
    return Refusal(str(supply_id), "unknown_supply", f"There is no supply {supply_id}.")


def _ended(supply: SupplyFacts) -> Refusal:
    return Refusal(supply.source_ref, "supply_ended", f"{supply.number} is {supply.status}; nothing of it will come.")
