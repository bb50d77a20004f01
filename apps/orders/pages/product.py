"""One product: what it is, where it lies, what it costs, and which orders have it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse

from apps.inventory.contract import availability, newest_movements, waiting_for
from apps.ledger.contract import entries_of
from apps.masterdata.contract import (
    ProductFacts,
    bundle_parts,
    bundles_with,
    customers_by_id,
    product_units,
    products_by_id,
)
from apps.orders.pages import seen
from apps.orders.pages.product_tables import (
    NEWEST,
    bundles_table,
    movements_table,
    orders_table,
    parts_table,
    prices_table,
    stock_table,
    stock_tiles,
    waiting_table,
)
from apps.orders.permissions import VIEW_ORDERS
from apps.orders.selectors.product import newest_orders_of
from apps.pricing.contract import prices_in_force
from ordercash.kernel import clock
from ordercash.kernel.errors import NotFound
from ordercash.web.actions import Action
from ordercash.web.components import Crumb
from ordercash.web.page import Page


class ProductPage(Page):
    """A product; each part stands for those who may see what it shows."""

    permission = seen.PRODUCTS
    template = "orders/product.html"
    crumbs = (Crumb("Products", "products"),)

    @cached_property
    def product(self) -> ProductFacts:
        """The product; raises NotFound."""
        product_id: UUID = self.kwargs["product_id"]
        found = products_by_id([product_id]).get(product_id)
        if found is None:
            raise NotFound("There is no such product.")
        return found

    def context(self) -> Mapping[str, Any]:
        """Return the product with its stock, prices and newest orders."""
        known = self.product
        self.title = known.name or known.sku
        own = {"product": known, "subtitle": known.sku if known.name else ""}
        return {**own, **self._made_of(), **self._stock(), **self._prices(), **self._orders()}

    def actions(self) -> Sequence[Action]:
        """Return where the product is changed and where its stock is listed."""
        change = reverse("admin:masterdata_product_change", args=[self.product.id])
        return (Action("Change", url=change, permission="masterdata.change_products"),)

    def _made_of(self) -> Mapping[str, Any]:
        known = self.product
        parts = bundle_parts([known.id]).get(known.id, []) if known.is_bundle else []
        bundles = [] if known.is_bundle else bundles_with(known.id, limit=NEWEST)
        units = product_units([known.id]).get(known.id, {})
        return {
            "parts": parts_table(parts) if known.is_bundle else None,
            "bundles": bundles_table(bundles) if bundles else None,
            "units": [f"{unit} of {factor:f} {known.unit}" for unit, factor in units.items()],
        }

    def _stock(self) -> Mapping[str, Any]:
        known = self.product
        if not (self.may(seen.STOCK) and known.is_stocked):
            return {}
        places, waiting = availability([known.id]).get(known.id, []), waiting_for(known.id)
        movements = newest_movements(known.id, limit=NEWEST)
        entries = entries_of([row.id for row in movements]) if movements and self.may(seen.BOOKS) else []
        return {
            "tiles": stock_tiles(places, waiting, known.unit),
            "stock": stock_table(places, known.unit),
            "waiting": waiting_table(waiting, known.unit) if waiting else None,
            "movements": movements_table(movements, entries, known.unit),
        }

    def _prices(self) -> Mapping[str, Any]:
        if not self.may(seen.PRICES):
            return {}
        return {"prices": prices_table(prices_in_force(self.product.id, at=clock.now()), self.product.unit)}

    def _orders(self) -> Mapping[str, Any]:
        if not self.may(VIEW_ORDERS):
            return {}
        found = newest_orders_of(self.product.id, limit=NEWEST)
        customers = customers_by_id({row.customer_id for row in found if row.customer_id})
        return {"orders": orders_table(found, customers, self.product.unit)}
