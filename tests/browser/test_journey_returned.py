"""Goods that come back, from the order page to the credit note."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.journeys.site import Site

SignIn = Callable[..., Visit]


def test_goods_come_back_and_are_credited(sign_in: SignIn, site: Site) -> None:
    order = site.order_desk.places(("MUG-BLUE", "10"), ("TEAPOT-1L", "1"))
    site.warehouse.do(f"orders/{order['id']}/ship")
    site.works_by_itself()
    window = sign_in("warehouse")
    page = window.go(f"/orders/{order['id']}/")
    page.get_by_role("link", name="Take goods back").click()
    page.get_by_label("Take back, line 1").fill("11")
    page.get_by_label("Reason").fill("Chipped in transit")
    page.locator("form:has([name=take_back-reason])").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Take back", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("less than or equal to 10")
    window.picture("take-back-refused")
    window.complaints[:] = [each for each in window.complaints if "422" not in each]
    page.get_by_label("Take back, line 1").fill("4")
    page.get_by_label("The goods go back on the shelf").uncheck()
    page.get_by_role("button", name="Take back", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("The goods are back and credited.")
    expect(page.get_by_role("main")).to_contain_text("What came back")
    site.works_by_itself()

    (note,) = site.ar_clerk.credit_notes(order)
    assert note["gross_minor"] == 31_20
    window = sign_in("ar_clerk", size="desk")
    page = window.go(f"/orders/{order['id']}/")
    window.picture("order-returned")
    page.get_by_role("link", name=note["number"]).first.click()
    expect(page.locator("h1")).to_contain_text(f"Credit note {note['number']}")
    expect(page.get_by_role("main")).to_contain_text("Chipped in transit")
    window.picture("credit-note")
    site.holds()
