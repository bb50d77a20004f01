"""Orders at the prices of a quote: whether the order is what was quoted, and taking the quote for it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from apps.orders.decisions.canonical import CanonicalOrder
from apps.orders.services.drafts import OrderDraft
from apps.pricing.contract import QuoteClaim, QuotedCart, claim_quotes
from ordercash.kernel.errors import Fault
from ordercash.kernel.transactions import joins

_UNUSABLE: Final[Mapping[str, str]] = {
    "ordered": "Another order was placed at it.",
    "withdrawn": "It was withdrawn.",
    "not_yet_valid": "It is not valid yet.",
    "prices_only": "It tells prices and promises none.",
}


def quote_faults(order: CanonicalOrder, draft: OrderDraft, quote: QuotedCart | None, now: datetime) -> list[Fault]:
    """Return why an order cannot be placed at the quote that it names: unusable at the moment, or not what was quoted."""
    if quote is None:
        return [Fault("/quote", "quote_unknown", f"There is no quote {order.quote!r}.")]
    state = quote.state_at(now)
    if state == "expired" and quote.valid_until_at is not None:
        return [Fault("/quote", "quote_expired", f"{quote.number} was valid until {quote.valid_until_at.isoformat()}.")]
    if state != "open":
        return [Fault("/quote", f"quote_{state}", f"{quote.number} cannot be used: {_UNUSABLE[state]}")]
    return [*_header(order, draft, quote), *_lines(order, draft, quote)]


def _header(order: CanonicalOrder, draft: OrderDraft, quote: QuotedCart) -> Iterator[Fault]:
    facts, place = quote.decided.facts, draft.ship_to
    pairs = (
        ("legal_entity", draft.legal_entity.id == quote.legal_entity_id, facts.legal_entity),
        ("customer", draft.customer is not None and draft.customer.id == quote.customer_id, facts.customer),
        ("currency", draft.currency == quote.currency, quote.currency),
        ("channel", quote.channel in ("", draft.channel.code), quote.channel),
    )
    for field, same, quoted in pairs:
        if not same:
            yield _differs(f"/{field}", quote, quoted)
    given = order.ship_to
    at = given or place
    country, state, postal_code = (at.country, at.state, at.postal_code) if at else ("", "", "")
    if facts.country and country != facts.country:
        yield _differs("/ship_to/country" if given else "/ship_to", quote, f"a delivery to {facts.country}")
    elif facts.state and state != facts.state:
        yield _differs("/ship_to/state" if given else "/ship_to", quote, f"a delivery to {facts.state}")
    elif not quote.is_for_postal_code(postal_code):
        quoted_place = f"a delivery to {facts.country} {facts.postal_code}"
        yield _differs("/ship_to/postal_code" if given else "/ship_to", quote, quoted_place)
    quoted_codes = {coupon.code for coupon in facts.coupons}
    if order.coupons and {code.upper() for code in order.coupons} != quoted_codes:
        yield _differs("/coupons", quote, ", ".join(sorted(quoted_codes)) or "no coupon")


def _lines(order: CanonicalOrder, draft: OrderDraft, quote: QuotedCart) -> Iterator[Fault]:
    quoted = quote.decided.facts.lines
    if len(draft.lines) != len(quoted):
        yield _differs("/lines", quote, f"{len(quoted)} lines")
    for place, (line, wanted, asked) in enumerate(zip(draft.lines, order.lines, quoted, strict=False)):
        if str(line.product.id) != asked.product:
            yield _differs(f"/lines/{place}/sku", quote, asked.sku)
        elif (line.unit or line.product.unit) != asked.unit:
            yield _differs(f"/lines/{place}/unit", quote, asked.unit)
        elif line.asked != asked.quantity:
            yield _differs(f"/lines/{place}/quantity", quote, f"{asked.quantity.normalize():f}")
        if wanted.unit_price is not None:
            yield Fault(f"/lines/{place}/unit_price", "quote_has_prices", "Leave it out: the quote names the price.")


def _differs(pointer: str, quote: QuotedCart, quoted: str) -> Fault:
    return Fault(pointer, "differs_from_quote", f"{quote.number} is for {quoted}.")


@joins
def take_quotes(drafts: Sequence[OrderDraft], *, now: datetime) -> list[OrderDraft]:
    """Take the quotes for the orders that are placed at them; returns those that came too late: one order gets a quote."""
    wanted = [draft for draft in drafts if draft.quote is not None]
    if not wanted:
        return []
    claims: list[QuoteClaim] = []
    late: list[OrderDraft] = []
    for draft in wanted:
        quote_id = draft.quote.id if draft.quote else draft.id
        if any(claim.quote_id == quote_id for claim in claims):
            late.append(draft)
        else:
            claims.append(QuoteClaim(quote_id, draft.id))
    taken = claim_quotes(claims, actor_id=wanted[0].placed_by, now=now)
    return late + [draft for draft in wanted if draft not in late and draft.quote and draft.quote.id not in taken]


def came_too_late(draft: OrderDraft) -> Fault:
    """Return what the order is told that did not get its quote."""
    number = draft.quote.number if draft.quote else ""
    return Fault("/quote", "quote_ordered", f"{number} cannot be used: {_UNUSABLE['ordered']}")
