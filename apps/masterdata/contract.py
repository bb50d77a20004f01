"""The door of masterdata: who buys, what is sold, where, in which currency, and who acts."""

from apps.masterdata.selectors.actors import actor_of
from apps.masterdata.selectors.lists import addresses, customer, customers, products
from apps.masterdata.selectors.parties import (
    AddressFacts,
    CustomerFacts,
    addresses_by_id,
    addresses_of,
    customer_id_called,
    customers_by_code,
    customers_by_id,
    find_customers,
)
from apps.masterdata.selectors.places import (
    ChannelFacts,
    EntityFacts,
    channels_by_code,
    currencies,
    customer_groups,
    entities_by_code,
    entities_by_id,
    exchange_rates,
    units,
)
from apps.masterdata.selectors.products import (
    ProductFacts,
    find_products,
    product_skus,
    products_by_id,
    products_by_sku,
)
from apps.masterdata.services.customers import block_customer, set_credit_limit, unblock_customer
from apps.masterdata.services.demo import read_demo, register_demo
from apps.masterdata.services.ensure import (
    AddressDraft,
    CustomerDraft,
    ProductDraft,
    ensure_addresses,
    ensure_customers,
    ensure_products,
)
from apps.masterdata.services.masters import add_masters, save_master

__all__ = [
    "AddressDraft",
    "AddressFacts",
    "ChannelFacts",
    "CustomerDraft",
    "CustomerFacts",
    "EntityFacts",
    "ProductDraft",
    "ProductFacts",
    "actor_of",
    "add_masters",
    "addresses",
    "addresses_by_id",
    "addresses_of",
    "block_customer",
    "channels_by_code",
    "currencies",
    "customer",
    "customer_groups",
    "customer_id_called",
    "customers",
    "customers_by_code",
    "customers_by_id",
    "ensure_addresses",
    "ensure_customers",
    "ensure_products",
    "entities_by_code",
    "entities_by_id",
    "exchange_rates",
    "find_customers",
    "find_products",
    "product_skus",
    "products",
    "products_by_id",
    "products_by_sku",
    "read_demo",
    "register_demo",
    "save_master",
    "set_credit_limit",
    "unblock_customer",
    "units",
]
