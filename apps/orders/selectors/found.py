"""What the search box finds of orders and customers."""

from apps.masterdata.contract import find_customers
from apps.orders.selectors.listing import find_orders
from ordercash.web.search import Hit
from ordercash.web.tones import state_label


def find_order_hits(text: str, limit: int) -> list[Hit]:
    """Return orders one of whose numbers begins with the text."""
    return [
        Hit("order", order_id, number, " · ".join(part for part in (external, state_label(state)) if part))
        for order_id, number, external, state in find_orders(text, limit)
    ]


def find_customer_hits(text: str, limit: int) -> list[Hit]:
    """Return customers whose code or name contains the text."""
    return [Hit("customer", found.id, found.code, found.name) for found in find_customers(text, limit=limit)]
