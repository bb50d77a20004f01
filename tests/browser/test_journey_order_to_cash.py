"""An order's way through the pages, from the search box to the proof, each step in the window of the role whose step it is."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from apps.audit.services.jobs import run_due_jobs
from ordercash.kernel import clock
from tests.browser.conftest import Visit
from tests.browser.contrast import too_faint
from tests.journeys.site import JSON, Site

SignIn = Callable[..., Visit]


def test_an_order_goes_from_the_search_box_to_the_proof(sign_in: SignIn, site: Site) -> None:
    order = site.order_desk.places(("MUG-BLUE", "10"), ("TEAPOT-1L", "2"), ("CARRIAGE", "1"))
    the_order_desk_asks_why_it_costs_that(sign_in("order_desk"), order)
    the_warehouse_ships_a_part_then_the_rest(sign_in("warehouse", size="desk"), site, order)
    the_clerk_records_what_the_customer_pays(sign_in("ar_clerk"), site, order)
    the_controller_proves_it(sign_in("finance_controller", size="desk", theme="dark"), order)
    the_auditor_sees_all_of_it_and_changes_nothing(sign_in("auditor"), order)
    site.holds()


def the_order_desk_asks_why_it_costs_that(window: Visit, order: JSON) -> None:
    """Find the order by keyboard alone, and read how its price came about."""
    page = window.go("/")
    window.picture("home-order-desk")
    page.keyboard.press("/")
    page.keyboard.type(order["number"])
    expect(page.locator("#oc-search-pop")).to_contain_text(order["number"])
    window.picture("search-box")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{order['id']}/")
    expect(page.locator("h1")).to_contain_text(order["number"])
    expect(page.locator("h1")).to_contain_text("Confirmed")
    window.picture("order-confirmed")
    assert no_verbs_but(page) == {"Cancel order"}, "of all verbs these are the desk's"
    page.locator("#lines").get_by_role("link", name="1", exact=True).focus()
    page.keyboard.press("Enter")
    panel = page.get_by_label("Details")
    expect(panel).to_contain_text("Why it costs this")
    for part in ("Price list for everybody", "6.50", "10 x ", "Standard rated, 20", "78.00"):
        expect(panel).to_contain_text(part)
    window.picture("order-line-panel")
    assert too_faint(page) == []


def the_warehouse_ships_a_part_then_the_rest(window: Visit, site: Site, order: JSON) -> None:
    """Ship four mugs, then everything that is left; the system invoices each shipment."""
    page = window.go(f"/orders/{order['id']}/")
    page.get_by_role("link", name="Ship parts").click()
    expect(page.get_by_label("Ship, line 1")).to_have_value("10")
    page.get_by_label("Ship, line 1").fill("4")
    page.get_by_label("Ship, line 2").fill("")
    page.get_by_label("Ship, line 3").fill("")
    page.get_by_label("Carrier").fill("Post")
    window.picture("ship-parts")
    page.get_by_role("button", name="Ship", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Shipped: SH")
    expect(page.locator("h1")).to_contain_text("Partly shipped")
    site.works_by_itself()

    page.get_by_role("button", name="Ship", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tracking number").fill("T-2")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Shipped: SH")
    expect(page.get_by_role("button", name="Ship", exact=True)).to_be_disabled()
    site.works_by_itself()
    page = window.go("/shipments/")
    expect(page.locator("[data-oc-row]")).to_have_count(2)
    expect(page.locator("[data-oc-row]").first).to_contain_text(order["number"])
    window.picture("shipments")


def the_clerk_records_what_the_customer_pays(window: Visit, site: Site, order: JSON) -> None:
    """Open both invoices and the PDF of one, record half of the money and then the rest; the order closes."""
    first, second = site.ar_clerk.invoices(order)
    page = window.go(f"/orders/{order['id']}/")
    page.get_by_role("link", name=first["number"]).first.click()
    expect(page.locator("h1")).to_contain_text(f"Invoice {first['number']}")
    expect(page.get_by_role("main")).to_contain_text(order["number"])
    window.picture("invoice-open")
    document = page.context.request.get(
        window.address + str(page.get_by_role("link", name="PDF").get_attribute("href"))
    )
    assert (document.status, document.headers["content-type"]) == (200, "application/pdf")
    assert document.body().startswith(b"%PDF-")
    assert first["number"] in document.headers["content-disposition"]

    page = window.go("/payments/")
    window.picture("payments-empty")
    record_payment(page, "20.00", first["number"])
    expect(page.get_by_role("status")).to_contain_text("0.00")
    page = window.go(f"/invoices/{first['id']}/")
    expect(page.locator("h1")).to_contain_text("Partly paid")
    window.picture("invoice-partly-paid")
    page = window.go("/payments/")
    owed = first["gross_minor"] + second["gross_minor"] - 20_00
    record_payment(page, f"{owed / 100:.2f}", f"{first['number']} {second['number']}")
    expect(page.locator("[data-oc-row]")).to_have_count(2)
    window.picture("payments")
    page.locator("[data-oc-row] a").first.click()
    expect(page.get_by_role("main")).to_contain_text(second["number"])
    window.picture("payment")
    site.works_by_itself()
    page = window.go(f"/orders/{order['id']}/")
    expect(page.locator("h1")).to_contain_text("Closed")
    window.picture("order-closed")


def record_payment(page: Page, amount: str, numbers: str) -> None:
    """Fill the dialog of the payments page and send it by keyboard."""
    page.get_by_role("button", name="Record a payment").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Legal entity").select_option("UK01")
    dialog.get_by_label("Currency").select_option("GBP")
    dialog.get_by_label("Amount").fill(amount)
    dialog.get_by_label("Customer").fill("C-1001")
    dialog.get_by_label("Invoices").fill(numbers)
    dialog.get_by_label("Reference").fill(f"Transfer of {amount}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The payment is recorded")


def the_controller_proves_it(window: Visit, order: JSON) -> None:
    """Read the journal and the trial balance, then let a worker prove everything."""
    page = window.go("/journal/")
    page.get_by_label("Legal entity").select_option(label=entity_of(page, "UK01"))
    page.wait_for_url(re.compile("entity="))
    posted = page.locator("[data-oc-row]").filter(has_text=re.compile("Shipment|Invoice|Payment|Application"))
    expect(posted).to_have_count(9)
    window.picture("journal")
    posted.first.get_by_role("link").first.click()
    page.wait_for_url(re.compile("/journal/.+"))
    expect(page.get_by_role("main")).to_contain_text("GBP")
    window.picture("journal-entry")
    page = window.go("/trial-balance/")
    page.get_by_label("Legal entity").select_option(label=entity_of(page, "UK01"))
    page.wait_for_url(re.compile("entity="))
    expect(page.get_by_role("main")).to_contain_text(re.compile("receivable", re.I))
    window.picture("trial-balance")
    assert too_faint(page) == []
    page = window.go("/proof/")
    window.picture("proof-empty")
    page.get_by_role("button", name="Run the proof").click()
    expect(page.get_by_role("status")).to_contain_text("The proof is asked for")
    assert run_due_jobs(clock=clock.now) >= 1
    expect(page.get_by_role("main")).to_contain_text("Everything agrees", timeout=15_000)
    window.picture("proof-holds")
    page = window.go(f"/orders/{order['id']}/")
    expect(page.get_by_text("Journal", exact=True).last).to_be_visible()
    window.picture("order-closed-controller-dark")
    window.go("/")
    window.picture("home-controller-dark")


def entity_of(page: Page, code: str) -> str:
    """Return the label of a legal entity as the filter offers it."""
    labels = page.get_by_label("Legal entity").locator("option").all_inner_texts()
    return next(label for label in labels if code in label)


def the_auditor_sees_all_of_it_and_changes_nothing(window: Visit, order: JSON) -> None:
    """Look at every page of the sidebar and at the order: nowhere a button that does something."""
    page = window.go(f"/orders/{order['id']}/")
    expect(page.get_by_role("main")).to_contain_text("What happened")
    assert no_verbs_but(page) == set()
    seen = page.locator("#nav-sidebar-inner li a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    assert {"/orders/", "/cases/", "/stock/", "/invoices/", "/payments/", "/journal/", "/events/", "/proof/"} <= set(
        seen
    )
    for place in seen:
        page = window.go(place)
        expect(page.locator("h1")).to_be_visible()
        assert no_verbs_but(page) == set(), place
        window.picture(f"auditor-{place.strip('/') or 'start'}")


def no_verbs_but(page: Page) -> set[str]:
    """Return the buttons of the page that would do something; a user's own filters are not counted."""
    found = page.locator("main button[name=verb], main button[data-oc-open]:not([data-oc-open=oc-keys])").evaluate_all(
        "buttons => buttons.filter(b => !b.closest('.oc-filters')).map(b => b.textContent.trim())"
    )
    return set(found)
