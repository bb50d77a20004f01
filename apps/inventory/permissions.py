"""Who may do what with stock. Shipping an order is a verb of orders."""

from collections.abc import Mapping
from typing import Final

VIEW_STOCK: Final = "inventory.view_stock"
VIEW_SHIPMENTS: Final = "inventory.view_shipments"
RECEIVE_STOCK: Final = "inventory.receive_stock"
ADJUST_STOCK: Final = "inventory.adjust_stock"
CHANGE_WAREHOUSES: Final = "inventory.change_warehouses"

PERMISSIONS: Final[Mapping[str, str]] = {
    "view_stock": "See stock and availability",
    "view_shipments": "See shipments",
    "receive_stock": "Receive goods into stock",
    "adjust_stock": "Record counted differences of stock",
    "change_warehouses": "Add warehouses and change their order",
}
