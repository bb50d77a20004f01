"""One line of an order in the side panel: how its price came about, where its quantity stands, what is on the shelf."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from apps.inventory.contract import availability
from apps.orders.pages import seen
from apps.orders.pages.prices import line_steps, titles_of, traces_of
from apps.orders.permissions import VIEW_ORDERS
from apps.orders.selectors.detail import LineView, OrderView, order_detail
from apps.orders.selectors.explain import price_explanation, version_that_priced
from apps.pricing.contract import access_name
from ordercash.kernel.errors import NotFound
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty
from ordercash.web.links import link_url
from ordercash.web.page import Page

STOCK_COLUMNS = (
    Column("warehouse_code", "Warehouse", kind="code"),
    Column("on_hand", "On hand", kind="quantity"),
    Column("reserved", "Reserved", kind="quantity"),
    Column("available", "Free", kind="quantity"),
)


class LinePage(Page):
    """A line; opened from the order page as a panel."""

    permission = VIEW_ORDERS
    template = "orders/line.html"
    partial = "orders/line_panel.html"

    @cached_property
    def order(self) -> OrderView:
        """The order; raises NotFound."""
        return order_detail(self.kwargs["order_id"])

    @cached_property
    def line(self) -> LineView:
        """The line; raises NotFound."""
        found = next((line for line in self.order.lines if line.line_no == self.kwargs["line_no"]), None)
        if found is None:
            raise NotFound("The order has no such line.")
        return found

    def context(self) -> Mapping[str, Any]:
        """Return the explanation, the standing and the stock."""
        order, line = self.order, self.line
        self.title = f"{order.number}, line {line.line_no}"
        self.crumbs = (Crumb("Orders", "orders"), Crumb(order.number, url=link_url("order", order.id)))
        explanation = price_explanation(order.id)
        asked = traces_of(order.lines, explanation).get(line.id, {})
        return {
            "order": order,
            "line": line,
            "unit": line.product.unit if line.product else "",
            "steps": line_steps(line, asked, explanation["order"], order.currency, titles_of(explanation)),
            "source": access_name(line.price_source),
            "decided_at": explanation["taken_at"],
            "decision_id": explanation["decision_id"] if self.may(seen.DECISIONS) else None,
            "version": version_that_priced(explanation),
            "version_hash": (explanation["version_sha256"] or "")[:12],
            "stock": self._stock(),
        }

    def _stock(self) -> Table | None:
        product = self.line.product
        if product is None or not product.is_stocked or not self.may(seen.STOCK):
            return None
        own = [
            each
            for each in availability([product.id]).get(product.id, ())
            if each.legal_entity_id == self.order.legal_entity_id
        ]
        return Table(columns=STOCK_COLUMNS, rows=own, empty=Empty("The product was never in stock"))
