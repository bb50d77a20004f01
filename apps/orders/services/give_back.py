"""Taking goods back at the desk: named quantities of an order's lines, credited and restocked in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.billing.contract import CreditRequest, SoldLine, credit_lines, sold_lines_of_orders
from apps.inventory.contract import ReturnItem, receive_returns, receive_to_inspect
from apps.orders.decisions.bundles import on_parts
from apps.orders.decisions.freeze import part_minor
from apps.orders.services.divisible import refuse_fractions
from apps.orders.services.locked import LockedOrder, lines_of, lock_orders
from apps.orders.services.outcomes import NotDone
from apps.orders.services.returns import ReturnDraft, ReturnLineDraft, existing_returns, keep_credited
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins, writes


@dataclass(frozen=True, slots=True)
class GiveBack:
    """What came back of one order: quantities by line id. `source_ref` names the return, so that repeating it does nothing.

    What is restocked to `inspect` lies on hold until somebody has looked at it.
    """

    order_id: UUID
    source_ref: str
    lines: Mapping[UUID, Decimal]
    restock: bool
    reason: str
    inspect: bool = False


class ReturnRefused(Conflict):
    """Stock or billing refused a part of the return, so nothing of it was done."""

    code, title = "return_refused", "The return cannot be taken in"


@writes
def give_back(wanted: GiveBack, *, actor: Actor, now: datetime) -> tuple[NotDone, ...]:
    """Take goods back in a transaction of its own; see `give_back_in`."""
    return give_back_in(wanted, actor=actor, now=now)


@joins
def give_back_in(wanted: GiveBack, *, actor: Actor, now: datetime) -> tuple[NotDone, ...]:
    """Credit what came back against the invoices that it was sold on, and take it in; answers what was refused.

    Goods that shipped but are not invoiced yet are refused: invoice first, so that the credit has something to stand against.
    Repeating a source_ref does nothing. Raises ReturnRefused when a neighbour took the same goods back meanwhile.
    """
    order = lock_orders([wanted.order_id]).get(wanted.order_id)
    if order is None:
        return (NotDone(wanted.order_id, "not_found", "There is no such order."),)
    if existing_returns([wanted.source_ref]):
        return ()
    lines = lines_of([wanted.order_id])
    if broken := refuse_fractions([(wanted.order_id, wanted.lines)], lines):
        return tuple(broken.values())
    quantities = on_parts(wanted.lines, lines.values())
    parts = _spread(quantities, sold_lines_of_orders([wanted.order_id]))
    if parts is None:
        detail = "More is given back than was shipped, invoiced and not yet credited; invoice shipped goods first."
        return (NotDone(wanted.order_id, "more_than_sold", detail),)
    keep_credited(_kept(wanted, order, parts, now), now=now)
    requests = [
        CreditRequest(wanted.source_ref, line.invoice_line_id, part, None, wanted.reason) for line, part in parts
    ]
    # Credit is locked before stock, as everywhere: the other way round, a return and a new order would wait for each other.
    outcome = credit_lines(requests, issued_at=now, actor=actor)
    take_in = receive_to_inspect if wanted.inspect else receive_returns
    taken = take_in(_items(wanted, parts, now), actor=actor)
    refused = [item.detail for item in taken.refused] + [item.detail for item in outcome.refused]
    if refused:
        raise ReturnRefused(refused[0])
    return ()


def _items(wanted: GiveBack, parts: Sequence[tuple[SoldLine, Decimal]], now: datetime) -> list[ReturnItem]:
    return [
        ReturnItem(
            shipment_line_id=UUID(line.source_ref.removeprefix("shipment_line:")),
            quantity=quantity,
            restock=wanted.restock,
            source_ref=f"{new_id()}:{line.invoice_line_id}",
            occurred_at=now,
            return_ref=wanted.source_ref,
        )
        for line, quantity in parts
    ]


def _kept(
    wanted: GiveBack, order: LockedOrder, parts: Sequence[tuple[SoldLine, Decimal]], now: datetime
) -> ReturnDraft:
    return ReturnDraft(
        source_ref=wanted.source_ref,
        number=f"{order.number}/R",
        legal_entity_id=order.legal_entity_id,
        customer_id=order.customer_id,
        currency=order.currency,
        reason=wanted.reason[:40],
        occurred_at=now,
        lines=[
            ReturnLineDraft(number, line.product_id, "", quantity, line.unit_price, now, net_minor=_net(line, quantity))
            for number, (line, quantity) in enumerate(parts, start=1)
        ],
    )


def _net(line: SoldLine, quantity: Decimal) -> int:
    """Return what the quantity's share of the sold line comes to, as it is credited."""
    share = part_minor(line.net_minor, line.quantity, line.credited_quantity, quantity)
    return min(share, line.net_minor - line.credited_minor)


def _spread(wanted: Mapping[UUID, Decimal], sold: Sequence[SoldLine]) -> list[tuple[SoldLine, Decimal]] | None:
    """Return the sold lines that take the quantities, latest sale first; None when they do not suffice."""
    parts = []
    for line_id, quantity in wanted.items():
        missing = quantity
        for line in sorted(
            (item for item in sold if item.line_id == line_id), key=lambda item: item.issued_at, reverse=True
        ):
            part = min(missing, line.quantity - line.credited_quantity)
            if part > 0:
                parts.append((line, part))
                missing -= part
        if missing:
            return None
    return parts
