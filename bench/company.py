"""The company that is measured: a thousand customers, a thousand products with plenty of stock and list prices."""

from decimal import Decimal

from django.core.management import call_command

from apps.inventory.contract import ReceiptDraft, receive_stock, warehouses
from apps.masterdata.contract import (
    AddressDraft,
    CustomerDraft,
    ProductDraft,
    ensure_addresses,
    ensure_customers,
    ensure_products,
)
from ordercash.kernel import clock, sql
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_ids
from ordercash.kernel.remembered import forget_everything
from ordercash.kernel.transactions import writes

COUNT = 1_000


def load_company() -> None:
    """Load the demo company and the masters of the measurement."""
    call_command("load_demo", verbosity=0)
    _load_masters()
    forget_everything()


@writes
def _load_masters() -> None:
    now = clock.now()
    customers = ensure_customers(
        [CustomerDraft(f"B{number}", f"Bench {number}", "GBP", "GB") for number in range(1, COUNT + 1)]
    )
    ensure_addresses(
        [
            AddressDraft(customer.id, "bill", customer.name, "1 Long Street", "", "Leeds", "LS1 1AA", "", "GB")
            for customer in customers.values()
        ]
    )
    products = ensure_products([ProductDraft(f"BENCH-{number}", f"Product {number}") for number in range(1, COUNT + 1)])
    warehouse = next(item for item in warehouses().values() if item.code == "UK-MAIN")
    receive_stock(
        [
            ReceiptDraft(
                warehouse.id, product.id, Decimal(10_000_000), Decimal("1.00"), now, f"bench:{product.sku}", "opening"
            )
            for product in products.values()
        ],
        actor=SYSTEM,
    )
    ids = new_ids(COUNT)
    sql.run(
        "INSERT INTO pricing_pricerecord (id, price_list_id, product_id, min_quantity, unit_price, valid_from_at)"
        " SELECT p.id, (SELECT id FROM pricing_pricelist WHERE currency = 'GBP' ORDER BY priority, code LIMIT 1), p.product, 1, p.price,"
        " '2000-01-01' FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[]) AS p(id, product, price) ON CONFLICT DO NOTHING",
        [ids, [product.id for product in products.values()], [_price(product.sku) for product in products.values()]],
    )


def _price(sku: str) -> Decimal:
    """Return a list price between 4.90 and 64.89: no two products cost the same, so that what is remembered of one price helps no other."""
    return Decimal(490 + int(sku.partition("-")[2]) * 1637 % 6000).scaleb(-2)
