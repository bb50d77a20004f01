from django.apps import AppConfig
from django.utils.module_loading import import_string

from ordercash.web.links import register_link
from ordercash.web.search import register_search
from ordercash.web.tones import register_tones


class InventoryConfig(AppConfig):
    name = "apps.inventory"
    label = "inventory"
    verbose_name = "Inventory"

    def ready(self) -> None:
        import_string("apps.inventory.contract.register")()
        find = import_string("apps.inventory.selectors.lists.find_shipment_hits")
        numbers = import_string("apps.inventory.selectors.lists.shipment_numbers")
        movements = import_string("apps.inventory.selectors.lists.movement_names")
        register_link("shipment", "shipment", "Shipment", names=numbers)
        places = import_string("apps.inventory.selectors.lists.warehouse_codes")
        shelves = import_string("apps.inventory.selectors.lists.shelf_names")
        register_link("warehouse", "", "Warehouse", names=places)
        register_link("stock", "stock_card", "Shelf", names=shelves)
        register_tones({"speaking": "good"})
        register_link("lot", "lot", "Lot", names=import_string("apps.inventory.selectors.lots.lot_names"))
        register_tones({"lasting": "good", "expiring_soon": "warn", "expired": "bad"})
        register_link("allocation_run", "allocation_run", "Allocation run")
        register_tones({"simulated": "info", "committed": "good", "rolled_back": "warn", "discarded": "neutral"})
        register_link("stock_movement", "", "Stock", names=movements)
        supplies = import_string("apps.inventory.selectors.supplies.supply_numbers")
        register_link("supply", "supply", "Supply", names=supplies)
        find_supplies = import_string("apps.inventory.selectors.supplies.find_supply_hits")
        register_search("supply", import_string("apps.inventory.permissions.VIEW_SUPPLIES"), find_supplies)
        register_tones({"planned": "neutral", "in_transit": "info", "received": "good"})
        register_search("shipment", import_string("apps.inventory.permissions.VIEW_SHIPMENTS"), find)
