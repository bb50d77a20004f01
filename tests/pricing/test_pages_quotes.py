"""Pages of quotes, the lab and the calendar."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine

from apps.orders.models import Order
from apps.pricing.models import Quote
from apps.pricing.selectors.wishes import CartWish, LineWish
from apps.pricing.services.quotes import QuoteWish, make_quotes
from apps.rulebooks.models import RulebookVersion, Scenario
from ordercash.kernel.transactions import writes
from tests.factories.counting import counted
from tests.factories.orders import CLERK, NOW, load_company, place
from tests.factories.pages import NASTY, shown, signed_in, told, words
from tests.factories.pricing_orders import a_discount, rules

SALE = a_discount(
    "mugs", {"percent": "10"}, when='sku == "MUG-BLUE"', title="Mugs in spring", zone="Europe/Berlin",
    **{"from": "2026-03-01T00:00:00", "until": "2026-03-15T00:00:00"},
)  # fmt: skip
LAB = "/pricing/lab/?legal_entity=UK01&currency=GBP&customer=C-1001&sku=MUG-BLUE&quantity=12&unit="
SEE = ("pricing.view_quotes", "pricing.view_prices", "rulebooks.view_rulebooks", "orders.view_orders")


@pytest.fixture(autouse=True)
def company(transactional_db: None) -> Iterator[None]:
    load_company()
    with time_machine.travel(NOW, tick=False):
        yield


def a_quote(until: datetime | None = NOW + timedelta(days=7), lines: int = 1) -> Quote:
    cart = CartWish("UK01", "GBP", NOW, [LineWish("MUG-BLUE", Decimal(12))] * lines, "C-1001")
    (made,) = writes(make_quotes)([QuoteWish(cart, str(uuid4()), valid_until_at=until)], actor=CLERK, now=NOW)
    return made


def test_the_list_finds_quotes_by_what_they_are_now() -> None:
    client = signed_in(*SEE)
    assert "No quotes" in shown(client, "/quotes/")
    open_one, prices = a_quote(), a_quote(None)
    page = words(shown(client, "/quotes/?state=open"))
    assert open_one.number in page and prices.number not in page
    assert prices.number in words(shown(client, "/quotes/?state=prices_only"))
    shown(client, f"/quotes/?q={NASTY}&customer={NASTY}")


def test_a_quote_says_why_and_why_not() -> None:
    rules(discounts=[SALE, a_discount("worse", {"percent": "1"})])
    page = words(shown(signed_in(*SEE), f"/quotes/{a_quote().pk}/"))
    for told_there in ("Price list for everybody", "no price was agreed", "mugs saves the customer more", "Worse"):
        assert told_there in page
    assert "Place as order" not in page


def test_a_quote_is_placed_as_an_order_once_and_withdrawn() -> None:
    desk = signed_in(*SEE, "orders.place_orders", "pricing.make_quotes")
    made, other = a_quote(), a_quote()
    assert "Place as order" in shown(desk, f"/quotes/{made.pk}/")
    address = f"/orders/from-quote/{made.pk}/"
    form = {"verb": "place", "place-channel": "web", "place-purchase_order": "PO-7"}
    for _ in range(2):
        assert desk.post(address, form).status_code == 303
    order = Order.objects.get()
    assert (order.quote_id, order.purchase_order, order.net_minor >= made.net_minor) == (made.pk, "PO-7", True)
    assert made.number in words(shown(desk, f"/orders/{order.pk}/"))
    assert "withdrawn" in told(desk, f"/quotes/{other.pk}/", verb="withdraw", reason="Wrong")
    assert "withdrawn" in told(desk, f"/orders/from-quote/{other.pk}/", **form).lower()
    assert Order.objects.count() == 1


def test_closed_doors() -> None:
    made, stranger = a_quote(), signed_in("orders.view_orders")
    for address in (
        "/quotes/",
        f"/quotes/{made.pk}/",
        "/pricing/lab/",
        "/pricing/calendar/",
        f"/orders/from-quote/{made.pk}/",
    ):
        shown(stranger, address, status=403)
    assert signed_in(*SEE).post(f"/quotes/{made.pk}/", {"verb": "withdraw", "reason": "x"}).status_code == 403
    made.refresh_from_db()
    assert made.state == "open"
    shown(signed_in(*SEE), f"/quotes/{uuid4()}/", status=404)


def test_statements_of_a_quote_page_do_not_grow_with_its_lines() -> None:
    client = signed_in(*SEE)

    def statements(lines: int) -> int:
        address = f"/quotes/{a_quote(lines=lines).pk}/"
        with counted() as seen:
            shown(client, address)
        return seen.count

    statements(1)
    assert statements(1) == statements(40)


def test_the_lab_prices_by_two_versions_and_marks_what_differs() -> None:
    first = rules_version([SALE])
    second = rules_version([SALE | {"give": {"percent": "20"}}])
    client = signed_in(*SEE)
    page = shown(client, LAB)
    assert "Mugs" in words(page) and "oc-step-marked" not in page
    beside = shown(client, f"{LAB}&a={first}&b={second}")
    assert "oc-step-marked" in beside and "Differs" in words(beside)
    same = shown(client, f"{LAB}&a={second}&b={second}")
    assert "oc-step-marked" not in same and "the whole costs the same" in words(same)
    assert "it has not begun" in words(shown(client, f"{LAB}&at=2026-02-28+22:59:59"))
    assert not Quote.objects.exists() and not Order.objects.exists()


def rules_version(discounts: list[object]) -> object:
    rules(discounts=discounts)
    return RulebookVersion.objects.filter(rulebook__kind="pricing.rules").order_by("-number").first().pk  # type: ignore[union-attr]


def test_the_lab_takes_a_cart_from_an_order_or_a_quote() -> None:
    order, quoted = place(), a_quote()
    client = signed_in(*SEE)
    assert 'value="TEAPOT-1L"' in shown(client, f"/pricing/lab/?order={order.number}")
    assert 'value="MUG-BLUE"' in shown(client, f"/pricing/lab/?subject={quoted.pk}")
    assert 'value="TEAPOT-1L"' not in shown(signed_in("pricing.view_prices"), f"/pricing/lab/?order={order.number}")


@pytest.mark.parametrize(
    ("more", "pointer"),
    [("&sku=NOPE&quantity=1&unit=", "/lines/1/sku"), ("&at=tomorrow", "/at"), ("&sku=MUG-RED&quantity=x&unit=", "/lines/1/quantity"),
     (f"&channel={NASTY}", "/channel")],
)  # fmt: skip
def test_the_lab_tells_what_is_wrong_with_a_cart(more: str, pointer: str) -> None:
    assert pointer in words(shown(signed_in(*SEE), LAB + more))


def test_a_cart_of_the_lab_is_kept_as_a_scenario_by_whom_may() -> None:
    form = {"verb": "keep", "keep-name": "A dozen mugs", "keep-note": ""}
    assert signed_in(*SEE).post(LAB, form).status_code == 403
    assert not Scenario.objects.exists()
    assert signed_in(*SEE, "rulebooks.draft_version").post(LAB, form).status_code == 303
    kept = Scenario.objects.get()
    assert kept.name == "A dozen mugs" and "MUG-BLUE" in kept.facts


def test_the_calendar_shows_what_runs_by_the_clock_of_the_market() -> None:
    client = signed_in(*SEE)
    assert "Nothing runs here" in shown(client, "/pricing/calendar/?from=2026-03-01")
    rules(discounts=[SALE])
    page = shown(client, "/pricing/calendar/?from=2026-03-01&zone=Europe/London")
    assert "Mugs in spring" in page and "from 2026-02-28 23:00 until 2026-03-14 23:00" in page
    assert "Mugs in spring" in shown(client, "/pricing/calendar/?from=2026-02-01&view=quarter")
    assert "Mugs in spring" in shown(client, "/pricing/calendar/?from=2026-02-01&zone=Europe/London")
    assert "Mugs in spring" not in shown(client, "/pricing/calendar/?from=2026-04-01&zone=UTC")
    for odd in ("from=x", "from=0001-01-01", "zone=Mars", f"view={NASTY}", "drafts=1&always=1"):
        shown(client, f"/pricing/calendar/?{odd}")


def test_a_bar_leads_to_its_rule_in_the_version() -> None:
    version = rules_version([SALE])
    page = shown(signed_in(*SEE), f"/rulebooks/versions/{version}/?rule=mugs")
    own = page[page.index('<mark id="rule"') : page.index("</mark>")]
    assert "Mugs in spring" in own and "accesses" not in own
