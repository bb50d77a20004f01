"""Who may do which verb of the masters."""

from typing import Final

VIEW_CUSTOMERS: Final = "masterdata.view_customers"
CHANGE_CUSTOMERS: Final = "masterdata.change_customers"
BLOCK_CUSTOMERS: Final = "masterdata.block_customers"
SET_CREDIT_LIMITS: Final = "masterdata.set_credit_limits"
VIEW_PRODUCTS: Final = "masterdata.view_products"
CHANGE_PRODUCTS: Final = "masterdata.change_products"
VIEW_SETUP: Final = "masterdata.view_setup"
CHANGE_SETUP: Final = "masterdata.change_setup"
VIEW_USERS: Final = "masterdata.view_users"
MANAGE_USERS: Final = "masterdata.manage_users"
VIEW_API_KEYS: Final = "masterdata.view_api_keys"
MANAGE_API_KEYS: Final = "masterdata.manage_api_keys"

PERMISSIONS: Final[dict[str, str]] = {
    VIEW_CUSTOMERS: "See customers and their addresses",
    CHANGE_CUSTOMERS: "Add and change customers and their addresses",
    BLOCK_CUSTOMERS: "Block and unblock customers",
    SET_CREDIT_LIMITS: "Set customers' credit limits",
    VIEW_PRODUCTS: "See products",
    CHANGE_PRODUCTS: "Add and change products",
    VIEW_SETUP: "See legal entities, channels, currencies, units and groups",
    CHANGE_SETUP: "Change legal entities, channels, currencies, units and groups",
    VIEW_USERS: "See users and their roles",
    MANAGE_USERS: "Add users and give them roles",
    VIEW_API_KEYS: "See which API keys exist",
    MANAGE_API_KEYS: "Make and revoke API keys",
}
