"""Releasing held orders: everything is decided again on today's masters; what a person may accept, the releaser accepts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.contract import CreditHold, hold_credit
from apps.compliance.contract import CHECKS
from apps.exceptions.contract import close_cases
from apps.inventory.contract import reserve_lines
from apps.orders.events import ORDER_RELEASED, order_event
from apps.orders.permissions import ACCEPT_CONTENT, ACCEPT_COUPON, ACCEPT_CREDIT, ACCEPT_PRICE
from apps.orders.services.cancel import ReasonMissing
from apps.orders.services.decide import (
    COUPON_REFUSED,
    CREDIT_LIMIT_EXCEEDED,
    Decision,
    decide_orders,
    record_order_decisions,
)
from apps.orders.services.drafts import OrderDraft
from apps.orders.services.floors import FLOOR_CODES, drop_allowed
from apps.orders.services.held import load_held
from apps.orders.services.outcomes import NotDone
from apps.orders.services.place import demands
from apps.orders.services.reprice import reprice
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import writes

# What a person may accept in writing, and the permission to do so. The others must be put right first: there is no order without
# customer, product or tax.
ACCEPTABLE: Final[Mapping[str, str]] = {
    CREDIT_LIMIT_EXCEEDED: ACCEPT_CREDIT,
    "customer_blocked": ACCEPT_CREDIT,
    "price_not_positive": ACCEPT_PRICE,
    COUPON_REFUSED: ACCEPT_COUPON,
    "product_not_sellable": ACCEPT_CONTENT,
    "row_unusable": ACCEPT_CONTENT,
}

_CONFIRM = """
UPDATE orders_order o
   SET state = 'confirmed', version = o.version + 1, released_by = %s, bill_to_id = c.bill_to_id, ship_to_id = c.ship_to_id,
       invoicing = c.invoicing, payment_terms_days = c.terms, net_minor = c.net, tax_minor = c.tax, gross_minor = c.net + c.tax,
       pricing_sha256 = c.sha
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::int[], %s::bigint[], %s::bigint[], %s::bytea[])
       AS c(id, bill_to_id, ship_to_id, invoicing, terms, net, tax, sha)
 WHERE o.id = c.id
"""


@dataclass(slots=True)
class Released:
    """Orders that went on, and those that cannot yet, with what to put right."""

    order_ids: list[UUID] = field(default_factory=list)
    refused: list[NotDone] = field(default_factory=list)


@writes
def release_orders(order_ids: Sequence[UUID], *, reason: str, actor: Actor, now: datetime) -> Released:
    """Release held orders whose remaining failures the releaser may accept; their case closes with the reason.

    Prices and tax are decided again for the order's own time. An order that lacks what nobody can accept stays held and is
    answered with what to put right. Raises ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing("A release needs a reason; it is kept with the case.")
    outcome = Released()
    drafts, numbers, outcome.refused = load_held(order_ids)
    decisions = decide_orders(drafts, are_held=True)
    drop_allowed(drafts, decisions, now=now)
    ready = _sort_out(drafts, decisions, numbers, outcome, actor)
    if ready:
        _confirm(ready, reason=reason, actor=actor, now=now)
        outcome.order_ids = [draft.id for draft, _ in ready]
    return outcome


def _sort_out(
    drafts: Sequence[OrderDraft],
    decisions: Sequence[Decision],
    numbers: Mapping[UUID, str],
    outcome: Released,
    actor: Actor,
) -> list[tuple[OrderDraft, Decision]]:
    ready = []
    for draft, decision in zip(drafts, decisions, strict=True):
        refusal = _refusal(draft, {failure.code for failure in decision.failures}, numbers[draft.id], actor)
        if refusal is None:
            ready.append((draft, decision))
        else:
            outcome.refused.append(refusal)
    return ready


def _refusal(draft: OrderDraft, failed: set[str], number: str, actor: Actor) -> NotDone | None:
    """Return why this actor cannot release the order, None when nothing stands in the way."""
    open_points = sorted(failed - ACCEPTABLE.keys())
    if not draft.lines:
        return NotDone(
            draft.id, "no_lines", f"{number} has no usable line: cancel it, and enter what is still wanted anew."
        )
    if open_points:
        sentences = "; ".join(CHECKS.get(code, code) for code in open_points)
        ask = (
            " Somebody who may allow it has to, before it is released." if FLOOR_CODES.intersection(open_points) else ""
        )
        return NotDone(draft.id, open_points[0], f"Put right first: {sentences}.{ask}")
    if draft.quote is not None and COUPON_REFUSED in failed:
        detail = f"The prices of {draft.quote.number} count on a coupon that is used up: allow it more uses, or cancel and quote anew."
        return NotDone(draft.id, "quoted_coupon_refused", detail)
    missing = sorted({CHECKS[code] for code in failed if not actor.may(ACCEPTABLE[code])})
    if missing:
        return NotDone(draft.id, "not_yours_to_accept", f"Another role must accept: {'; '.join(missing)}.")
    if draft.placed_by == actor.id and not actor.is_system:
        return NotDone(draft.id, "own_order", "Whoever placed an order does not release it; ask a colleague.")
    return None


def _confirm(ready: Sequence[tuple[OrderDraft, Decision]], *, reason: str, actor: Actor, now: datetime) -> None:
    _hold_credit(ready)
    headers = [_header(draft, decision) for draft, decision in ready]
    sql.run(_CONFIRM, [actor.id, *sql.columns_of(headers, 8)])
    reprice(ready)
    record_order_decisions([draft for draft, _ in ready], [decision for _, decision in ready], now=now)
    close_cases("order", [draft.id for draft, _ in ready], resolution="released", note=reason, actor=actor, now=now)
    reserve_lines([demand for draft, decision in ready for demand in demands(draft, decision)])
    record_events(
        [
            order_event(
                ORDER_RELEASED,
                draft.id,
                {"reason": reason, "accepted": sorted({failure.code for failure in decision.failures})},
                occurred_at=now,
                actor_id=actor.id,
                legal_entity_id=draft.legal_entity.id,
            )
            for draft, decision in ready
        ]
    )


def _hold_credit(ready: Sequence[tuple[OrderDraft, Decision]]) -> None:
    """Book the orders against their customers' credit; the releaser has accepted what lies above the limit."""
    hold_credit(
        [
            CreditHold(
                key=draft.id,
                legal_entity_id=draft.legal_entity.id,
                customer_id=draft.customer.id,
                currency=draft.currency,
                amount_minor=decision.gross_minor,
                limit_minor=draft.customer.credit_limit_minor,
                override=True,
            )
            for draft, decision in ready
            if draft.customer
        ]
    )


def _header(draft: OrderDraft, decision: Decision) -> tuple[Any, ...]:
    customer, bill_to, ship_to = draft.customer, draft.bill_to or draft.ship_to, draft.ship_to or draft.bill_to
    return (
        draft.id,
        bill_to.id if bill_to else None,
        ship_to.id if ship_to else None,
        customer.invoicing if customer else "per_shipment",
        customer.payment_terms_days if customer else 0,
        decision.net_minor,
        decision.tax_minor,
        decision.pricing_sha256,
    )
