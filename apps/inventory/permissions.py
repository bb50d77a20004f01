"""Who may do what with stock, and with what is promised of it. Shipping an order is a verb of orders."""

from collections.abc import Mapping
from typing import Final

VIEW_STOCK: Final = "inventory.view_stock"
VIEW_SHIPMENTS: Final = "inventory.view_shipments"
RECEIVE_STOCK: Final = "inventory.receive_stock"
ADJUST_STOCK: Final = "inventory.adjust_stock"
CHANGE_WAREHOUSES: Final = "inventory.change_warehouses"

# Stock, lots and supplies.
VIEW_SUPPLIES: Final = "inventory.view_supplies"
CHANGE_SUPPLIES: Final = "inventory.change_supplies"
MOVE_BINS: Final = "inventory.move_bins"
INSPECT_RETURNS: Final = "inventory.inspect_returns"
REVALUE_STOCK: Final = "inventory.revalue_stock"
CHANGE_SAFETY_STOCK: Final = "inventory.change_safety_stock"

# Promises and their pegs.
VIEW_PROMISES: Final = "inventory.view_promises"
APPLY_REPLAN: Final = "inventory.apply_replan"

# Reserving and holding.
HOLD_GOODS: Final = "inventory.hold_goods"
CHANGE_HANDLING: Final = "inventory.change_handling"

# Sharing what is scarce, and telling customers.
VIEW_ALLOCATION: Final = "inventory.view_allocation"
SIMULATE_ALLOCATION: Final = "inventory.simulate_allocation"
COMMIT_ALLOCATION: Final = "inventory.commit_allocation"
ALLOCATE_BY_HAND: Final = "inventory.allocate_by_hand"
CHANGE_QUOTAS: Final = "inventory.change_quotas"
VIEW_NOTICES: Final = "inventory.view_notices"

# How fresh other systems' stock is.
VIEW_SYNC: Final = "inventory.view_sync"

PERMISSIONS: Final[Mapping[str, str]] = {
    "view_stock": "See stock and availability",
    "view_shipments": "See shipments",
    "receive_stock": "Receive goods into stock, also those of a supply",
    "adjust_stock": "Record counted differences of stock",
    "change_warehouses": "Add warehouses and change their order",
    "view_supplies": "See supplies and what is promised of them",
    "change_supplies": "Announce supplies, move their days and close them",
    "move_bins": "Move goods between the shelf and the damaged or held, scrap",
    "inspect_returns": "Say what returned goods are: good, damaged or scrapped",
    "revalue_stock": "Change what goods in stock are worth",
    "change_safety_stock": "Set the safety stock of products",
    "view_promises": "See what can be promised and what is",
    "apply_replan": "Carry out the re-plan of a late or short supply",
    "hold_goods": "Set goods aside for a while",
    "change_handling": "Choose how takers of a product are kept apart",
    "view_allocation": "See allocation runs and quotas",
    "simulate_allocation": "Try an allocation before it is carried out",
    "commit_allocation": "Carry out an allocation and take it back",
    "allocate_by_hand": "Give scarce goods to lines by hand",
    "change_quotas": "Set the quotas of channels",
    "view_notices": "See what customers are told",
    "view_sync": "See how fresh the stock of other systems is",
}
