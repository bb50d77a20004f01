"""Prices and discounts that somebody sets on a line of a held order; a confirmed order's prices are frozen."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.masterdata.contract import roles_of
from apps.orders.decisions.by_hand import MANUAL_KIND, ManualLimits, beyond_limit, percent_below
from apps.orders.events import PRICE_SET, order_event
from apps.orders.services.cancel import ReasonMissing
from apps.orders.services.decide import Decision, decide_orders, record_order_decisions
from apps.orders.services.drafts import LineDraft, OrderDraft
from apps.orders.services.floors import drop_allowed
from apps.orders.services.held import load_held
from apps.orders.services.outcomes import NotDone
from apps.orders.services.refresh import refresh_held
from apps.orders.services.reprice import reprice
from apps.pricing.contract import Manual
from apps.rulebooks.contract import rulebook_in_force
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import joins, writes

_SET: Final = """
UPDATE orders_orderline SET manual_price = %s, manual_percent = %s, manual_by = %s, manual_reason = %s WHERE id = %s
"""
_TOTALS: Final = """
UPDATE orders_order SET net_minor = %s, tax_minor = %s, gross_minor = %s, pricing_sha256 = %s, version = version + 1 WHERE id = %s
"""


@writes
def set_line_price(
    order_id: UUID, line_no: int, *, unit_price: Decimal, reason: str, actor: Actor, now: datetime
) -> tuple[NotDone, ...]:
    """Set the price of one ordered unit on a line of a held order and decide the order anew; answers why not. Raises ReasonMissing."""
    return _set(order_id, line_no, Manual(unit_price, None, str(actor.id), _said(reason)), actor, now)


@writes
def set_line_discount(
    order_id: UUID, line_no: int, *, percent: Decimal, reason: str, actor: Actor, now: datetime
) -> tuple[NotDone, ...]:
    """Take per cent off a line of a held order and decide the order anew; answers why not. Raises ReasonMissing."""
    return _set(order_id, line_no, Manual(None, percent, str(actor.id), _said(reason)), actor, now)


def _said(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing("Say why the price is set by hand; it stands in its explanation.")
    return reason.strip()[:300]


@joins
def _set(order_id: UUID, line_no: int, manual: Manual, actor: Actor, now: datetime) -> tuple[NotDone, ...]:
    drafts, numbers, refused = load_held([order_id])
    if not drafts:
        return tuple(refused)
    draft = drafts[0]
    if draft.quote is not None:
        return (NotDone(order_id, "quoted", f"The order takes the prices of {draft.quote.number}."),)
    line = next((line for line in draft.lines if line.line_no == line_no), None)
    if line is None:
        return (NotDone(order_id, "no_such_line", "The order has no such line that was asked for."),)
    before = line.manual
    line.manual = None
    found = decide_orders([draft])[0].lines[draft.lines.index(line)]
    why_not = _beyond(draft, line, found.unit_price, found.price_per, manual, actor, now)
    if why_not:
        line.manual = before
        return (NotDone(order_id, "beyond_limit", why_not),)
    line.manual = manual
    (decision,) = decide_orders([draft], are_held=True)
    sql.run(_SET, [manual.price, manual.percent, actor.id, manual.reason, line.id])
    _keep(draft, decision, line, manual, actor=actor, now=now)
    drop_allowed([draft], [decision], now=now)
    refresh_held(draft, decision, numbers[order_id], actor=actor, now=now)
    return ()


def _beyond(
    draft: OrderDraft, line: LineDraft, price: Decimal | None, per: Decimal, manual: Manual, actor: Actor, now: datetime
) -> str | None:
    limits: ManualLimits = rulebook_in_force(MANUAL_KIND, at=now, legal_entity_id=draft.legal_entity.id).document
    percent = manual.percent
    if manual.price is not None:
        percent = None if price is None else percent_below(price * line.factor / per, manual.price)
    return beyond_limit(limits, roles_of(actor.id), percent)


def _keep(
    draft: OrderDraft, decision: Decision, line: LineDraft, manual: Manual, *, actor: Actor, now: datetime
) -> None:
    """Write down what the order costs now; it stays held."""
    reprice([(draft, decision)])
    totals = [decision.net_minor, decision.tax_minor, decision.gross_minor]
    sql.run(_TOTALS, [*totals, decision.pricing_sha256, draft.id])
    record_order_decisions([draft], [decision], now=now)
    payload: dict[str, Any] = {"line_no": line.line_no, "reason": manual.reason}
    payload |= {"unit_price": str(manual.price)} if manual.price is not None else {"percent": str(manual.percent)}
    record_events(
        [
            order_event(
                PRICE_SET, draft.id, payload, occurred_at=now, actor_id=actor.id, legal_entity_id=draft.legal_entity.id
            )
        ]
    )
