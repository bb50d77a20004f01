"""Every role: its sidebar shows what it may open and nothing else, closed pages say who opens them, forged verbs do nothing."""

import pytest
from django.test import Client

from apps.masterdata.models import User
from ordercash.roles import ROLES
from tests.journeys.site import JSON, Site

# The pages of the sidebar, and what opens each.
PAGES = {
    "Home": ("/", ""),
    "Search": ("/search/", ""),
    "Orders": ("/orders/", "orders.view_orders"),
    "Imports": ("/imports/", "orders.view_orders"),
    "Cases": ("/cases/", "exceptions.view_cases"),
    "Stock": ("/stock/", "inventory.view_stock"),
    "Lots": ("/lots/", "inventory.view_stock"),
    "Shipments": ("/shipments/", "inventory.view_shipments"),
    "Backorders": ("/backorders/", "inventory.view_stock"),
    "To be inspected": ("/inspections/", "inventory.view_stock"),
    "To be promised": ("/atp/", "inventory.view_promises"),
    "Supplies": ("/supplies/", "inventory.view_supplies"),
    "Reservations": ("/reservations/", "inventory.view_promises"),
    "Handling": ("/reservations/handling/", "inventory.view_promises"),
    "Warehouse systems": ("/warehouse-systems/", "integrations.view_warehouse_messages"),
    "Messages": ("/warehouse-messages/", "integrations.view_warehouse_messages"),
    "Freshness": ("/freshness/", "inventory.view_sync"),
    "Backorder board": ("/backorders/board/", "inventory.view_stock"),
    "Quotas": ("/quotas/", "inventory.view_allocation"),
    "Notices": ("/notices/", "inventory.view_notices"),
    "Allocation": ("/allocation/", "inventory.view_allocation"),
    "Invoices": ("/invoices/", "billing.view_invoices"),
    "Owed": ("/owed/", "billing.view_invoices"),
    "Payments": ("/payments/", "billing.view_payments"),
    "Journal": ("/journal/", "ledger.view_ledger"),
    "Trial balance": ("/trial-balance/", "ledger.view_ledger"),
    "Customers": ("/customers/", "orders.view_customer_accounts"),
    "Quotes": ("/quotes/", "pricing.view_quotes"),
    "Prices": ("/price-lists/", "pricing.view_prices"),
    "Costs": ("/costs/", "pricing.view_costs"),
    "Coupons": ("/coupons/", "pricing.view_coupons"),
    "Promotions": ("/pricing/calendar/", "pricing.view_prices"),
    "Pricing lab": ("/pricing/lab/", "pricing.view_prices"),
    "Agreements": ("/rebates/", "pricing.view_rebates"),
    "Exposure": ("/rebate-exposure/", "pricing.view_rebates"),
    "Rulebooks": ("/rulebooks/", "rulebooks.view_rulebooks"),
    "Events": ("/events/", "audit.view_events"),
    "Jobs": ("/jobs/", "audit.view_jobs"),
    "Proof": ("/proof/", "operations.view_proof"),
}

# Verbs that somebody could post by hand to an order that is confirmed, and what allows each.
FORGED = {
    ("", "ship"): "orders.ship_orders",
    ("", "cancel"): "orders.cancel_orders",
    ("", "release"): "orders.release_orders",
    ("", "bill"): "orders.bill_orders",
    ("", "set_price"): "orders.set_prices",
    ("", "allow"): "orders.allow_below_floor",
    ("ship/", "ship"): "orders.ship_orders",
    ("take-back/", "take_back"): "orders.return_goods",
    ("cancel-lines/", "cancel_lines"): "orders.cancel_orders",
}


@pytest.fixture
def order(site: Site) -> JSON:
    """An order that is confirmed."""
    return site.order_desk.places()


def test_every_role_finds_its_pages_and_no_others(site: Site, order: JSON) -> None:
    for role in ROLES:
        browser = signed_in(site, role)
        wanted = {name for name, (_, permission) in PAGES.items() if not permission or permission in ROLES[role]}
        groups = browser.get("/search/").context["sidebar_navigation"]
        assert {item["title"] for group in groups for item in group["items"]} & set(PAGES) == wanted, role
        for name, (path, _) in PAGES.items():
            assert browser.get(path).status_code == (200 if name in wanted else 403), (role, path)
        assert browser.get("/admin/login/").status_code == 403, role
        nothing_happens_on_forged_verbs(browser, role, f"/orders/{order['id']}/")
        assert site.auditor.order(order)["version"] == order["version"], role


def signed_in(site: Site, role: str) -> Client:
    """Return a client of somebody who holds just this role."""
    browser = Client(enforce_csrf_checks=True)
    user = User.objects.get(username=site.with_roles(role).name)
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def nothing_happens_on_forged_verbs(browser: Client, role: str, address: str) -> None:
    """Post verbs that the role does not hold with the right token, and one that it may hold without any."""
    token = "a" * 32
    browser.cookies["csrftoken"] = token
    for (part, verb), permission in FORGED.items():
        if permission not in ROLES[role]:
            form = {"verb": verb, "csrfmiddlewaretoken": token, f"reason_{verb}": "Forged", f"{verb}-line_1": "1"}
            answer = browser.post(address + part, form)
            assert answer.status_code == 403, (role, part, verb)
            assert b"permission" in answer.content, (role, part, verb)
    assert browser.post(address, {"verb": "cancel", "reason_cancel": "Forged"}).status_code == 403, role
