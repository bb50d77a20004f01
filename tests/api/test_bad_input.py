"""Orders that cannot be: each wrong value is told where it stands, and nothing of the order stays."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.billing.permissions import VIEW_INVOICES
from apps.orders.models import Order
from apps.orders.permissions import VIEW_ORDERS
from ordercash.kernel import clock
from tests.api.sending import ORDERS, an_order, faults, nothing_happens, post, refusal
from tests.factories.web import PASSWORD, make_user


def line(**values: Any) -> list[dict[str, Any]]:
    return [{"sku": "MUG-BLUE", "quantity": "1"} | values]


UNKNOWN = [
    ({"lines": line(sku="MUG-GREEN")}, "/lines/0/sku", "sku_unknown"),
    ({"customer": "C-0000"}, "/customer", "customer_unknown"),
    ({"customer": "c-1001"}, "/customer", "customer_unknown"),
    ({"currency": "XTS"}, "/currency", "currency_unknown"),
    ({"currency": "gbp"}, "/currency", "string_pattern_mismatch"),
    ({"channel": "carrier-pigeon"}, "/channel", "channel_unknown"),
    ({"legal_entity": "FR01"}, "/legal_entity", "legal_entity_unknown"),
    ({"customer": ""}, "/customer", "string_too_short"),
    ({"customer": None}, "/customer", "string_type"),
    ({"customer": 1001}, "/customer", "string_type"),
    ({"colour": "blue"}, "/colour", "extra_forbidden"),
    ({"ship_to": {"city": "York"}}, "/ship_to/country", "missing"),
    ({"ship_to": {"country": "GBR"}}, "/ship_to/country", "string_pattern_mismatch"),
    ({"purchase_order": "PO\t1"}, "/purchase_order", "string_pattern_mismatch"),
    ({"external_number": "W\n1"}, "/external_number", "string_pattern_mismatch"),
    ({"lines": line(description="\x1b[31mred")}, "/lines/0/description", "string_pattern_mismatch"),
    ({"purchase_order": "x" * 61}, "/purchase_order", "string_too_long"),
    ({"requested_delivery_date": "soon"}, "/requested_delivery_date", "value_error"),
    ({"requested_delivery_date": "2026-02-30"}, "/requested_delivery_date", "date_from_datetime_parsing"),
    ({"note": "\x1b[31mred"}, "/note", "string_pattern_mismatch"),
    ({"note": "x" * 2_001}, "/note", "string_too_long"),
    ({"lines": line(buyer_reference="10\n1")}, "/lines/0/buyer_reference", "string_pattern_mismatch"),
]
QUANTITIES = [
    ("0", "greater_than"), (0, "greater_than"), ("-1", "greater_than"), (-1, "greater_than"), ("-0.0001", "greater_than"),
    ("1e9", "less_than_equal"), (1_000_000_000, "less_than_equal"), ("1e400", "less_than_equal"), ("1E+400", "less_than_equal"),
    ("1.5", "quantity_not_divisible"), (1.5, "quantity_not_divisible"), ("1.0001", "quantity_not_divisible"),
    ("1.00001", "decimal_max_places"), ("0.00001", "decimal_max_places"), ("1e-400", "decimal_max_digits"),
    ("NaN", "finite_number"), ("Infinity", "finite_number"), ("-Infinity", "finite_number"), ("sNaN", "finite_number"),
    ("", "decimal_parsing"), ("two", "decimal_parsing"), ("1,5", "decimal_parsing"), ("0x10", "decimal_parsing"),
    (True, "value_error"), (None, "decimal_type"), ([], "decimal_type"), ({"value": 1}, "decimal_type"),
]  # fmt: skip
PRICES = [
    ("marketplace", "1.0000001", "decimal_max_places"), ("marketplace", "-0.01", "greater_than_equal"),
    ("marketplace", "1e12", "less_than_equal"), ("marketplace", "NaN", "finite_number"), ("marketplace", "GBP 5", "decimal_parsing"),
    ("marketplace", False, "value_error"),
    ("web", "6.50", "price_not_accepted"), ("desk", "0", "price_not_accepted"),
]  # fmt: skip
INSTANTS = [
    ("2026-03-02T09:00:00", "timezone_aware"), ("2026-03-02", "value_error"), ("2026-13-01T09:00:00Z", "datetime_from_date_parsing"),
    ("2026-02-30T09:00:00Z", "datetime_from_date_parsing"), ("2026-03-02T25:00:00Z", "datetime_from_date_parsing"),
    ("2026-03-02T09:00:00+25:00", "datetime_from_date_parsing"), ("yesterday", "value_error"), ("", "value_error"),
    (1_770_000_000, "value_error"), ("1770000000", "value_error"), (1.5, "value_error"), ("0001-01-01T00:00:00+14:00", "value_error"),
    ("1989-12-31T23:59:59Z", "value_error"), ("9999-12-31T23:59:59-12:00", "value_error"),
    ("2026-03-02 09:00 Europe/London", "value_error"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "pointer", "code"), UNKNOWN)
def test_what_is_not_known_or_not_asked_for(desk: APIClient, wrong: dict[str, Any], pointer: str, code: str) -> None:
    with nothing_happens():
        assert faults(refusal(post(desk, an_order(**wrong)), 422)) == [(pointer, code)]


@pytest.mark.parametrize(("quantity", "code"), QUANTITIES)
def test_quantities(desk: APIClient, quantity: Any, code: str) -> None:
    order = an_order(lines=[*line(), *line(quantity=quantity)])
    with nothing_happens():
        assert faults(refusal(post(desk, order), 422)) == [("/lines/1/quantity", code)]


@pytest.mark.parametrize(("channel", "price", "code"), PRICES)
def test_prices(desk: APIClient, channel: str, price: Any, code: str) -> None:
    with nothing_happens():
        problem = refusal(post(desk, an_order(channel=channel, lines=line(unit_price=price))), 422)
        assert faults(problem) == [("/lines/0/unit_price", code)]


@pytest.mark.parametrize(("instant", "code"), INSTANTS)
def test_instants(desk: APIClient, instant: Any, code: str) -> None:
    with nothing_happens():
        assert faults(refusal(post(desk, an_order(ordered_at=instant)), 422)) == [("/ordered_at", code)]


@pytest.mark.parametrize("offset", [0, -12])
def test_an_order_from_the_future_or_from_a_clock_in_the_wrong_zone(desk: APIClient, offset: int) -> None:
    here: datetime = clock.now() + timedelta(days=0 if offset else 1)
    said = here.replace(tzinfo=timezone(timedelta(hours=offset)))
    with nothing_happens():
        problem = refusal(post(desk, an_order(ordered_at=said.isoformat())), 422)
        assert faults(problem) == [("/ordered_at", "in_the_future")]


def test_the_same_instant_in_any_zone_is_the_same_instant(desk: APIClient) -> None:
    said = ("2026-03-02T09:00:00Z", "2026-03-02T14:30:00+05:30", "2026-03-01T21:00:00-12:00")
    placed = [post(desk, an_order(ordered_at=instant)).json() for instant in said]
    orders = Order.objects.filter(pk__in=[order["id"] for order in placed])
    assert [order.ordered_at.isoformat() for order in orders] == ["2026-03-02T09:00:00+00:00"] * 3


NUMBERS = [
    ([1, 1], [("/lines/1/line_no", "line_no_duplicate")]),
    ([1, None], [("/lines/1/line_no", "line_no_missing")]),
    ([2, 3, 2, 3], [("/lines/2/line_no", "line_no_duplicate"), ("/lines/3/line_no", "line_no_duplicate")]),
    ([0, 1], [("/lines/0/line_no", "greater_than_equal")]),
    ([1, 100_000], [("/lines/1/line_no", "less_than_equal")]),
    (["1", "2"], [("/lines/0/line_no", "int_type"), ("/lines/1/line_no", "int_type")]),
    ([1.5, 2], [("/lines/0/line_no", "int_type")]),
]


@pytest.mark.parametrize(("numbers", "wrong"), NUMBERS)
def test_line_numbers(desk: APIClient, numbers: list[Any], wrong: list[tuple[str, str]]) -> None:
    lines = [found | ({} if number is None else {"line_no": number}) for number in numbers for found in line()]
    with nothing_happens():
        assert faults(refusal(post(desk, an_order(lines=lines)), 422)) == wrong


def test_ten_thousand_lines_and_none(desk: APIClient) -> None:
    with nothing_happens():
        assert faults(refusal(post(desk, an_order(lines=line() * 10_000)), 422)) == [("/lines", "too_long")]
        assert faults(refusal(post(desk, an_order(lines=[])), 422)) == [("/lines", "too_short")]


def test_as_many_lines_as_an_order_may_have(desk: APIClient) -> None:
    answer = post(desk, an_order(customer="C-1004", lines=line(sku="BAG-JUTE") * 5_000))
    assert answer.status_code == 201, answer.content[:300]
    shown = desk.get(answer.json()["url"]).json()
    assert len(shown["lines"]) == 5_000
    assert answer.json()["backordered"]


def test_many_mistakes_are_told_together_and_never_more_than_a_hundred(desk: APIClient) -> None:
    many = an_order(customer="X", currency="XTS", lines=[*line(sku="A"), *line(quantity="0.5"), *line(sku="B")])
    told = faults(refusal(post(desk, many), 422))
    assert [pointer for pointer, _ in told] == ["/customer", "/currency", "/lines/0/sku", "/lines/1/quantity", "/lines/2/sku"]  # fmt: skip
    assert len(faults(refusal(post(desk, an_order(lines=line(quantity="0") * 500)), 422))) == 100
    assert len(faults(refusal(post(desk, an_order(lines=line(sku="NONE") * 500)), 422))) == 100


def test_an_address_of_a_refused_order_is_not_kept(desk: APIClient) -> None:
    away = {"name": "Away", "line1": "1 Far Road", "city": "Hull", "postal_code": "HU1 0AA", "country": "GB"}
    with nothing_happens():
        refusal(post(desk, an_order(ship_to=away, lines=line(sku="NONE"))), 422)
    kept = post(desk, an_order(ship_to=away)).json()
    assert desk.get(kept["url"]).json()["ship_to"]["line1"] == "1 Far Road"


def test_white_space_at_the_ends_of_a_text_is_taken_off(desk: APIClient) -> None:
    placed = post(desk, an_order(purchase_order=" \tPO 1 \r\n")).json()
    assert desk.get(placed["url"]).json()["purchase_order"] == "PO 1"


def test_what_the_buyer_wishes_and_writes_is_kept_and_shown(desk: APIClient) -> None:
    wished = {
        "requested_delivery_date": "2026-03-20",
        "note": "Ring twice\r\n\tat the <b>gate</b>",
        "partial_delivery": False,
    }
    placed = post(desk, an_order(**wished, lines=line(buyer_reference="10.A"))).json()
    order = desk.get(placed["url"]).json()
    assert {name: order[name] for name in wished} == wished
    assert order["lines"][0]["buyer_reference"] == "10.A"
    plain = desk.get(post(desk, an_order()).json()["url"]).json()
    assert (plain["requested_delivery_date"], plain["note"], plain["partial_delivery"]) == (None, "", True)
    page = page_of(order["id"])
    assert "at the &lt;b&gt;gate" in page
    assert "Wished for" in page


HOSTILE = [
    "'; DROP TABLE orders_order; --",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% debug %} ${7*7} %s %(a)s",
    "\\x27 \\u0027 \\ \\0",
    "=cmd|' /C calc'!A0",
    "‮evil‬ 😀 \ufeff",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_kept_as_it_came_and_shown_as_text(desk: APIClient, text: str) -> None:
    away = dict.fromkeys(("name", "line1", "line2", "city", "state"), text) | {
        "postal_code": text[:20],
        "country": "GB",
    }
    lines = [{"sku": "MUG-BLUE", "quantity": "2", "description": text}]
    answer = post(desk, an_order(external_number=text, purchase_order=text, ship_to=away, lines=lines))
    assert answer.status_code == 201, answer.content
    url = answer.json()["url"]
    order = desk.get(url).json()
    assert {order["external_number"], order["purchase_order"], order["lines"][0]["description"]} == {text.strip()}
    assert {order["ship_to"][part] for part in ("name", "line1", "line2", "city", "state")} == {text.strip()}
    part = [{"line_id": order["lines"][0]["id"], "quantity": 1}]
    shipped = post(desk, {"carrier": text, "tracking": text, "lines": part}, url + "/ship")
    assert shipped.status_code == 200, shipped.content
    assert post(desk, {"reason": text}, url + "/cancel").status_code == 200
    assert desk.get(f"{ORDERS}?q={text[:30]}").status_code == 200
    page = page_of(order["id"])
    assert "alert(1)" not in page or ("<script>alert" not in page and "<img src=x" not in page)
    assert "{{ 7 * 7 }}" in page if "{{" in text else "49" not in text


def page_of(order_id: str) -> str:
    """Return the order's page as the desk sees it."""
    browser = Client()
    user = make_user(VIEW_ORDERS, VIEW_INVOICES)
    assert browser.login(username=user.username, password=PASSWORD)
    answer = browser.get(f"/orders/{order_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("code", ["sku", "customer", "channel", "legal_entity"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_codes_are_unknown_codes(desk: APIClient, code: str, text: str) -> None:
    wrong: dict[str, Any] = {"lines": line(sku=text)} if code == "sku" else {code: text}
    with nothing_happens():
        problem = refusal(post(desk, an_order(**wrong)), 422)
        assert [found for _, found in faults(problem)] == [f"{code}_unknown"]
