"""Asking pricing what orders cost, for a whole batch, and reading its answer as lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from apps.orders.decisions.bundles import net_of_parts
from apps.orders.services.drafts import ONE, LineDraft, OrderDraft
from apps.orders.services.lines import Parts, PricedLine
from apps.pricing.contract import (
    AddedLine,
    BelowFloor,
    CartRequest,
    CartTexts,
    Coupon,
    CouponClaim,
    DecidedCart,
    LinePriced,
    LineRequest,
    price_carts,
    redeem_coupons,
)
from ordercash.kernel.money import AmountOutOfRange
from ordercash.kernel.transactions import joins

# Why a coupon is refused that came with an order of nobody.
NO_CUSTOMER: Final = "no_customer"


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """What the lines of an order cost, the lines that rules add, the coupons that were refused, the lines below a floor (by
    their place), and the decision itself; None for an order without lines."""

    lines: list[PricedLine]
    added: Sequence[AddedLine] = ()
    refused: Sequence[Coupon] = ()
    floors: tuple[tuple[int, BelowFloor], ...] = ()
    decided: DecidedCart | None = None

    @property
    def version_sha256(self) -> bytes | None:
        """The version of the rules that decided it."""
        return self.decided.version_sha256 if self.decided else None

    @property
    def texts(self) -> CartTexts | None:
        """The decision as it is stored."""
        return self.decided.texts if self.decided else None


@joins
def price_orders(drafts: Sequence[OrderDraft], parts: Parts) -> list[PricedOrder]:
    """Redeem the coupons of the drafts and price them; the number of statements does not depend on how many there are.

    A coupon that an order uses already is granted to it again. What is redeemed here is given back when the order is cancelled.
    """
    wanted = [draft for draft in drafts if draft.lines]
    coupons = _redeemed(wanted)
    decided = iter(_decided(wanted, coupons))
    answers = iter(coupons)
    return [
        _priced_order(draft, next(decided), next(answers), parts) if draft.lines else PricedOrder([])
        for draft in drafts
    ]


def _decided(drafts: Sequence[OrderDraft], coupons: Sequence[Sequence[Coupon]]) -> list[DecidedCart]:
    """Return what was quoted where an order is placed at a quote, and what the rules in force say of the others."""
    fresh = [(_cart(draft), own) for draft, own in zip(drafts, coupons, strict=True) if draft.quote is None]
    priced = iter(price_carts([cart for cart, _ in fresh], coupons=[own for _, own in fresh]) if fresh else [])
    return [draft.quote.decided if draft.quote else next(priced) for draft in drafts]


def _redeemed(drafts: Sequence[OrderDraft]) -> list[list[Coupon]]:
    """Redeem the coupons of orders whose customer is known, and say of every code whether it is granted."""
    claims = [
        CouponClaim(draft.id, draft.customer.id, code, draft.ordered_at)
        for draft in drafts
        if draft.customer is not None
        for code in draft.coupons
    ]
    answers = iter(redeem_coupons(claims))
    return [
        [Coupon(*next(answers)) if draft.customer else Coupon(code, "", False, NO_CUSTOMER) for code in draft.coupons]
        for draft in drafts
    ]


def _cart(draft: OrderDraft) -> CartRequest:
    customer, place = draft.customer, draft.ship_to
    return CartRequest(
        at=draft.ordered_at,
        currency=draft.currency,
        legal_entity_id=draft.legal_entity.id,
        lines=[
            LineRequest(line.product, line.product.sku, line.asked, line.unit, line.agreed_price, line.manual)
            for line in draft.lines
        ],
        customer_id=customer.id if customer else None,
        customer=customer.code if customer else "",
        customer_group_id=customer.group_id if customer else None,
        channel=draft.channel.code,
        country=place.country if place else "",
        state=place.state if place else "",
        postal_code=place.postal_code if place else "",
    )


def _priced_order(draft: OrderDraft, decided: DecidedCart, coupons: Sequence[Coupon], parts: Parts) -> PricedOrder:
    return PricedOrder(
        lines=[
            _line(line, answer, parts) if answer.unit_price is not None else _without_price(line, place, decided, parts)
            for place, (line, answer) in enumerate(zip(draft.lines, decided.lines, strict=True))
        ],
        added=decided.added,
        refused=[coupon for coupon in coupons if not coupon.granted],
        floors=tuple([(place, line.floor) for place, line in enumerate(decided.lines) if line.floor is not None]),
        decided=decided,
    )


def _line(line: LineDraft, answer: LinePriced, parts: Parts) -> PricedLine:
    """Return the answer about a line; prices are those of ordered units, and are kept as those of own units."""
    per = answer.per if line.factor == ONE else answer.per * line.factor
    nets: Sequence[int] = ()
    if line.product.is_bundle:
        own = parts.get(line.product.id, ())
        quantities = [part.quantity * line.quantity for part in own]
        shares = {share.product: share.net_minor for share in answer.parts}
        nets = (
            [shares[str(part.product.id)] for part in own]
            if shares.keys() == {str(part.product.id) for part in own}
            else net_of_parts(answer.net_minor, [None] * len(own), quantities)
        )
    return PricedLine(answer.unit_price, per, answer.source, answer.discount_minor, answer.net_minor, nets)


def _without_price(line: LineDraft, place: int, decided: DecidedCart, parts: Parts) -> PricedLine:
    """Return the answer about a line without a price; one that is too large to be booked keeps the price that was agreed."""
    trace = decided.priced.trace
    misses = trace["missed"][trace["lines"][place]["missed"]]
    nets = [0] * len(parts.get(line.product.id, ()))
    if not misses or misses[-1][1] != AmountOutOfRange.code:
        return PricedLine(None, ONE, "", 0, 0, nets)
    price: Decimal | None = line.agreed_price
    source = misses[-1][0] if price is not None else ""
    return PricedLine(price, line.factor if price is not None else ONE, source, 0, 0, nets, is_too_large=True)
