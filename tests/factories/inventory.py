"""Rows that inventory tests start from: a legal entity with books, warehouses, products, stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from apps.inventory.contract import DemandLine, ReceiptDraft, ShipRequest, receive_stock
from apps.inventory.models import Warehouse
from apps.inventory.services.handling import change_handling
from apps.ledger.contract import ensure_chart
from apps.masterdata.models import Currency, Customer, LegalEntity, Product, UnitOfMeasure
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything
from ordercash.kernel.transactions import writes
from tests.factories.rulebooks import put_standard_in_force

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """A legal entity with its warehouses in the order in which they are asked, and products."""

    entity: LegalEntity
    warehouses: Sequence[Warehouse]
    products: Sequence[Product]


def a_place(*, warehouses: int = 1, products: int = 1, code: str = "UK", currency: str = "GBP") -> Place:
    """Make a legal entity that can stock, ship and post."""
    money, _ = Currency.objects.get_or_create(code=currency, defaults={"name": currency, "decimals": 2})
    unit, _ = UnitOfMeasure.objects.get_or_create(code="C62", defaults={"name": "piece", "decimals": 0})
    entity = LegalEntity.objects.create(code=code, name=code, country="GB", currency=money, time_zone="Europe/London")
    joined(ensure_chart, entity.id)
    put_standard_in_force("ledger_posting.yaml")
    forget_everything()
    places = [
        Warehouse.objects.create(code=f"{code}-{n}", name=f"{code} {n}", legal_entity=entity, country="GB", priority=n)
        for n in range(1, warehouses + 1)
    ]
    goods = Product.objects.bulk_create(
        Product(sku=f"{code}-P{n:05d}", name=f"Product {n}", unit=unit) for n in range(products)
    )
    return Place(entity, places, goods)


def joined(part: Any, *args: Any, **kwargs: Any) -> Any:
    """Call something that joins a transaction: in the test's own when there is one, else in a new one."""
    return part(*args, **kwargs) if connection.in_atomic_block else writes(part)(*args, **kwargs)


def stocked(
    place: Place, quantity: int | str, *, unit_cost: str = "2.50", warehouse: int = 0, product: int | None = None
) -> None:
    """Put goods on the shelf: of every product, or of one."""
    products = place.products if product is None else [place.products[product]]
    drafts = [
        ReceiptDraft(
            place.warehouses[warehouse].id, p.id, Decimal(quantity), Decimal(unit_cost), NOW, f"test:{new_id()}"
        )
        for p in products
    ]
    result = joined(receive_stock, drafts, actor=SYSTEM)
    assert not result.refused


def handled(place: Place, *ways: str, slots: int = 16) -> None:
    """Let the products be handled in these ways, in turn."""
    for number, product in enumerate(place.products):
        way = ways[number % len(ways)]
        joined(change_handling, product_id=product.id, handling=way, slots=slots, actor=SYSTEM, now=NOW)


def announced(place: Place, quantity: int | str, source_ref: str, *, days: int = 1) -> ReceiptDraft:
    """Announce goods of the first product for the first warehouse, due so many days from now."""
    ids = place.warehouses[0].id, place.products[0].id
    return ReceiptDraft(*ids, Decimal(quantity), Decimal("2.50"), NOW + timedelta(days=days), source_ref)


def demand(
    place: Place, quantity: int | str = 1, *, product: int = 0, order_id: UUID | None = None, stocked: bool = True
) -> DemandLine:
    """Make one line that wants goods."""
    return DemandLine(
        order_id or new_id(), new_id(), place.entity.id, place.products[product].id, stocked, Decimal(quantity), NOW
    )


def a_customer() -> UUID:
    """Return the id of the one customer that tests ship to."""
    customer, _ = Customer.objects.get_or_create(
        code="C-1", defaults={"name": "Shop", "currency_id": "GBP", "country": "GB", "payment_terms_days": 30}
    )
    return customer.id


def ship_request(line: DemandLine, **changes: Any) -> ShipRequest:
    """Ask for everything that is reserved for the line's order."""
    facts = {
        "order_id": line.order_id,
        "customer_id": a_customer(),
        "legal_entity_id": line.legal_entity_id,
        "source_ref": f"test:{new_id()}",
        "shipped_at": NOW,
    }
    return ShipRequest(**{**facts, **changes})
