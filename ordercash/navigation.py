"""The sidebar: the way of an order as groups of pages. A page stands there once it exists, for those who may see it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse

from ordercash.web.api.permissions import SIGNED_IN


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the sidebar: its URL name and its symbol (Material Symbols). Who may see the page sees its entry."""

    title: str
    url_name: str
    icon: str
    staff_only: bool = False


NAVIGATION: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("", (Entry("Home", "home", "home"), Entry("Search", "search", "search"))),
    (
        "Orders",
        (
            Entry("Orders", "orders", "receipt_long"),
            Entry("Quotes", "quotes", "request_page"),
            Entry("Returns", "returns", "assignment_return"),
            Entry("Imports", "imports", "move_to_inbox"),
        ),
    ),
    ("Exceptions", (Entry("Cases", "cases", "flag"),)),
    (
        "Warehouse",
        (
            Entry("Stock", "stock", "inventory_2"),
            Entry("Lots", "lots", "hourglass_bottom"),
            Entry("Shipments", "shipments", "local_shipping"),
            Entry("Backorders", "backorders", "hourglass_top"),
            Entry("To be inspected", "inspections", "fact_check"),
            Entry("Warehouse systems", "warehouse_connections", "lan"),
            Entry("Messages", "warehouse_messages", "forum"),
        ),
    ),
    (
        "Promises",
        (
            Entry("To be promised", "atp", "event_available"),
            Entry("Supplies", "supplies", "conveyor_belt"),
            Entry("Reservations", "reservations", "bookmark"),
            Entry("Handling", "handling", "splitscreen"),
            Entry("Allocation", "allocation_runs", "call_split"),
            Entry("Backorder board", "backorder_board", "view_kanban"),
            Entry("Quotas", "quotas", "pie_chart"),
            Entry("Notices", "notices", "campaign"),
            Entry("Freshness", "sync_latency", "sync"),
        ),
    ),
    (
        "Billing",
        (
            Entry("Invoices", "invoices", "request_quote"),
            Entry("Owed", "obligations", "pending_actions"),
        ),
    ),
    (
        "Cash",
        (
            Entry("Payments", "payments", "payments"),
            Entry("Credit", "credit", "credit_score"),
        ),
    ),
    (
        "Ledger",
        (
            Entry("Journal", "journal", "menu_book"),
            Entry("Trial balance", "trial_balance", "balance"),
        ),
    ),
    (
        "Masters",
        (
            Entry("Customers", "customers", "groups"),
            Entry("Products", "products", "category"),
        ),
    ),
    (
        "Pricing",
        (
            Entry("Prices", "price_lists", "sell"),
            Entry("Costs", "costs", "paid"),
            Entry("Coupons", "coupons", "confirmation_number"),
            Entry("Promotions", "promotion_calendar", "calendar_month"),
            Entry("Pricing lab", "pricing_lab", "science"),
        ),
    ),
    (
        "Rebates",
        (
            Entry("Agreements", "rebates", "handshake"),
            Entry("Exposure", "rebate_exposure", "savings"),
        ),
    ),
    ("Rules", (Entry("Rulebooks", "rulebooks", "rule"),)),
    (
        "System",
        (
            Entry("Events", "events", "history"),
            Entry("Jobs", "jobs", "schedule"),
            Entry("Proof", "proof", "verified"),
            Entry("Components", "components", "widgets", staff_only=True),
            Entry("Administration", "admin:index", "settings", staff_only=True),
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
    _mark_where(groups, request.path)
    return groups


def _mark_where(groups: list[dict[str, Any]], path: str) -> None:
    """Mark the one entry under which the page lies: of those above it the nearest."""
    items = [item for group in groups for item in group["items"]]
    above = [item for item in items if path == item["link"] or (item["link"] != "/" and path.startswith(item["link"]))]
    if above:
        max(above, key=lambda item: len(item["link"]))["active"] = True


def _item(entry: Entry, request: HttpRequest) -> dict[str, Any] | None:
    link = _address(entry.url_name)
    if not link or (entry.staff_only and not request.user.is_staff) or not _may_see(link, request.user):
        return None
    return {"title": entry.title, "icon": entry.icon, "link": link, "active": False}


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _may_see(link: str, user: Any) -> bool:
    """Ask the page itself: its class names the permission."""
    permission = getattr(getattr(resolve(link).func, "view_class", None), "permission", SIGNED_IN)
    return permission == SIGNED_IN or bool(user.has_perm(permission))
