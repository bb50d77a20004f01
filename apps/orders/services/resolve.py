"""From canonical orders to drafts: every code looked up, set-wise; what is unknown or does not fit is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.inventory.contract import HoldFacts, holds_by_id
from apps.masterdata.contract import (
    AddressDraft,
    AddressFacts,
    ChannelFacts,
    CustomerFacts,
    EntityFacts,
    ProductFacts,
    addresses_by_id,
    channels_by_code,
    currencies,
    customers_by_code,
    ensure_addresses,
    entities_by_code,
    factor_of,
    product_units,
    products_by_sku,
    quantity_fault,
)
from apps.orders.decisions.canonical import CanonicalAddress, CanonicalLine, CanonicalOrder
from apps.orders.services.drafts import LineDraft, OrderDraft
from apps.orders.services.quoted import came_too_late, quote_faults, take_quotes
from apps.pricing.contract import QuotedCart, quotes_by_number
from ordercash.kernel.errors import DomainError, Fault
from ordercash.kernel.ids import id_in
from ordercash.kernel.transactions import joins

CLOCK_TOLERANCE = timedelta(minutes=5)


class OrderUnresolvable(DomainError):
    """The order names something that does not exist, or that does not fit together; `faults` name everything."""

    code, title, status = "order_unresolvable", "The order names something that does not exist or does not fit", 422


class Intake(NamedTuple):
    """A canonical order, the reference that makes it unique, and who brought it."""

    order: CanonicalOrder
    source_ref: str
    placed_by: UUID


@dataclass(frozen=True, slots=True)
class _Masters:
    entities: Mapping[str, EntityFacts]
    channels: Mapping[str, ChannelFacts]
    currencies: Mapping[str, int]
    customers: Mapping[str, CustomerFacts]
    products: Mapping[str, ProductFacts]
    addresses: Mapping[UUID, AddressFacts]
    units: Mapping[UUID, Mapping[str, Decimal]]
    holds: Mapping[UUID, HoldFacts]
    quotes: Mapping[str, QuotedCart]


@joins
def resolve_orders(intakes: Sequence[Intake], *, now: datetime) -> list[OrderDraft | OrderUnresolvable]:
    """Return a draft for every order, or why there is none; three to five statements for any number of orders.

    Where an order names a quote, three more: the quote is taken for it.
    """
    customers = customers_by_code({intake.order.customer for intake in intakes})
    ids = {key for customer in customers.values() for key in (customer.bill_to_id, customer.ship_to_id) if key}
    products = products_by_sku({line.sku for intake in intakes for line in intake.order.lines})
    in_units = {line.sku for intake in intakes for line in intake.order.lines if line.unit}
    masters = _Masters(
        entities=entities_by_code(),
        channels=channels_by_code(),
        currencies=currencies(),
        customers=customers,
        products=products,
        addresses=addresses_by_id(ids),
        holds=holds_by_id(
            {hold_id for intake in intakes if intake.order.hold and (hold_id := id_in(intake.order.hold))}
        ),
        units=product_units({products[sku].id for sku in in_units if sku in products}),
        quotes=quotes_by_number({intake.order.quote for intake in intakes if intake.order.quote}),
    )
    resolved = [_resolve(intake, masters, now) for intake in intakes]
    late = {
        id(draft): draft for draft in take_quotes([each for each in resolved if isinstance(each, OrderDraft)], now=now)
    }
    if late:
        resolved = [
            OrderUnresolvable(faults=[came_too_late(late[id(each)])]) if id(each) in late else each for each in resolved
        ]
    _take_given_addresses(intakes, resolved, masters)
    return resolved


def _take_given_addresses(
    intakes: Sequence[Intake], resolved: Sequence[OrderDraft | OrderUnresolvable], masters: _Masters
) -> None:
    """Keep the delivery addresses that came with the orders, not those of refused ones; equal ones are kept once."""
    wanted = [
        (draft, _address_draft(draft.customer, intake.order.ship_to))
        for intake, draft in zip(intakes, resolved, strict=True)
        if isinstance(draft, OrderDraft) and draft.customer is not None and intake.order.ship_to is not None
    ]
    ids = ensure_addresses([address for _, address in wanted])
    for (draft, address), id_ in zip(wanted, ids, strict=True):
        draft.ship_to = _as_facts(address, id_)
        draft.bill_to = draft.bill_to or draft.ship_to


def _address_draft(customer: CustomerFacts, address: CanonicalAddress) -> AddressDraft:
    return AddressDraft(customer_id=customer.id, kind="ship", **address.model_dump())


def _as_facts(draft: AddressDraft, id_: object) -> AddressFacts:
    return AddressFacts(
        id_,  # type: ignore[arg-type]
        draft.customer_id,
        draft.kind,
        draft.name,
        draft.line1,
        draft.line2,
        draft.city,
        draft.postal_code,
        draft.state,
        draft.country,
    )


def _resolve(intake: Intake, masters: _Masters, now: datetime) -> OrderDraft | OrderUnresolvable:
    order = intake.order
    entity, channel = masters.entities.get(order.legal_entity), masters.channels.get(order.channel)
    customer = masters.customers.get(order.customer)
    faults = [*_header_faults(order, masters, now), *_hold_faults(intake, masters, now)]
    lines = []
    for index, line in enumerate(order.lines):
        product = masters.products.get(line.sku)
        factor = factor_of(product, line.unit, masters.units) if product is not None else None
        line_faults = _line_faults(index, line, product, factor, channel)
        faults += line_faults
        if product is not None and factor is not None and not line_faults:
            lines.append(_line(index, line, product, factor))
    if faults or entity is None or channel is None or customer is None:
        return OrderUnresolvable(faults=faults[:100])
    draft = OrderDraft(
        source_ref=intake.source_ref,
        legal_entity=entity,
        channel=channel,
        customer=customer,
        currency=order.currency,
        ordered_at=order.ordered_at or now,
        lines=lines,
        external_number=order.external_number,
        purchase_order=order.purchase_order,
        requested_delivery_date=order.requested_delivery_date,
        note=order.note,
        partial_delivery=order.partial_delivery,
        hold_id=id_in(order.hold),
        coupons=tuple(code.upper() for code in order.coupons),
        ship_to=_kept(customer.ship_to_id, masters),
        bill_to=_kept(customer.bill_to_id, masters),
        placed_by=intake.placed_by,
    )
    return _at_quote(draft, order, masters, now) if order.quote else draft


def _at_quote(
    draft: OrderDraft, order: CanonicalOrder, masters: _Masters, now: datetime
) -> OrderDraft | OrderUnresolvable:
    """Return the draft at the prices of its quote, with the coupons that they come from; or why it cannot be placed at it."""
    quote = masters.quotes.get(order.quote)
    wrong = quote_faults(order, draft, quote, now)
    if wrong or quote is None:
        return OrderUnresolvable(faults=wrong[:100])
    draft.quote, draft.coupons = quote, quote.decided.priced.coupons
    return draft


def _kept(address_id: UUID | None, masters: _Masters) -> AddressFacts | None:
    return masters.addresses.get(address_id) if address_id else None


def _header_faults(order: CanonicalOrder, masters: _Masters, now: datetime) -> list[Fault]:
    faults = []
    known: tuple[tuple[str, str, Mapping[str, object]], ...] = (
        ("legal_entity", order.legal_entity, masters.entities),
        ("channel", order.channel, masters.channels),
        ("customer", order.customer, masters.customers),
        ("currency", order.currency, masters.currencies),
    )
    for field, code, table in known:
        if code not in table:
            faults.append(Fault(f"/{field}", f"{field}_unknown", f"There is no {field.replace('_', ' ')} {code!r}."))
    if order.ordered_at and order.ordered_at > now + CLOCK_TOLERANCE:
        faults.append(Fault("/ordered_at", "in_the_future", "The order time lies in the future; check its offset."))
    return faults


def _hold_faults(intake: Intake, masters: _Masters, now: datetime) -> list[Fault]:
    """Somebody else's hold is as unknown as none; one that ended has to be left out, or made anew."""
    if not intake.order.hold:
        return []
    hold_id = id_in(intake.order.hold)
    hold = masters.holds.get(hold_id) if hold_id else None
    if hold is None or hold.caller_id != intake.placed_by:
        return [Fault("/hold", "hold_unknown", "You have set nothing aside under this id.")]
    if not hold.can_be_claimed(intake.placed_by, now):
        return [Fault("/hold", "hold_ended", "It was claimed or let go, or its time is over.")]
    return []


def _line_faults(
    index: int,
    line: CanonicalLine,
    product: ProductFacts | None,
    factor: Decimal | None,
    channel: ChannelFacts | None,
) -> list[Fault]:
    faults = []
    if product is None:
        faults.append(Fault(f"/lines/{index}/sku", "sku_unknown", f"There is no product {line.sku!r}."))
    elif factor is None:
        detail = f"{line.sku} is sold by the {product.unit}, not by {line.unit!r}."
        faults.append(Fault(f"/lines/{index}/unit", "unit_unknown", detail))
    elif wrong := quantity_fault(product, line.quantity, factor):
        faults.append(Fault(f"/lines/{index}/quantity", *wrong))
    if line.unit_price is not None and channel is not None and not channel.trusts_prices:
        detail = f"Channel {channel.code!r} is priced from our lists; leave unit_price out."
        faults.append(Fault(f"/lines/{index}/unit_price", "price_not_accepted", detail))
    return faults


def _line(index: int, line: CanonicalLine, product: ProductFacts, factor: Decimal) -> LineDraft:
    in_other_unit = line.unit not in ("", product.unit)
    return LineDraft(
        line_no=line.line_no or index + 1,
        product=product,
        quantity=line.quantity * factor if in_other_unit else line.quantity,
        unit=line.unit if in_other_unit else "",
        ordered_quantity=line.quantity if in_other_unit else None,
        factor=factor,
        agreed_price=line.unit_price,
        description=line.description,
        buyer_reference=line.buyer_reference,
    )
