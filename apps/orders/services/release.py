"""Releasing held orders: everything is decided again on today's masters; what a person may accept, the releaser accepts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import record_events
from apps.billing.contract import CreditHold, hold_credit
from apps.compliance.contract import CHECKS
from apps.exceptions.contract import close_cases
from apps.inventory.contract import reserve_lines
from apps.masterdata.contract import (
    ProductFacts,
    addresses_by_id,
    channels_by_code,
    customers_by_id,
    entities_by_id,
    products_by_id,
)
from apps.orders.events import ORDER_RELEASED, order_event
from apps.orders.permissions import ACCEPT_CONTENT, ACCEPT_CREDIT, ACCEPT_PRICE
from apps.orders.services.cancel import ReasonMissing
from apps.orders.services.decide import CREDIT_LIMIT_EXCEEDED, Decision, decide_orders, record_order_decisions
from apps.orders.services.drafts import ONE, BadRow, LineDraft, OrderDraft
from apps.orders.services.outcomes import NotDone
from apps.orders.services.place import demands
from apps.orders.services.write import insert_lines
from apps.orders.states import HELD
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import writes

# What a person may accept in writing, and the permission to do so. The others must be put right first: there is no order without
# customer, product or tax.
ACCEPTABLE: Final[Mapping[str, str]] = {
    CREDIT_LIMIT_EXCEEDED: ACCEPT_CREDIT,
    "customer_blocked": ACCEPT_CREDIT,
    "price_not_positive": ACCEPT_PRICE,
    "product_not_sellable": ACCEPT_CONTENT,
    "row_unusable": ACCEPT_CONTENT,
}
ESSENTIAL_PARTS: Final = ("line1", "city", "country")

_HELD = """
SELECT o.id, o.number, o.state, o.legal_entity_id, o.channel_id, o.customer_id, o.currency, o.ordered_at, o.source_ref,
       o.external_number, o.purchase_order, o.bill_to_id, o.ship_to_id, o.intake_document_id, o.placed_by, o.coupons
  FROM orders_order o WHERE o.id = ANY(%s::uuid[]) ORDER BY o.id FOR NO KEY UPDATE
"""
_LINES = """
SELECT order_id, id, line_no, product_id, quantity, unit_price, price_source, description, intake_row, buyer_reference,
       ordered_unit, ordered_quantity
  FROM orders_orderline WHERE order_id = ANY(%s::uuid[]) AND kind IN ('product', 'bundle') ORDER BY order_id, line_no
"""
_BAD_ROWS = """
SELECT subject_id, row_number, code, detail FROM orders_intakerow WHERE subject_id = ANY(%s::uuid[]) ORDER BY row_number
"""
_CONFIRM = """
UPDATE orders_order o
   SET state = 'confirmed', version = o.version + 1, released_by = %s, bill_to_id = c.bill_to_id, ship_to_id = c.ship_to_id,
       invoicing = c.invoicing, payment_terms_days = c.terms, net_minor = c.net, tax_minor = c.tax, gross_minor = c.net + c.tax,
       pricing_sha256 = c.sha
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::int[], %s::bigint[], %s::bigint[], %s::bytea[])
       AS c(id, bill_to_id, ship_to_id, invoicing, terms, net, tax, sha)
 WHERE o.id = c.id
"""
_REPRICE = """
UPDATE orders_orderline l
   SET unit_price = c.price, price_source = c.source, net_minor = c.net, tax_category = c.category, tax_rate = c.rate,
       tax_reason = c.reason, tax_minor = c.tax, discount_minor = c.discount, price_per = c.per
  FROM unnest(%s::uuid[], %s::numeric[], %s::text[], %s::bigint[], %s::text[], %s::numeric[], %s::text[], %s::bigint[],
              %s::bigint[], %s::numeric[])
       AS c(id, price, source, net, category, rate, reason, tax, discount, per)
 WHERE l.id = c.id
"""
# Parts, free goods and charges were made by the decision, and are made anew by the next one.
_FORGET = """
DELETE FROM orders_orderline WHERE order_id = ANY(%s::uuid[]) AND kind NOT IN ('product', 'bundle')
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
    drafts, numbers = _load(order_ids, outcome)
    decisions = decide_orders(drafts)
    ready = _sort_out(drafts, decisions, numbers, outcome, actor)
    if ready:
        _confirm(ready, reason=reason, actor=actor, now=now)
        outcome.order_ids = [draft.id for draft, _ in ready]
    return outcome


def _load(order_ids: Sequence[UUID], outcome: Released) -> tuple[list[OrderDraft], dict[UUID, str]]:
    """Lock the orders and rebuild the drafts of those that are held."""
    rows = {row[0]: row for row in sql.fetch(_HELD, [list(order_ids)])}
    for order_id in order_ids:
        if order_id not in rows:
            outcome.refused.append(NotDone(order_id, "not_found", "There is no such order."))
        elif rows[order_id][2] != HELD:
            outcome.refused.append(NotDone(order_id, "wrong_state", f"The order is {rows[order_id][2]}, not held."))
    held = [row for row in rows.values() if row[2] == HELD]
    lines = _lines([row[0] for row in held])
    customers = customers_by_id({row[5] for row in held if row[5]})
    wanted = {key for row in held for key in (row[11], row[12]) if key}
    wanted |= {key for customer in customers.values() for key in (customer.bill_to_id, customer.ship_to_id) if key}
    addresses = addresses_by_id(wanted)
    channels = {channel.id: channel for channel in channels_by_code().values()}
    bad_rows = _bad_rows([row[0] for row in held])
    drafts = [
        _draft(row, lines.get(row[0], []), bad_rows.get(row[0], []), customers, addresses, channels) for row in held
    ]
    return drafts, {row[0]: row[1] for row in held}


def _lines(order_ids: Sequence[UUID]) -> dict[UUID, list[LineDraft]]:
    rows = sql.fetch(_LINES, [list(order_ids)])
    products = products_by_id({row[3] for row in rows if row[3]})
    lines: dict[UUID, list[LineDraft]] = {}
    for order_id, *row in rows:
        lines.setdefault(order_id, []).append(_line(products, *row))
    return lines


def _line(
    products: Mapping[UUID, ProductFacts],
    line_id: UUID,
    line_no: int,
    product_id: UUID,
    quantity: Decimal,
    unit_price: Decimal | None,
    source: str,
    description: str,
    row_number: int | None,
    buyer_reference: str,
    unit: str,
    ordered: Decimal | None,
) -> LineDraft:
    return LineDraft(
        line_no=line_no,
        product=products[product_id],
        quantity=quantity,
        agreed_price=unit_price if source == "agreed" else None,
        description=description,
        row_number=row_number,
        id=line_id,
        buyer_reference=buyer_reference,
        unit=unit,
        ordered_quantity=ordered,
        factor=ONE if ordered is None else quantity / ordered,
    )


def _draft(
    row: Sequence[Any],
    lines: Sequence[LineDraft],
    bad_rows: Sequence[BadRow],
    customers: Mapping[Any, Any],
    addresses: Mapping[Any, Any],
    channels: Mapping[Any, Any],
) -> OrderDraft:
    customer = customers.get(row[5])
    default_bill, default_ship = (customer.bill_to_id, customer.ship_to_id) if customer else (None, None)
    return OrderDraft(
        id=row[0],
        legal_entity=entities_by_id()[row[3]],
        channel=channels[row[4]],
        customer=customer,
        currency=row[6],
        ordered_at=row[7],
        source_ref=row[8],
        external_number=row[9],
        purchase_order=row[10],
        bill_to=addresses.get(row[11]) or addresses.get(default_bill),
        ship_to=_completer(addresses.get(row[12]), addresses.get(default_ship)),
        lines=lines,
        bad_rows=bad_rows,
        document_id=row[13],
        placed_by=row[14],
        coupons=tuple(row[15]),
    )


def _bad_rows(order_ids: Sequence[UUID]) -> dict[UUID, list[BadRow]]:
    """Return the kept rows of the orders: releasing such an order means to go on without them."""
    found: dict[UUID, list[BadRow]] = {}
    for order_id, row_number, code, detail in sql.fetch(_BAD_ROWS, [list(order_ids)]):
        found.setdefault(order_id, []).append(BadRow(row_number, code, detail, {}))
    return found


def _completer(given: Any, default: Any) -> Any:
    """Return the order's own address, or the customer's when that was completed meanwhile and the own one is not."""
    if given is None or default is None:
        return given or default
    return default if any(not getattr(given, part) and getattr(default, part) for part in ESSENTIAL_PARTS) else given


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
        return NotDone(draft.id, open_points[0], f"Put right first: {sentences}.")
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
    _reprice(ready)
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


def _reprice(ready: Sequence[tuple[OrderDraft, Decision]]) -> None:
    """Write what was decided anew on the lines that were asked for, and the lines that follow from it."""
    rows = [
        (
            d.line.id, d.unit_price, d.price_source, d.net_minor, d.tax_category, d.tax_rate, d.tax_reason, d.tax_minor,
            d.discount_minor, d.price_per,
        )
        for _, decision in ready
        for d in decision.lines
        if d.is_asked
    ]  # fmt: skip
    sql.run(_REPRICE, sql.columns_of(rows, 10))
    sql.run(_FORGET, [[draft.id for draft, _ in ready]])
    added = [(draft.id, line) for draft, decision in ready for line in decision.lines if not line.is_asked]
    if added:
        insert_lines(added)


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
