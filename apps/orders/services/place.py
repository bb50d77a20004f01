"""Placing orders: price, tax, checks, credit, stock and the record of all of it, for a whole batch in one transaction.

The order of the steps is the order of the locks: rows of our own first, credit next, stock last, each in key order.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.contract import CreditHold, exposures, hold_credit
from apps.compliance.contract import CHECKS, FailedCheck
from apps.exceptions.contract import CaseDraft, ReasonDraft, open_cases
from apps.inventory.contract import DemandLine, OrderTag, Reserved, claim_holds, reserve_lines
from apps.masterdata.contract import customer_groups
from apps.orders.decisions.bundles import BUNDLE
from apps.orders.decisions.outcomes import FailedLine, Placed
from apps.orders.events import ORDER_CONFIRMED, ORDER_HELD, order_event
from apps.orders.services.decide import COUPON_REFUSED, Decision, decide_orders, over_limit, record_order_decisions
from apps.orders.services.drafts import OrderDraft
from apps.orders.services.write import next_numbers, write_lines, write_orders
from apps.orders.states import CONFIRMED, HELD
from apps.pricing.contract import COUPON_REFUSED_WORDS
from ordercash.kernel.events import Event
from ordercash.kernel.remembered import remembered
from ordercash.kernel.transactions import joins


@joins
def place_drafts(drafts: Sequence[OrderDraft], *, now: datetime) -> list[Placed]:
    """Place new orders and answer in their order; a draft that fails a check becomes a held order with one open case.

    The source references must be new (see `existing_orders`); the unique constraint raises IntegrityError otherwise.
    """
    if not drafts:
        return []
    decisions = decide_orders(drafts)
    _hold_credit(drafts, decisions)
    numbers = next_numbers(len(drafts))
    states = [HELD if decision.failures else CONFIRMED for decision in decisions]
    write_orders(drafts, decisions, numbers, states, now=now)
    write_lines(drafts, decisions)
    record_order_decisions(drafts, decisions, now=now)
    _open_cases(drafts, decisions, numbers, now=now)
    reserved = _reserve(drafts, decisions, states, now=now)
    placed = [
        _placed(draft, decision, number, state, reserved)
        for draft, decision, number, state in zip(drafts, decisions, numbers, states, strict=True)
    ]
    record_events([_event(draft, answer) for draft, answer in zip(drafts, placed, strict=True)])
    return placed


def reason_of(failure: FailedCheck) -> ReasonDraft:
    """Return the typed reason of a failed check; an unusable row is typed by what is wrong with it."""
    code = str(failure.detail.get("problem", failure.code))
    where = {} if failure.line_no is None else {"line_no": failure.line_no}
    return ReasonDraft(code=code, detail={**where, **failure.detail})


def failed_line(failure: FailedCheck) -> FailedLine:
    """Return a failed check as it is told to the caller."""
    if failure.code == COUPON_REFUSED:
        words = COUPON_REFUSED_WORDS.get(failure.detail["why"], failure.detail["why"])
        return FailedLine(failure.code, failure.line_no, f"Coupon {failure.detail['coupon']} {words}.")
    found = ", ".join(f"{name} {value}" for name, value in failure.detail.items())
    sentence = CHECKS.get(failure.code, failure.code)
    return FailedLine(failure.code, failure.line_no, f"{sentence} ({found})." if found else f"{sentence}.")


def _hold_credit(drafts: Sequence[OrderDraft], decisions: Sequence[Decision]) -> None:
    """Take each order's gross amount from its customer's limit; who does not fit fails the credit check."""
    wanted = {
        draft.id: CreditHold(
            key=draft.id,
            legal_entity_id=draft.legal_entity.id,
            customer_id=draft.customer.id,
            currency=draft.currency,
            amount_minor=decision.gross_minor,
            limit_minor=draft.customer.credit_limit_minor,
        )
        for draft, decision in zip(drafts, decisions, strict=True)
        if draft.customer is not None and not decision.failures
    }
    accepted = hold_credit(list(wanted.values()))
    refused = {hold.key: hold.account for hold in wanted.values() if hold.key not in accepted}
    used = exposures(list(set(refused.values()))) if refused else {}
    for draft, decision in zip(drafts, decisions, strict=True):
        if draft.id in refused:
            exposure = used.get(refused[draft.id])
            decision.failures.append(over_limit(draft, decision, exposure.total_minor if exposure else 0))


def _open_cases(
    drafts: Sequence[OrderDraft], decisions: Sequence[Decision], numbers: Sequence[str], *, now: datetime
) -> None:
    open_cases(
        [
            held_case(draft, decision, number, [reason_of(failure) for failure in decision.failures], now=now)
            for draft, decision, number in zip(drafts, decisions, numbers, strict=True)
            if decision.failures
        ]
    )


def held_case(
    draft: OrderDraft, decision: Decision, number: str, reasons: Sequence[ReasonDraft], *, now: datetime
) -> CaseDraft:
    """Return the case of a held order."""
    return CaseDraft(
        subject_kind="order",
        subject_id=draft.id,
        title=f"Order {number} is held",
        legal_entity_id=draft.legal_entity.id,
        currency=draft.currency,
        money_at_risk_minor=decision.gross_minor,
        reasons=reasons,
        opened_at=now,
    )


def _reserve(
    drafts: Sequence[OrderDraft], decisions: Sequence[Decision], states: Sequence[str], *, now: datetime
) -> Mapping[UUID, Reserved]:
    """Reserve what confirmed orders want; those that bring a hold claim it first. A held order claims none."""
    holds = {
        draft.id: draft.hold_id
        for draft, state in zip(drafts, states, strict=True)
        if state == CONFIRMED and draft.hold_id is not None
    }
    claim_holds(holds, now=now)
    return reserve_lines(
        [
            demand
            for draft, decision, state in zip(drafts, decisions, states, strict=True)
            if state == CONFIRMED
            for demand in demands(draft, decision)
        ]
    )


def demands(draft: OrderDraft, decision: Decision) -> list[DemandLine]:
    """Return what an order wants of inventory; of a bundle it wants the parts, which are one kit."""
    about = _tag(draft)
    bundles = {decided.line.line_no: decided.line.quantity for decided in decision.lines if decided.kind == BUNDLE}
    return [
        DemandLine(
            order_id=draft.id,
            line_id=decided.line.id,
            legal_entity_id=draft.legal_entity.id,
            product_id=decided.line.product.id,
            is_stocked=decided.line.product.is_stocked,
            quantity=decided.line.quantity,
            occurred_at=draft.ordered_at,
            about=about,
            sku=decided.line.product.sku,
            category=decided.line.product.category,
            net_minor=decided.net_minor,
            weight_kg=decided.line.product.weight_kg,
            kit_no=decided.part_of,
            per_kit=None if decided.part_of is None else decided.line.quantity / bundles[decided.part_of],
            wanted_on=draft.requested_delivery_date,
            hold_id=draft.hold_id,
        )
        for decided in decision.lines
        if decided.kind != BUNDLE
    ]


def _tag(draft: OrderDraft) -> OrderTag:
    """Return what sourcing, sharing and notices ask of the order."""
    customer, place = draft.customer, draft.ship_to
    return OrderTag(
        customer_id=customer.id if customer else None,
        group=_group_codes().get(customer.group_id, "") if customer and customer.group_id else "",
        channel=draft.channel.code,
        country=place.country if place else "",
        postal_code=place.postal_code if place else "",
        currency=draft.currency,
        partial_ok=draft.partial_delivery,
    )


@remembered(seconds=5)
def _group_codes() -> Mapping[UUID, str]:
    return {group_id: code for code, group_id in customer_groups().items()}


def _placed(
    draft: OrderDraft, decision: Decision, number: str, state: str, reserved: Mapping[UUID, Reserved]
) -> Placed:
    waiting: list[tuple[int, Decimal]] = []
    if state == CONFIRMED:
        waiting = [
            (decided.line.line_no, answer.backordered)
            for decided in decision.lines
            if decided.kind != BUNDLE and (answer := reserved[decided.line.id]).backordered
        ]
    return Placed(
        order_id=draft.id,
        number=number,
        state=state,
        currency=draft.currency,
        net_minor=decision.net_minor,
        tax_minor=decision.tax_minor,
        gross_minor=decision.gross_minor,
        reasons=tuple(failed_line(failure) for failure in decision.failures),
        backordered=tuple(waiting),
    )


def _event(draft: OrderDraft, placed: Placed) -> Event:
    payload = {
        "number": placed.number,
        "currency": placed.currency,
        "net_minor": placed.net_minor,
        "tax_minor": placed.tax_minor,
        "gross_minor": placed.gross_minor,
        "lines": len(draft.lines),
    }
    if placed.reasons:
        payload["reasons"] = sorted({reason.code for reason in placed.reasons})
    if placed.backordered:
        payload["backordered_lines"] = len(placed.backordered)
    return order_event(
        ORDER_HELD if placed.state == HELD else ORDER_CONFIRMED,
        placed.order_id,
        payload,
        occurred_at=draft.ordered_at,
        actor_id=draft.placed_by,
        legal_entity_id=draft.legal_entity.id,
    )
