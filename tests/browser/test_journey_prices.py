"""A promotion from its first draft to a quote that shows it, and a price list from a file with a mistake to the new prices."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps.audit.services.jobs import run_due_jobs
from apps.pricing.models import PriceList, PriceRecord, Quote
from apps.rulebooks.models import Rulebook
from ordercash.kernel import clock
from tests.browser.conftest import Visit
from tests.browser.contrast import too_faint
from tests.journeys.site import Site

pytestmark = pytest.mark.django_db(transaction=True)

SALE = """
  groups:
    - {name: seasonal, order: 10, method: best_for_customer}
  discounts:
    - {name: mugs, title: Mugs for winter, group: seasonal, when: 'skew == "MUG-BLUE"', give: {percent: "10"}}
"""
NEW = "/quotes/new/?legal_entity=UK01&currency=GBP&customer=C-1001&sku=MUG-BLUE&quantity=10&unit="


def press(page: Page, name: str, *, dialog: bool = False) -> None:
    """Press a button of the page's head, and the same in the dialog that it opens."""
    page.get_by_role("button", name=name, exact=True).first.click()
    if dialog:
        page.locator("dialog[open]").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state("networkidle")


def test_a_promotion_is_written_tried_approved_by_another_and_shown_on_a_quote(
    sign_in: Callable[..., Visit], site: Site
) -> None:
    site.order_desk.places(("MUG-BLUE", "3"))
    book = Rulebook.objects.get(kind="pricing.rules")
    author = sign_in("pricing_analyst")
    page = author.go(f"/rulebooks/{book.pk}/edit/")
    text, findings = page.locator("#oc-editor-text"), page.locator("#oc-findings")
    text.fill(text.input_value().rstrip() + SALE)
    expect(findings).to_contain_text("skew")
    expect(findings.locator("[data-oc-goto]").first).to_have_attribute("data-oc-goto", re.compile(r"\d+:\d+"))
    author.picture("rule-with-a-mistake")
    text.fill(text.input_value().replace("skew", "sku"))
    expect(findings).to_contain_text("It can be saved")
    press(page, "Save as a draft")
    version = page.url
    press(page, "Back-test", dialog=True)
    run_due_jobs(clock=clock.now)
    page.reload()
    expect(page.locator("main")).to_contain_text("GBP 17.55")
    expect(page.locator(".oc-chart").first).to_be_visible()
    author.picture("back-test")
    page.goto(version)
    press(page, "Submit for review")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    other = sign_in("pricing_approver")
    page = other.go(version.removeprefix(other.address))
    press(page, "Approve")
    press(page, "Activate", dialog=True)
    expect(page.locator("h1")).to_contain_text("Active")

    seller = sign_in("order_desk")
    page = seller.go(NEW)
    expect(page.locator("#result")).to_contain_text("58.50")
    expect(page.locator("main")).to_contain_text("Mugs for winter")
    page.get_by_role("button", name="Make the quote").first.click()
    page.locator("dialog[open]").get_by_label("Valid until").fill("2190-01-31 12:00")
    page.locator("dialog[open]").get_by_role("button", name="Make the quote").click()
    expect(page.locator("h1")).to_contain_text(Quote.objects.get().number)
    expect(page.locator("main")).to_contain_text("Mugs for winter")
    expect(page.locator("main")).to_contain_text("no price was agreed")
    seller.picture("quote")
    assert too_faint(page) == []


def test_a_price_list_with_a_mistake_is_mended_looked_at_and_carried_out(
    sign_in: Callable[..., Visit], tmp_path: Path
) -> None:
    base = PriceList.objects.get(code="GBP-BASE")
    file = tmp_path / "prices.csv"
    window = sign_in("pricing_analyst")
    page = window.go(f"/price-lists/{base.pk}/")

    def send(text: str) -> None:
        file.write_text(text, "utf-8")
        page.goto(f"{window.address}/price-lists/{base.pk}/import/")
        page.get_by_label("File", exact=True).set_input_files(file)
        press(page, "Show what changes")

    count = PriceRecord.objects.count()
    send("sku,unit_price\nMUG-BLUE,6.95\nMUG-BLU,7.00\n")
    expect(page.locator("main")).to_contain_text("There is no such product.")
    expect(page.get_by_role("button", name="Carry out")).to_be_disabled()
    window.picture("price-file-refused")
    assert PriceRecord.objects.count() == count
    send("sku,unit_price\nMUG-BLUE,6.95\nMUG-RED,6.50\n")
    expect(page.locator("main")).to_contain_text("6.95")
    press(page, "Carry out")
    page.locator("dialog[open]").get_by_role("button", name="Carry out").click()
    expect(page.locator("main")).to_contain_text("The prices are changed.")
    new = PriceRecord.objects.get(price_list=base, product__sku="MUG-BLUE", valid_until_at=None)
    assert new.unit_price == Decimal("6.95")


@pytest.mark.parametrize(("size", "theme"), [("laptop", "light"), ("desk", "dark")])
def test_the_pages_of_prices_are_readable(sign_in: Callable[..., Visit], size: str, theme: str) -> None:
    window = sign_in("pricing_analyst", size=size, theme=theme)
    for name, address in (
        ("coupons", "/coupons/"), ("costs", "/costs/"), ("cost-import", "/costs/import/"), ("quote-new", NEW),
        ("calendar", "/pricing/calendar/?always=1"), ("lab", NEW.replace("/quotes/new/", "/pricing/lab/")),
        ("exposure", "/rebate-exposure/"),
    ):  # fmt: skip
        page = window.go(address)
        window.picture(f"{name}-{size}-{theme}")
        assert too_faint(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, name
