from django.apps import AppConfig
from django.utils.module_loading import import_string

from apps.orders.decisions.by_hand import MANUAL_KIND, ManualLimits
from apps.orders.permissions import VIEW_CUSTOMERS, VIEW_ORDERS
from ordercash.web.links import register_link
from ordercash.web.search import register_search
from ordercash.web.tones import register_tones


class OrdersConfig(AppConfig):
    """Registers where orders and customers are shown and how they are found."""

    name = "apps.orders"
    label = "orders"
    verbose_name = "Orders"

    def ready(self) -> None:
        import_string("apps.rulebooks.contract.register_kind")(
            MANUAL_KIND, title="Prices by hand", schema=ManualLimits, stops="No price can be set by hand"
        )
        register_link("quote_order", "quote_order", "Order at a quote")
        register_link("order", "order", "Order", names=import_string("apps.orders.selectors.account.order_numbers"))
        register_link(
            "customer", "customer", "Customer", names=import_string("apps.orders.selectors.account.customer_codes")
        )
        register_link(
            "return", "return", "Return", names=import_string("apps.orders.selectors.returned.return_numbers")
        )
        register_link("product", "product", "Product", names=import_string("apps.masterdata.contract.product_skus"))
        register_link("intake_document", "import", "Import")
        register_link("invoice_pdf", "invoice_pdf", "PDF")
        register_tones({"stopped": "warn", "announced": "info", "credited": "good", "dismissed": "neutral"})
        register_search("order", VIEW_ORDERS, import_string("apps.orders.selectors.found.find_order_hits"))
        register_search("return", VIEW_ORDERS, import_string("apps.orders.selectors.returned.find_return_hits"))
        register_search(
            "product", "masterdata.view_products", import_string("apps.orders.selectors.product.find_product_hits")
        )
        register_search("customer", VIEW_CUSTOMERS, import_string("apps.orders.selectors.found.find_customer_hits"))
