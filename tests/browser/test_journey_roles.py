"""Every role signs in: its sidebar shows what it may open and nothing else, closed pages say who opens them, forged verbs do nothing."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from playwright.sync_api import expect

from apps.masterdata.models import User
from ordercash.roles import ROLES
from tests.browser.conftest import Visit, session_of
from tests.factories.web import PASSWORD
from tests.journeys.site import JSON, Site

# The pages of the sidebar, and what opens each.
PAGES = {
    "Home": ("/", ""),
    "Search": ("/search/", ""),
    "Orders": ("/orders/", "orders.view_orders"),
    "Imports": ("/imports/", "orders.view_orders"),
    "Cases": ("/cases/", "exceptions.view_cases"),
    "Stock": ("/stock/", "inventory.view_stock"),
    "Shipments": ("/shipments/", "inventory.view_shipments"),
    "Backorders": ("/backorders/", "inventory.view_stock"),
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


def test_every_role_finds_its_pages_and_no_others(visit: Callable[..., Visit], site: Site, order: JSON) -> None:
    secret = make_password(PASSWORD)
    for role in ROLES:
        User.objects.filter(username=site.with_roles(role).name).update(password=secret)
        window = visit()
        sign_in_by_hand(window, role)
        wanted = {name for name, (_, permission) in PAGES.items() if not permission or permission in ROLES[role]}
        expect(window.page.locator("#nav-sidebar-inner a").filter(has_text="Search")).to_be_visible()
        shown = window.page.locator("#nav-sidebar-inner a").all_inner_texts()
        assert {text.strip().split("\n")[-1] for text in shown} & set(PAGES) == wanted, role
        closed = [path for name, (path, _) in PAGES.items() if name not in wanted]
        the_closed_page_says_why(window, [*closed, "/admin/"][0])
        browser = Client(enforce_csrf_checks=True)
        browser.cookies["sessionid"] = session_of(User.objects.get(username=role))
        for path in [*closed, "/admin/login/"]:
            assert browser.get(path).status_code == 403, (role, path)
        nothing_happens_on_forged_verbs(browser, role, f"/orders/{order['id']}/")
        assert site.auditor.order(order)["version"] == order["version"], role
        window.page.context.close()


def sign_in_by_hand(window: Visit, role: str) -> None:
    """Fill the sign-in form, which leads to where the person wanted to go."""
    window.page.goto(f"{window.address}/search/")
    window.page.get_by_label("User name").fill(role)
    window.page.get_by_label("Password").fill(PASSWORD)
    window.page.keyboard.press("Enter")
    expect(window.page.locator("h1")).to_have_text("Search")


def the_closed_page_says_why(window: Visit, path: str) -> None:
    """Open a page that is closed to this role."""
    window.page.goto(window.address + path)
    expect(window.page.get_by_role("alert")).to_contain_text(re.compile("The roles that hold it|staff only"))
    window.picture("closed-page")
    assert all("403" in complaint for complaint in window.complaints), window.complaints
    window.complaints.clear()


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


def test_the_sign_of_the_house_leads_home(sign_in: Callable[..., Visit], order: JSON) -> None:
    window = sign_in("order_desk")
    page = window.go("/search/")
    page.get_by_role("link", name="Home").first.click()
    expect(page.locator("h1")).to_have_text("Home")
    expect(page.locator(".oc-chart canvas")).to_have_count(2)
    window.picture("home-one-day")
