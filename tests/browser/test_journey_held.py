"""A held order through the pages: seen in the queue, claimed, released with a reason by who answers for it, and by nobody else."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.contrast import too_faint
from tests.journeys.site import JSON, Site

SignIn = Callable[..., Visit]


def test_a_held_order_is_claimed_in_the_queue_and_released_by_the_credit_controller(
    sign_in: SignIn, site: Site
) -> None:
    order = site.order_desk.places(("TEAPOT-1L", "3"), customer="C-9002")
    window = sign_in("order_desk")
    page = window.go("/cases/")
    expect(page.locator("[data-oc-row]")).to_contain_text("The credit limit is exceeded")
    window.picture("cases")
    for key in ("j", "x"):
        page.keyboard.press(key)
    page.locator("[data-oc-bulk]").get_by_role("button", name="Claim").click()
    expect(page.get_by_role("status")).to_contain_text("claimed")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/cases/.+"))
    expect(page.locator("h1")).to_contain_text("Claimed")
    expect(page.get_by_role("button", name="Release")).to_have_count(0)
    window.picture("case-claimed")
    page.get_by_role("button", name="Give back").click()
    expect(page.locator("h1")).to_contain_text("Open")
    the_credit_controller_releases(sign_in("credit_controller", theme="dark"), order)
    assert site.order_desk.order(order)["state"] == "confirmed"
    site.holds()


def the_credit_controller_releases(window: Visit, order: JSON) -> None:
    """Read why the order is held, go to its case, claim it and release it with a reason, without touching the mouse."""
    page = window.go(f"/orders/{order['id']}/")
    expect(page.get_by_role("main")).to_contain_text("Why it is held")
    expect(page.get_by_role("main")).to_contain_text("The credit limit is exceeded")
    window.picture("order-held-dark")
    assert too_faint(page) == []
    press(page, "link", "The case")
    page.wait_for_url(re.compile("/cases/"))
    press(page, "button", "Claim")
    expect(page.locator("h1")).to_contain_text("Claimed")
    press(page, "button", "Release")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_focused()
    page.keyboard.type("Paid half in advance")
    dialog.get_by_role("button", name="Release").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Resolved")
    page = window.go(f"/orders/{order['id']}/")
    expect(page.locator("h1")).to_contain_text("Confirmed")
    expect(page.get_by_role("main")).to_contain_text("Paid half in advance")


def test_who_placed_an_order_does_not_release_it(sign_in: SignIn, site: Site) -> None:
    both = ("order_desk", "credit_controller")
    order = site.with_roles(*both).places(("TEAPOT-1L", "3"), customer="C-9002")
    page = sign_in(*both).go(f"/orders/{order['id']}/")
    page.get_by_role("button", name="Release").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("I know them")
    dialog.get_by_role("button", name="Release").click()
    expect(page.get_by_role("alert")).to_contain_text("placed")
    expect(page.locator("h1")).to_contain_text("Held")
    assert site.order_desk.order(order)["state"] == "held"


def press(page: Page, role: str, name: str) -> None:
    """Go to a link or button and press Enter."""
    page.get_by_role(role, name=name).first.focus()  # type: ignore[arg-type]
    page.keyboard.press("Enter")
