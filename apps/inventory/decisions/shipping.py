"""Which reservations a request consumes, as which shipments, at what cost."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.costing import issue_costs
from apps.inventory.decisions.facts import Refusal, ShipRequest


@dataclass(frozen=True, slots=True)
class Promise:
    """A reservation as it stands; `stock_id` is empty for services. Given in the order in which warehouses are asked."""

    reservation_id: UUID
    order_id: UUID
    line_id: UUID
    product_id: UUID
    warehouse_id: UUID
    stock_id: UUID | None
    quantity: Decimal
    lot_id: UUID | None = None
    expires_on: date | None = None
    lot_code: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """A quantity that a request takes out of a promise."""

    request: ShipRequest
    promise: Promise
    quantity: Decimal


def pick_requests(requests: Sequence[ShipRequest], promises: Iterable[Promise]) -> tuple[list[Pick], list[Refusal]]:
    """Serve each request whole or refuse it; two requests of one batch never take the same quantity."""
    by_order: dict[UUID, list[Promise]] = {}
    left: dict[UUID, Decimal] = {}
    for promise in promises:
        by_order.setdefault(promise.order_id, []).append(promise)
        left[promise.reservation_id] = promise.quantity
    picks: list[Pick] = []
    refused: list[Refusal] = []
    for request in requests:
        outcome = _pick(request, _reach(request, by_order.get(request.order_id, ())), left)
        if isinstance(outcome, Refusal):
            refused.append(outcome)
            continue
        for pick in outcome:
            left[pick.promise.reservation_id] -= pick.quantity
        picks.extend(_with_goods(outcome))
    return picks, refused


def keep_expired(picks: Sequence[Pick], day_of: Callable[[ShipRequest], date]) -> tuple[list[Pick], list[Refusal]]:
    """Leave out the requests that would take out of a lot that has expired on their day."""
    gone: dict[str, Refusal] = {}
    for pick in picks:
        until = pick.promise.expires_on
        if until is not None and until <= day_of(pick.request):
            detail = f"Line {pick.promise.line_id}: its lot expired on {until}; other goods have to be promised first."
            gone.setdefault(pick.request.source_ref, Refusal(pick.request.source_ref, "lot_expired", detail))
    return [pick for pick in picks if pick.request.source_ref not in gone], list(gone.values())


def cost_picks(picks: Sequence[Pick], shelves: Mapping[UUID, tuple[Decimal, int]]) -> list[int]:
    """Return the cost of every pick; `shelves` gives quantity on hand and value by stock id. Services cost nothing."""
    by_stock: dict[UUID, list[int]] = {}
    costs = [0] * len(picks)
    for index, pick in enumerate(picks):
        if pick.promise.stock_id is not None:
            by_stock.setdefault(pick.promise.stock_id, []).append(index)
    for stock_id, indexes in by_stock.items():
        on_hand, value_minor = shelves[stock_id]
        for index, cost in zip(
            indexes, issue_costs(on_hand, value_minor, [picks[i].quantity for i in indexes]), strict=True
        ):
            costs[index] = cost
    return costs


def _with_goods(picks: Sequence[Pick]) -> Sequence[Pick]:
    """Let services travel with the first goods of their request, so that they make no shipment of their own."""
    goods = next((pick.promise.warehouse_id for pick in picks if pick.promise.stock_id is not None), None)
    if goods is None:
        return picks
    return [
        pick
        if pick.promise.stock_id is not None or pick.promise.warehouse_id == goods
        else replace(pick, promise=replace(pick.promise, warehouse_id=goods))
        for pick in picks
    ]


def _reach(request: ShipRequest, promises: Iterable[Promise]) -> list[Promise]:
    """Return the promises that a request may use: those of its warehouse, and services, which lie in none."""
    return [p for p in promises if request.warehouse_id in (None, p.warehouse_id) or p.stock_id is None]


def _pick(request: ShipRequest, promises: Sequence[Promise], left: Mapping[UUID, Decimal]) -> list[Pick] | Refusal:
    if request.lines is None:
        everything = [Pick(request, p, left[p.reservation_id]) for p in promises if left[p.reservation_id]]
        return everything or Refusal(request.source_ref, "nothing_reserved", "Nothing is reserved for this order.")
    if not request.lines:
        return Refusal(request.source_ref, "nothing_asked", "The request names no line.")
    picks: list[Pick] = []
    for line_id, quantity in request.lines.items():
        if quantity <= 0:
            return Refusal(
                request.source_ref, "quantity_not_positive", f"Line {line_id}: {quantity} cannot be shipped."
            )
        found = _pick_lots(request, [p for p in promises if p.line_id == line_id], line_id, quantity, left)
        if (short := quantity - sum(pick.quantity for pick in found)) > 0:
            return Refusal(
                request.source_ref, "not_reserved", f"Line {line_id}: {short} of {quantity} is not reserved."
            )
        picks.extend(found)
    return picks


def _pick_lots(
    request: ShipRequest,
    promises: Sequence[Promise],
    line_id: UUID,
    quantity: Decimal,
    left: Mapping[UUID, Decimal],
) -> list[Pick]:
    """Pick a line from the lots that are named for it, and what is not of them from whichever comes first."""
    named = request.lots.get(line_id)
    if not named:
        return _pick_line(request, promises, quantity, left)
    rest, picks = {p.reservation_id: left[p.reservation_id] for p in promises}, dict[UUID, Pick]()
    for code, part in (*named.items(), (None, quantity)):
        from_here = promises if code is None else [p for p in promises if p.lot_code == code]
        for pick in _pick_line(request, from_here, min(part, quantity), rest):
            rest[pick.promise.reservation_id] -= pick.quantity
            quantity -= pick.quantity
            before = picks.get(pick.promise.reservation_id)
            picks[pick.promise.reservation_id] = (
                replace(before, quantity=before.quantity + pick.quantity) if before else pick
            )
    return list(picks.values())


def _pick_line(
    request: ShipRequest, promises: Sequence[Promise], quantity: Decimal, left: Mapping[UUID, Decimal]
) -> list[Pick]:
    picks: list[Pick] = []
    for promise in promises:
        if quantity > 0 and left[promise.reservation_id] > 0:
            part = min(quantity, left[promise.reservation_id])
            picks.append(Pick(request, promise, part))
            quantity -= part
    return picks
