"""Carts as people and programs write them: every code looked up, set-wise; what is unknown or does not fit is told at its place."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from apps.masterdata.contract import (
    AddressFacts,
    CustomerFacts,
    ProductFacts,
    addresses_by_id,
    channels_by_code,
    currencies,
    customers_by_code,
    entities_by_code,
    factor_of,
    product_units,
    products_by_sku,
    quantity_fault,
)
from apps.pricing.selectors.carts import CartRequest, LineRequest
from ordercash.kernel.errors import DomainError, Fault

MOST_LINES: Final = 1_000


class CartUnresolvable(DomainError):
    """The cart names something that does not exist, or that does not fit together; `faults` name everything."""

    code, title = "cart_unresolvable", "The cart names something that does not exist or does not fit"


class LineWish(NamedTuple):
    """So much of a product in a unit ("": its own); `agreed` is a price of one such unit that stands above the lists."""

    sku: str
    quantity: Decimal
    unit: str = ""
    agreed: Decimal | None = None


class Place(NamedTuple):
    """Where goods would go."""

    country: str
    state: str = ""
    postal_code: str = ""


class CartWish(NamedTuple):
    """A cart in codes. `customer` "": nobody; `ship_to` None: where the customer's goods usually go."""

    legal_entity: str
    currency: str
    at: datetime
    lines: Sequence[LineWish]
    customer: str = ""
    channel: str = ""
    coupons: Sequence[str] = ()
    ship_to: Place | None = None


class _Known(NamedTuple):
    customers: Mapping[str, CustomerFacts]
    addresses: Mapping[UUID, AddressFacts]
    products: Mapping[str, ProductFacts]
    units: Mapping[UUID, Mapping[str, Decimal]]


def resolve_carts(wishes: Sequence[CartWish]) -> list[CartRequest | CartUnresolvable]:
    """Return every cart with its codes looked up, or why it cannot be priced; at most four statements for any number of carts."""
    customers = customers_by_code({wish.customer for wish in wishes if wish.customer})
    products = products_by_sku({line.sku for wish in wishes for line in wish.lines})
    wanted = {wish.customer for wish in wishes if wish.ship_to is None}
    ids = {found.ship_to_id for code, found in customers.items() if code in wanted and found.ship_to_id}
    in_units = {line.sku for wish in wishes for line in wish.lines if line.unit}
    units = product_units({products[sku].id for sku in in_units if sku in products})
    known = _Known(customers, addresses_by_id(ids), products, units)
    return [_resolve(wish, known) for wish in wishes]


def resolve_cart(wish: CartWish) -> CartRequest:
    """Return one cart; raises CartUnresolvable."""
    (found,) = resolve_carts([wish])
    if isinstance(found, CartUnresolvable):
        raise found
    return found


def _resolve(wish: CartWish, known: _Known) -> CartRequest | CartUnresolvable:
    faults = [*_header_faults(wish, known)]
    for place, line in enumerate(wish.lines):
        faults += _line_faults(place, line, known)
    if faults:
        return CartUnresolvable(faults=faults[:100])
    customer = known.customers.get(wish.customer)
    usual = known.addresses.get(customer.ship_to_id) if customer and customer.ship_to_id else None
    to: Place | AddressFacts | None = wish.ship_to or usual
    return CartRequest(
        at=wish.at,
        currency=_currency(wish, known),
        legal_entity_id=entities_by_code()[wish.legal_entity].id,
        lines=[
            LineRequest(known.products[line.sku], line.sku, line.quantity, line.unit, line.agreed)
            for line in wish.lines
        ],
        customer_id=customer.id if customer else None,
        customer=wish.customer,
        customer_group_id=customer.group_id if customer else None,
        channel=wish.channel,
        country=to.country if to else "",
        state=to.state if to else "",
        postal_code=to.postal_code if to else "",
        coupons=wish.coupons,
    )


def _currency(wish: CartWish, known: _Known) -> str:
    """Return the cart's currency: the one named, the customer's, the seller's."""
    customer = known.customers.get(wish.customer)
    return wish.currency or (customer or entities_by_code()[wish.legal_entity]).currency


def _header_faults(wish: CartWish, known: _Known) -> Iterator[Fault]:
    tables: tuple[tuple[str, str, Mapping[str, object]], ...] = (
        ("legal_entity", wish.legal_entity, entities_by_code()),
        ("channel", wish.channel, channels_by_code()),
        ("customer", wish.customer, known.customers),
        ("currency", wish.currency, currencies()),
    )
    for field, code, table in tables:
        if code not in table and (code or field == "legal_entity"):
            yield Fault(f"/{field}", f"{field}_unknown", f"There is no {field.replace('_', ' ')} {code!r}.")
    codes = [code.upper() for code in wish.coupons]
    for place, code in enumerate(codes):
        if code in codes[:place]:
            yield Fault(f"/coupons/{place}", "coupon_duplicate", f"Coupon {code} is named already.")


def _line_faults(place: int, line: LineWish, known: _Known) -> Iterator[Fault]:
    product = known.products.get(line.sku)
    if product is None:
        yield Fault(f"/lines/{place}/sku", "sku_unknown", f"There is no product {line.sku!r}.")
        return
    factor = factor_of(product, line.unit, known.units)
    if factor is None:
        detail = f"{line.sku} is sold by the {product.unit}, not by {line.unit!r}."
        yield Fault(f"/lines/{place}/unit", "unit_unknown", detail)
    elif wrong := quantity_fault(product, line.quantity, factor):
        yield Fault(f"/lines/{place}/quantity", *wrong)
