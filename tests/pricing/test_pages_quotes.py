"""Pages of quotes, the lab and the calendar."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

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
from tests.factories.web import make_user

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
    for told_there in (
        "Price list for everybody",
        "no price was agreed",
        "Mugs in spring saves the customer more",
        "Worse",
    ):
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
    leads = f"/pricing/lab/?b={second}"
    assert leads in shown(client, f"/rulebooks/versions/{second}/")
    assert leads not in shown(signed_in("rulebooks.view_rulebooks"), f"/rulebooks/versions/{second}/")
    beside = shown(client, f"{LAB}&a={first}&b={second}")
    assert "oc-step-marked" in beside and "Differs" in words(beside)
    same = shown(client, f"{LAB}&a={second}&b={second}")
    assert "oc-step-marked" not in same and "the whole costs the same" in words(same)
    assert "it has not begun" in words(shown(client, f"{LAB}&at=2026-02-28+22:59:59"))
    assert not Quote.objects.exists() and not Order.objects.exists()


def rules_version(discounts: list[object]) -> object:
    rules(discounts=discounts)
    return RulebookVersion.objects.filter(rulebook__kind="pricing.rules").order_by("-number").first().pk  # type: ignore[union-attr]


def test_a_cart_without_a_currency_is_in_that_of_its_customer_or_seller() -> None:
    client = signed_in(*SEE)
    cart = LAB.replace("&currency=GBP", "&currency=")
    assert "GBP" in words(shown(client, cart).split('id="result"')[1])
    assert "GBP" in words(shown(client, cart.replace("&customer=C-1001", "")).split('id="result"')[1])


def test_a_mistake_in_a_cart_is_told_once() -> None:
    page = words(shown(signed_in(*SEE), f"{LAB}&currency=GBP&at=never"))
    assert page.count("names something that does not exist or does not fit") == 1


def test_the_lab_takes_a_cart_from_an_order_or_a_quote() -> None:
    order, quoted = place(), a_quote()
    client = signed_in(*SEE)
    assert 'value="TEAPOT-1L"' in shown(client, f"/pricing/lab/?order={order.number}")
    assert 'value="MUG-BLUE"' in shown(client, f"/pricing/lab/?subject={quoted.pk}")
    assert 'value="TEAPOT-1L"' not in shown(signed_in("pricing.view_prices"), f"/pricing/lab/?order={order.number}")


@pytest.mark.parametrize(
    ("more", "pointer"),
    [("&sku=NOPE&quantity=1&unit=", "Line 2, product"), ("&at=tomorrow", "At "), ("&sku=MUG-RED&quantity=x&unit=", "Line 2, quantity"),
     (f"&channel={NASTY}", "Channel ")],
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


NEW = "/quotes/new/?legal_entity=UK01&currency=GBP&customer=C-1001&sku=MUG-BLUE&quantity=12&unit="
MAKE = ("pricing.make_quotes", *SEE)


def test_a_quote_is_made_in_the_browser_and_made_once() -> None:
    rules(discounts=[SALE])
    client = signed_in(*MAKE)
    assert "/quotes/new/" in shown(client, "/quotes/")
    assert "Show the prices first" in shown(client, "/quotes/new/")
    text = words(shown(client, NEW))
    for part in ("What it costs", "Mugs in spring", "Nothing is kept yet"):
        assert part in text, part
    assert not Quote.objects.exists()
    values = {"make-valid_until_at": "2026-03-09 17:30", "make-note": "For the fair", "make-attempt": str(uuid4())}
    made = told(client, NEW, verb="make", **values)
    row = Quote.objects.get()
    assert row.number in made
    assert "For the fair" in made
    assert (row.note, row.state, row.line_count) == ("For the fair", "open", 1)
    assert row.number in told(client, NEW, verb="make", **values)
    assert Quote.objects.count() == 1


def test_what_is_wrong_with_a_new_quote_stands_at_its_place() -> None:
    client = signed_in(*MAKE)
    page = words(shown(client, f"{NEW}&sku=NOPE&quantity=x&unit="))
    assert "Line 2, quantity" in page
    page = words(shown(client, f"{NEW}&sku={NASTY}&quantity=1&unit="))
    assert "Line 2, product There is no product" in page
    nobody = NEW.replace("C-1001", "")
    assert "A quote is made for a customer: name it" in shown(client, nobody)
    for values in ({"make-valid_until_at": "soon"}, {}):
        assert client.post(NEW, {"verb": "make", **values}).status_code == 422
    over = {"make-valid_until_at": "2020-01-01 00:00", "make-attempt": str(uuid4())}
    assert "valid for some time that is not over yet" in told(client, NEW, verb="make", **over)
    assert not Quote.objects.exists()


def test_whoever_may_not_make_quotes_makes_none() -> None:
    client = signed_in(*SEE)
    shown(client, NEW, 403)
    assert client.post(NEW, {"verb": "make", "make-attempt": str(uuid4())}).status_code == 403
    assert "New quote" not in words(shown(client, "/quotes/"))
    assert "Quote it" not in words(shown(client, LAB))
    assert "Quote it" in words(shown(signed_in(*MAKE), LAB))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user(*MAKE))
    assert strict.post(NEW, {"verb": "make", "make-attempt": str(uuid4())}).status_code == 403
    assert not Quote.objects.exists()


def test_rules_are_called_by_their_titles_and_an_order_leads_to_the_lab() -> None:
    rules(discounts=[SALE, a_discount("worse", {"percent": "1"}, title="The Small One")])
    order = place()
    client = signed_in(*SEE)
    line = words(shown(client, f"/orders/{order.pk}/lines/1/"))
    for part in ("Mugs in spring", "The Small One", "Mugs in spring saves the customer more"):
        assert part in line, line
    assert f"/pricing/lab/?subject={order.pk}" in shown(client, f"/orders/{order.pk}/")
    assert f"/pricing/lab/?subject={order.pk}" not in shown(signed_in("orders.view_orders"), f"/orders/{order.pk}/")
