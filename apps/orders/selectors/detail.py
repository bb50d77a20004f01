"""One order with everything that happened to it, read from the domains that own the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.exceptions.contract import CaseFacts, case_of
from apps.inventory.contract import LineStanding, ShipmentFacts, line_standings, shipments_of
from apps.masterdata.contract import (
    AddressFacts,
    CustomerFacts,
    ProductFacts,
    addresses_by_id,
    customers_by_id,
    products_by_id,
)
from apps.orders.decisions.bundles import BUNDLE, whole_bundles
from apps.orders.models import IntakeRow, Order, OrderLine
from ordercash.kernel.errors import NotFound

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineView:
    """A line with where its quantity stands; of a bundle, how many whole ones do.

    `unit_price` is that of `price_per` own units before discounts; what was ordered in another unit says so.
    """

    id: UUID
    line_no: int
    product: ProductFacts | None
    description: str
    quantity: Decimal
    unit_price: Decimal | None
    price_source: str
    net_minor: int
    tax_category: str
    tax_rate: Decimal | None
    tax_reason: str
    tax_minor: int
    kind: str
    part_of: int | None
    ordered_unit: str
    ordered_quantity: Decimal | None
    price_per: Decimal
    list_minor: int
    discount_minor: int
    buyer_reference: str
    cancelled: Decimal
    reserved: Decimal
    backordered: Decimal
    shipped: Decimal
    returned: Decimal

    @property
    def open(self) -> Decimal:
        return self.reserved + self.backordered

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as its page and the API show it."""

    id: UUID
    number: str
    external_number: str
    purchase_order: str
    requested_delivery_date: date | None
    note: str
    partial_delivery: bool
    coupons: Sequence[str]
    quote_id: UUID | None
    state: str
    legal_entity_code: str
    legal_entity_id: UUID
    channel_code: str
    region_code: str
    customer: CustomerFacts | None
    bill_to: AddressFacts | None
    ship_to: AddressFacts | None
    currency: str
    ordered_at: datetime
    recorded_at: datetime
    payment_terms_days: int
    invoicing: str
    intake_document_id: UUID | None
    net_minor: int
    tax_minor: int
    gross_minor: int
    version: int
    lines: Sequence[LineView]
    shipments: Sequence[ShipmentFacts]
    case: CaseFacts | None
    bad_rows: Sequence[Mapping[str, Any]]


def order_detail(order_id: UUID) -> OrderView:
    """Return the order; raises NotFound. About ten statements, whatever its size."""
    order = Order.objects.select_related("legal_entity", "channel", "region").filter(pk=order_id).first()
    if order is None:
        raise NotFound("There is no such order.")
    addresses = addresses_by_id({key for key in (order.bill_to_id, order.ship_to_id) if key})
    customer = customers_by_id({order.customer_id}).get(order.customer_id) if order.customer_id else None
    return OrderView(
        id=order.id,
        number=order.number,
        external_number=order.external_number,
        purchase_order=order.purchase_order,
        requested_delivery_date=order.requested_delivery_date,
        note=order.note,
        partial_delivery=order.partial_delivery,
        coupons=order.coupons,
        quote_id=order.quote_id,
        state=order.state,
        legal_entity_code=order.legal_entity.code,
        legal_entity_id=order.legal_entity_id,
        channel_code=order.channel.code,
        region_code=order.region.code,
        customer=customer,
        bill_to=addresses.get(order.bill_to_id) if order.bill_to_id else None,
        ship_to=addresses.get(order.ship_to_id) if order.ship_to_id else None,
        currency=order.currency,
        ordered_at=order.ordered_at,
        recorded_at=order.recorded_at,
        payment_terms_days=order.payment_terms_days,
        invoicing=order.invoicing,
        intake_document_id=order.intake_document_id,
        net_minor=order.net_minor,
        tax_minor=order.tax_minor,
        gross_minor=order.gross_minor,
        version=order.version,
        lines=_lines(order.id),
        shipments=shipments_of([order.id]),
        case=case_of("order", order.id),
        bad_rows=list(
            IntakeRow.objects.filter(subject_id=order.id)
            .order_by("row_number")
            .values("row_number", "code", "detail", "raw")[:200]
        ),
    )


def _lines(order_id: UUID) -> list[LineView]:
    lines = list(OrderLine.objects.filter(order_id=order_id).order_by("line_no"))
    products = products_by_id({line.product_id for line in lines if line.product_id})
    standings = line_standings([order_id])
    views = [_line(line, products, standings.get(line.id)) for line in lines]
    bundles = {
        view.line_no: [part for part in views if part.part_of == view.line_no] for view in views if view.kind == BUNDLE
    }
    if not bundles:
        return views
    views = [_of_parts(view, bundles[view.line_no]) if view.kind == BUNDLE else view for view in views]
    return sorted(views, key=lambda view: (view.part_of or view.line_no, view.line_no))


def _of_parts(bundle: LineView, parts: Sequence[LineView]) -> LineView:
    """Return a bundle with as many whole ones standing where all of their parts do; one that waits for a part waits."""
    return replace(
        bundle,
        cancelled=_whole(bundle, [(part.cancelled, part.quantity) for part in parts]),
        reserved=_whole(bundle, [(part.reserved, part.quantity) for part in parts]),
        backordered=bundle.quantity
        - _whole(bundle, [(part.quantity - part.backordered, part.quantity) for part in parts]),
        shipped=_whole(bundle, [(part.shipped, part.quantity) for part in parts]),
        returned=_whole(bundle, [(part.returned, part.quantity) for part in parts]),
    )


def _whole(bundle: LineView, parts: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    return whole_bundles(bundle.quantity, parts)


def _line(line: OrderLine, products: Mapping[UUID, ProductFacts], standing: LineStanding | None) -> LineView:
    return LineView(
        id=line.id,
        line_no=line.line_no,
        product=products.get(line.product_id) if line.product_id else None,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        price_source=line.price_source,
        net_minor=line.net_minor,
        tax_category=line.tax_category,
        tax_rate=line.tax_rate,
        tax_reason=line.tax_reason,
        tax_minor=line.tax_minor,
        kind=line.kind,
        part_of=line.part_of,
        ordered_unit=line.ordered_unit,
        ordered_quantity=line.ordered_quantity,
        price_per=line.price_per,
        list_minor=line.list_minor,
        discount_minor=line.discount_minor,
        buyer_reference=line.buyer_reference,
        cancelled=line.cancelled_quantity,
        reserved=standing.reserved if standing else NOTHING,
        backordered=standing.backordered if standing else NOTHING,
        shipped=standing.shipped if standing else NOTHING,
        returned=standing.returned if standing else NOTHING,
    )
