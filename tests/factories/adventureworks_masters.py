"""The dimensions of the bicycle maker as masters, price lists, costs, tax rates and rules, and its orders as carts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

import yaml
from django.conf import settings

from apps.compliance.services.rates import TaxRateDraft, create_tax_rates
from apps.masterdata.models import CustomerGroup, LegalEntity, Product
from apps.masterdata.selectors.parties import AddressFacts, CustomerFacts, addresses_by_id, customers_by_code
from apps.masterdata.selectors.products import ProductFacts, products_by_sku
from apps.masterdata.services.ensure import (
    AddressDraft,
    CustomerDraft,
    ProductDraft,
    ensure_addresses,
    ensure_customers,
    ensure_products,
)
from apps.pricing.contract import CartRequest, LineRequest
from apps.pricing.models import PriceList
from apps.pricing.services.costs import CostDraft, add_costs
from apps.pricing.services.prices import PriceDraft, PriceListDraft, add_prices, create_price_lists
from ordercash.kernel.actor import SYSTEM
from tests.factories.adventureworks import (
    INTERNET,
    RESELLERS,
    Buyer,
    Sale,
    Version,
    buyers,
    currency_codes,
    instant,
    rows_of,
    sku_by_key,
    versions,
)
from tests.factories.audit import in_transaction
from tests.factories.masterdata import a_currency, a_group, a_unit, an_entity
from tests.factories.rulebooks import put_in_force

FREIGHT: Final = "FREIGHT"
HOME: Final = "US"
NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
SINCE: Final = datetime(2005, 1, 1, tzinfo=UTC)
# The days of the sales; outside of them the source says nothing of taxes.
TAX_FROM, TAX_UNTIL = date(2010, 12, 29), date(2014, 1, 29)
TAX_PERCENT: Final = Decimal(8)
UNTAXED: Final = "Freight is charged without tax"
RULES_PATH: Final = settings.BASE_DIR / "tests" / "pricing" / "adventureworks_rules.yaml"


class World(NamedTuple):
    """What carts are made from. `records`: which version of a product each price record was made from, by its id."""

    entity: LegalEntity
    resellers: CustomerGroup
    products: dict[str, ProductFacts]
    records: dict[str, int]
    customers: dict[str, CustomerFacts]
    places: dict[UUID, AddressFacts]


def rulebook_file() -> dict[str, Any]:
    """Return the file that maps the promotions."""
    content: dict[str, Any] = yaml.safe_load(RULES_PATH.read_text("utf-8"))
    return content


def load(orders: Sequence[Sequence[Sale]]) -> World:
    """Load every dimension, but of the customers those of the orders alone, and put the rules in force."""
    for code in currency_codes().values():
        a_currency(code)
    a_unit("piece")
    entity = an_entity("AW01", country=HOME, currency=a_currency("USD"), time_zone="America/Los_Angeles")
    resellers = a_group(RESELLERS)
    products = _load_products()
    records = _load_prices(sorted({lines[0].currency for lines in orders} | {"USD"}), resellers)
    add_costs(_costs(), actor=SYSTEM, now=NOW)
    countries = sorted({row["CountryRegionCode"] for row in rows_of("DimGeography", "CountryRegionCode")})
    create_tax_rates(_tax_rates(countries), actor=SYSTEM, now=NOW)
    content = rulebook_file()
    put_in_force(content["kind"], content["document"])
    customers, places = _load_customers({lines[0].customer for lines in orders})
    return World(entity, resellers, products, records, customers, places)


def _load_products() -> dict[str, ProductFacts]:
    latest = {version.sku: version for version in sorted(versions(), key=lambda version: version.begin)}
    drafts = [ProductDraft(each.sku, each.name, category=each.category) for each in latest.values()]
    drafts.append(ProductDraft(FREIGHT, "Freight", kind="service", tax_class="exempt"))
    products: dict[str, ProductFacts] = in_transaction(lambda: ensure_products(drafts))
    assert Product.objects.count() == len(drafts) == len(products)
    return products_by_sku(products.keys())


def _load_prices(currencies: Sequence[str], resellers: CustomerGroup) -> dict[str, int]:
    """Make a list for everybody in each currency, with equal figures, and one for resellers; return the records' versions."""
    drafts = [PriceListDraft(f"AW-{code}", f"List prices {code}", code, SINCE) for code in currencies]
    drafts.append(PriceListDraft("AW-DEALERS", "Dealer prices", "USD", SINCE, customer_group_id=resellers.id))
    records: dict[str, int] = {}
    for price_list in create_price_lists(drafts, actor=SYSTEM, now=NOW):
        made = add_prices(price_list.id, drafts=_prices(price_list), actor=SYSTEM, now=NOW)
        records |= {str(record.id): version.key for record, version in zip(made, versions(), strict=True)}
    return records


def _prices(price_list: PriceList) -> list[PriceDraft]:
    for_dealers = price_list.customer_group_id is not None
    return [
        PriceDraft(
            each.sku, each.dealer_price if for_dealers else each.list_price, instant(each.begin), valid_until_at=_end(each)
        )
        for each in versions()
    ]  # fmt: skip


def _costs() -> list[CostDraft]:
    return [CostDraft(each.sku, "USD", each.cost, instant(each.begin), _end(each)) for each in versions()]


def _end(version: Version) -> datetime | None:
    return None if version.end is None else instant(version.end)


def _tax_rates(countries: Sequence[str]) -> list[TaxRateDraft]:
    goods = [TaxRateDraft(HOME, each, "standard", "S", TAX_PERCENT, TAX_FROM, TAX_UNTIL) for each in countries]
    freight = TaxRateDraft(HOME, "", "exempt", "E", Decimal(0), TAX_FROM, TAX_UNTIL, exemption_reason=UNTAXED)
    return [*goods, freight]


def _load_customers(codes: set[str]) -> tuple[dict[str, CustomerFacts], dict[UUID, AddressFacts]]:
    known = list(buyers(codes))
    drafts = [CustomerDraft(each.code, each.name, "USD", each.country) for each in known]
    made = in_transaction(lambda: ensure_customers(drafts))
    in_transaction(lambda: ensure_addresses([_address(each, made[each.code]) for each in known]))
    customers = customers_by_code(codes)
    return customers, addresses_by_id({each.ship_to_id for each in customers.values() if each.ship_to_id})


def _address(buyer: Buyer, customer: CustomerFacts) -> AddressDraft:
    return AddressDraft(
        customer.id, "ship", buyer.name, buyer.street, "", buyer.city, buyer.postal_code, buyer.state, buyer.country
    )


def cart_of(world: World, lines: Sequence[Sale]) -> CartRequest:
    """Return an order of the file as a cart to be priced: no price comes along."""
    skus = sku_by_key()
    first, customer = lines[0], world.customers[lines[0].customer]
    place = world.places[customer.ship_to_id]  # type: ignore[index]
    return CartRequest(
        at=instant(first.ordered), currency=first.currency, legal_entity_id=world.entity.id,
        lines=[
            LineRequest(world.products[skus[line.product_key]], skus[line.product_key], Decimal(line.quantity))
            for line in lines
        ],
        customer_id=customer.id, customer=customer.code, customer_group_id=customer.group_id, channel=INTERNET,
        country=place.country, state=place.state, postal_code=place.postal_code,
    )  # fmt: skip
