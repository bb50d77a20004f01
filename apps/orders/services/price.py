"""Asking pricing what orders cost, for a whole batch, and reading its answer as lines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.orders.decisions.bundles import net_of_parts
from apps.orders.services.drafts import ONE, LineDraft, OrderDraft
from apps.orders.services.lines import Parts, PricedLine
from apps.pricing.contract import LinePrice, PricedLines, PriceRequest, Texts, price_lines


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """What the lines of an order cost, the version that decided it and the decision's texts."""

    lines: list[PricedLine]
    version_sha256: bytes | None
    texts: Texts | None


def price_orders(drafts: Sequence[OrderDraft], parts: Parts) -> list[PricedOrder]:
    """Price the drafts; one statement for all of them, one more where bundles are split on their parts."""
    priced = price_lines([_request(draft, line) for draft in drafts for line in draft.lines])
    alone = iter(_parts_alone(drafts, parts))
    found = []
    start = 0
    for draft in drafts:
        span = range(start, start + len(draft.lines))
        lines = [
            _priced(draft, line, priced.lines[index], parts, alone)
            for index, line in zip(span, draft.lines, strict=True)
        ]
        found.append(_order(lines, priced, span))
        start = span.stop
    return found


def _order(lines: list[PricedLine], priced: PricedLines, span: range) -> PricedOrder:
    if not span:
        return PricedOrder(lines, None, None)
    return PricedOrder(lines, priced.version_of(span.start), priced.decision(span))


def _request(draft: OrderDraft, line: LineDraft) -> PriceRequest:
    """Ask for the price of own units; a price that was agreed is one of the ordered unit."""
    return PriceRequest(
        customer_group_id=draft.customer.group_id if draft.customer else None,
        legal_entity_id=draft.legal_entity.id,
        currency=draft.currency,
        product_id=line.product.id,
        quantity=line.quantity if line.agreed_price is None else line.asked,
        at=draft.ordered_at,
        agreed_price=line.agreed_price,
    )


def _priced(
    draft: OrderDraft, line: LineDraft, price: LinePrice, parts: Parts, alone: Iterator[Decimal | None]
) -> PricedLine:
    unit_price, source = price.unit_price, price.source
    if price.is_too_large and line.agreed_price is not None:
        # What is too large to be booked keeps the price that was agreed.
        unit_price, source = line.agreed_price, str(price.trace[-1]["access"])
    per = ONE if line.agreed_price is None else line.factor
    nets: Sequence[int] = ()
    if line.product.is_bundle:
        own = parts.get(line.product.id, ())
        quantities = [part.quantity * line.quantity for part in own]
        nets = net_of_parts(price.net_minor, [next(alone) for _ in own], quantities)
    return PricedLine(unit_price, per, source, 0, price.net_minor, nets, price.is_too_large)


def _parts_alone(drafts: Sequence[OrderDraft], parts: Parts) -> list[Decimal | None]:
    """Return what each part of each bundle costs alone, in the order of drafts, lines and parts."""
    requests = [
        _request(draft, LineDraft(0, part.product, part.quantity * line.quantity, None))
        for draft in drafts
        for line in draft.lines
        if line.product.is_bundle
        for part in parts.get(line.product.id, ())
    ]
    return [line.unit_price for line in price_lines(requests).lines] if requests else []
