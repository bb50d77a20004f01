"""People sign in by hand: the sidebar shows what they may open, and closed pages say who opens them."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import expect

from apps.masterdata.models import User
from tests.browser.conftest import Visit
from tests.factories.web import PASSWORD
from tests.journeys.site import JSON, Site

# Two that see different pages, and one that is closed to each. What every role sees is asked in tests/journeys/test_roles.py.
CLOSED = {"warehouse": "/journal/", "platform_operator": "/orders/"}


@pytest.fixture
def order(site: Site) -> JSON:
    """An order that is confirmed."""
    return site.order_desk.places()


@pytest.mark.parametrize("role", CLOSED)
def test_a_role_signs_in_by_hand_and_is_told_what_is_closed(visit: Callable[..., Visit], site: Site, role: str) -> None:
    User.objects.filter(username=site.with_roles(role).name).update(password=make_password(PASSWORD))
    window = visit()
    sign_in_by_hand(window, role)
    links = window.page.locator("#nav-sidebar-inner a")
    expect(links.filter(has_text="Search")).to_be_visible()
    shown = [href for link in links.all() if (href := link.get_attribute("href"))]
    assert CLOSED[role] not in shown
    assert {"warehouse": "/orders/", "platform_operator": "/jobs/"}[role] in shown
    the_closed_page_says_why(window, CLOSED[role])
    the_closed_page_says_why(window, "/admin/")


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


def test_the_sign_of_the_house_leads_home(sign_in: Callable[..., Visit], order: JSON) -> None:
    window = sign_in("order_desk")
    page = window.go("/search/")
    page.get_by_role("link", name="Home").first.click()
    expect(page.locator("h1")).to_have_text("Home")
    expect(page.locator(".oc-chart canvas")).to_have_count(2)
    window.picture("home-one-day")
