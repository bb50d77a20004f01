"""The sidebar: the way of an order as groups of pages. A page stands there once it exists, for those who may see it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the sidebar: its URL name, its symbol (Material Symbols) and the permission to see it ("" for all)."""

    title: str
    url_name: str
    icon: str
    permission: str = ""


NAVIGATION: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("", (Entry("Home", "home", "home"), Entry("Search", "search", "search"))),
    (
        "Orders",
        (
            Entry("Orders", "orders", "receipt_long", "orders.view_orders"),
            Entry("Returns", "returns", "assignment_return", "orders.view_orders"),
            Entry("Intake", "intake", "move_to_inbox", "orders.view_orders"),
        ),
    ),
    ("Exceptions", (Entry("Cases", "cases", "flag", "exceptions.view_cases"),)),
    (
        "Warehouse",
        (
            Entry("Stock", "stock", "inventory_2", "inventory.view_stock"),
            Entry("Shipments", "shipments", "local_shipping", "inventory.view_stock"),
            Entry("Backorders", "backorders", "hourglass_top", "inventory.view_stock"),
        ),
    ),
    (
        "Billing",
        (
            Entry("Invoices", "invoices", "request_quote", "billing.view_invoices"),
            Entry("Owed", "obligations", "pending_actions", "billing.view_invoices"),
        ),
    ),
    (
        "Cash",
        (
            Entry("Payments", "payments", "payments", "billing.view_payments"),
            Entry("Credit", "credit", "credit_score", "billing.view_invoices"),
        ),
    ),
    (
        "Ledger",
        (
            Entry("Journal", "journal", "menu_book", "ledger.view_ledger"),
            Entry("Trial balance", "trial_balance", "balance", "ledger.view_ledger"),
        ),
    ),
    (
        "Masters",
        (
            Entry("Customers", "customers", "groups", "masterdata.view_customers"),
            Entry("Products", "products", "category", "masterdata.view_products"),
            Entry("Prices", "price_lists", "sell", "pricing.view_prices"),
        ),
    ),
    ("Rules", (Entry("Rulebooks", "rulebooks", "rule", "rulebooks.view_rulebooks"),)),
    (
        "System",
        (
            Entry("Events", "events", "history", "audit.view_events"),
            Entry("Jobs", "jobs", "schedule", "audit.view_jobs"),
            Entry("Proof", "proof", "verified", "operations.view_proof"),
            Entry("Components", "components", "widgets", "web.view_components"),
            Entry("Administration", "admin:index", "settings", "staff"),
        ),
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups with the pages that exist and that the user may see, as the shell reads them."""
    groups = []
    for title, entries in NAVIGATION:
        items = [item for entry in entries if (item := _item(entry, request)) is not None]
        if items:
            groups.append({"title": title, "items": items})
    return groups


def _item(entry: Entry, request: HttpRequest) -> dict[str, Any] | None:
    if not _may_see(entry.permission, request.user):
        return None
    try:
        link = reverse(entry.url_name)
    except NoReverseMatch:
        return None
    below = link != "/" and request.path.startswith(link)
    return {"title": entry.title, "icon": entry.icon, "link": link, "active": below or request.path == link}


def _may_see(permission: str, user: Any) -> bool:
    if permission == "staff":
        return bool(user.is_staff)
    return not permission or bool(user.has_perm(permission))
