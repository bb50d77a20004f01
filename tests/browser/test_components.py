"""The gallery in a real browser: its picture, its contrast, its keyboard."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.contrast import too_faint
from tests.factories.web import PASSWORD, make_user

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Visit]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["laptop", "desk"])
def test_its_picture_is_complete_and_readable(visit: Open, size: str, theme: str) -> None:
    window = visit(make_user(display_name="Finance controller"), size=size, theme=theme)
    page = window.go("/components/")
    expect(page.locator(".oc-chart canvas")).to_have_count(5)
    assert page.evaluate("document.documentElement.classList.contains('dark')") == (theme == "dark")
    assert window.picture(f"components-{size}-{theme}").stat().st_size > 100_000
    assert too_faint(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sign_in_page(visit: Open, theme: str) -> None:
    make_user(username="order.desk")
    window = visit(theme=theme)
    page = window.go("/components/?state=held")
    window.picture(f"login-{theme}")
    assert too_faint(page) == []
    page.get_by_label("User name").fill("order.desk")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/components/?state=held")


def test_the_first_stop_leads_past_the_navigation_and_days_are_typed_or_chosen(visit: Open) -> None:
    page = visit(make_user()).go("/components/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "oc-content"
    day = page.locator("[data-oc-day]:visible").first
    day.fill("2026-12-31")
    assert day.evaluate("field => field.validity.valid")
    assert page.locator(".oc-day-pick").count() == page.locator("[data-oc-day]").count() > 0
    day.fill("31/12/2026")
    assert not day.evaluate("field => field.validity.valid")


def test_the_table_is_worked_by_keyboard(visit: Open) -> None:
    page = visit(make_user()).go("/components/")
    here = page.locator("[data-oc-row]:focus")
    page.keyboard.press("j")
    expect(here).to_contain_text("SO-1059")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(here).to_contain_text("SO-1058")
    assert here.evaluate("row => getComputedStyle(row.cells[0]).boxShadow") != "none"
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+X")
    bar = page.locator("[data-oc-bulk]")
    expect(bar).to_contain_text("3 orders selected")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("[data-oc-row]").first).to_contain_text("SO-1047")
    assert "cursor=" in page.url
    page.keyboard.press("p")
    expect(page.locator("[data-oc-row]").first).to_contain_text("SO-1059")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/components/0190"))
    expect(page.locator("h1")).to_contain_text("SO-1041")


def test_a_bulk_verb_asks_for_its_reason(visit: Open) -> None:
    page = visit(make_user()).go("/components/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.locator("[data-oc-bulk]").get_by_role("button", name="Cancel").click()
    dialog = page.get_by_role("dialog", name="Cancel the selected orders?")
    expect(dialog).to_contain_text("For 1 order.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("Reason").fill("Ordered twice")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("1 orders would be cancelled: Ordered twice")).to_be_visible()


def test_two_bulk_verbs_with_reasons_do_not_hinder_each_other(visit: Open) -> None:
    page = visit(make_user()).go("/components/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    bulk = page.locator("[data-oc-bulk]")
    bulk.get_by_role("button", name="Cancel").click()
    page.keyboard.press("Escape")
    bulk.get_by_role("button", name="Release").click()
    dialog = page.get_by_role("dialog", name="Release")
    dialog.get_by_label("Reason").fill("Paid in advance")
    dialog.get_by_role("button", name="Release").click()
    expect(page.get_by_text("1 orders would be released: Paid in advance")).to_be_visible()


def test_filters_sorting_and_kept_filters_live_in_the_address(visit: Open) -> None:
    page = visit(make_user()).go("/components/")
    page.get_by_label("Channel").select_option("edi")
    page.wait_for_url("**/components/?channel=edi")
    page.get_by_role("link", name="Total").click()
    page.wait_for_url("**/components/?channel=edi&sort=gross_minor")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Total")
    page.get_by_text("Keep this filter").click()
    page.get_by_label("Name", exact=True).fill("EDI by size")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("The filter “EDI by size” is kept.")).to_be_visible()
    page.goto(page.url.partition("?")[0])
    page.get_by_role("link", name="EDI by size").click()
    page.wait_for_url("**/components/?channel=edi&sort=gross_minor")


def test_a_form_in_a_dialog_comes_back_with_its_mistakes(visit: Open) -> None:
    window = visit(make_user())
    page = window.go("/components/")
    page.get_by_role("button", name="Record payment").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Amount").fill("12.345")
    dialog.get_by_label("Received on").fill("2024-03-01")
    dialog.get_by_role("button", name="Record payment").evaluate("button => button.form.noValidate = true")
    dialog.get_by_role("button", name="Record payment").click()
    expect(page.get_by_role("dialog")).to_contain_text("no more than 2 decimal places")
    window.complaints[:] = [each for each in window.complaints if "422" not in each]


def test_the_side_panel_opens_and_gives_the_focus_back(visit: Open) -> None:
    page = visit(make_user()).go("/components/")
    link = page.get_by_text("SO-1041 in the side panel")
    link.click()
    panel = page.get_by_label("Details")
    expect(panel).to_contain_text("What happened")
    assert too_faint(page) == []
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(link).to_be_focused()


def test_the_search_box_is_one_key_away(visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    page = visit(make_user()).go("/components/")
    page.keyboard.press("/")
    box = page.get_by_placeholder("Search any number or name")
    expect(box).to_be_focused()
    page.keyboard.type("nobody at all")
    expect(page.locator("#oc-search-pop")).to_contain_text("Nothing is called or numbered")
    page.keyboard.press("Escape")
    expect(page.locator("#oc-search-pop")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()


def test_the_theme_is_switched_by_keyboard_and_kept(visit: Open) -> None:
    window = visit(make_user(display_name="Order desk"))
    page = window.go("/components/")
    page.get_by_role("button", name="Order desk").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Dark").focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))


def test_the_admin_wears_the_same_shell(visit: Open) -> None:
    window = visit(make_user(is_staff=True, is_superuser=True))
    page = window.go("/admin/")
    expect(page.get_by_placeholder("Search any number or name")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('#nav-sidebar')).width") == "208px"
    window.picture("admin")


def test_every_focusable_thing_shows_its_focus(visit: Open) -> None:
    page = visit(make_user()).go("/components/")
    unseen: Any = []
    for _ in range(60):
        page.keyboard.press("Tab")
        unseen += page.evaluate(
            """() => {
              const at = document.activeElement;
              if (!at || at === document.body) return [];
              const style = getComputedStyle(at);
              const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
                || (at.cells && getComputedStyle(at.cells[0]).boxShadow !== "none") || at.matches(".oc-search-results a");
              return shown ? [] : [at.outerHTML.slice(0, 120)];
            }"""
        )
    assert unseen == []
