"""Quotes: priced without an order, kept as they were made, and taken by one order while they are valid."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import time_machine
from django.db import DatabaseError, connection
from rest_framework.test import APIClient

from apps.audit.models import EventRecord
from apps.masterdata.models import Product
from apps.orders.models import Order
from apps.orders.services.by_hand import set_line_discount
from apps.orders.services.submit import submit_orders
from apps.pricing.models import Coupon, Quote
from apps.pricing.selectors.quotes import quote, quoted_cart
from apps.pricing.selectors.wishes import CartWish, LineWish
from apps.pricing.services.quotes import QuoteWish, make_quotes, withdraw_quote
from apps.rulebooks.contract import decisions_of
from ordercash.kernel.errors import DomainError
from ordercash.kernel.states import WrongState
from ordercash.kernel.transactions import writes
from tests.factories.api import a_caller, key_header
from tests.factories.counting import counted
from tests.factories.orders import CLERK, NOW, answer_to, load_company, submission
from tests.factories.pricing import a_price, a_price_list
from tests.factories.pricing_orders import a_coupon, a_discount, rules

pytestmark = pytest.mark.usefixtures("company")

UNTIL = NOW + timedelta(days=7)
LINES = [("MUG-BLUE", "12"), ("TEAPOT-1L", "1")]
SALE = a_discount("mugs", {"percent": "10"}, when='sku == "MUG-BLUE"')


@pytest.fixture
def company(transactional_db: None) -> None:
    load_company()


make = writes(make_quotes)


def a_quote(lines: Any = LINES, *, now: datetime = NOW, until: datetime | None = UNTIL, **values: Any) -> Quote:
    cart = {"legal_entity": "UK01", "currency": "GBP", "at": now, "customer": "C-1001"} | values
    wish = CartWish(lines=[LineWish(sku, _d(quantity)) for sku, quantity in lines], **cart)
    (made,) = make([QuoteWish(wish, str(uuid4()), valid_until_at=until)], actor=CLERK, now=now)
    return made


def _d(text: str) -> Any:
    return Decimal(text)


def order_at(made: Quote, *, now: datetime = NOW, lines: Any = LINES, **values: Any) -> tuple[int, Mapping[str, Any]]:
    answer = answer_to(submission(quote=made.number, lines=list(lines), **values), now=now)
    return answer.status, orjson.loads(answer.body)


def faults(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in body["errors"]]


def test_a_quote_is_a_logged_decision_that_can_be_taken_again() -> None:
    rules(discounts=[SALE])
    made = a_quote()
    (decision,) = decisions_of(made.pk)
    assert (decision.subject_kind, decision.id, decision.kind) == ("quote", made.decision_id, "pricing.rules")
    assert bytes(decision.version_sha256) == bytes(made.version_sha256)
    texts = quoted_cart(quote(made.pk)).texts
    assert (texts.facts, texts.outcome, texts.trace) == (decision.facts, decision.outcome, decision.trace)
    priced = quoted_cart(made).priced
    assert made.net_minor == sum(line.net_minor for line in priced.lines)
    assert made.discount_minor == sum(line.discount_minor for line in priced.lines) > 0
    assert not Order.objects.exists()
    event = EventRecord.objects.get(name="pricing.quote_made")
    assert (event.aggregate_id, event.payload["number"]) == (made.pk, made.number)


def test_an_order_takes_the_quoted_prices_although_the_rules_and_the_lists_changed() -> None:
    rules(discounts=[SALE])
    made = a_quote()
    promised = [line.net_minor for line in quoted_cart(made).priced.lines]
    rules(discounts=[a_discount("mugs", {"percent": "50"}, when='sku == "MUG-BLUE"')])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pricing_pricerecord SET unit_price = unit_price * 3")
    status, body = order_at(made, now=NOW + timedelta(days=1))
    assert status == 201, body
    order = Order.objects.get()
    assert [line.net_minor for line in order.lines.order_by("line_no")] == promised
    assert (order.quote_id, bytes(order.pricing_sha256 or b"")) == (made.pk, bytes(made.version_sha256))
    made.refresh_from_db()
    assert (made.state, made.order_id) == ("ordered", order.pk)
    (decision,) = decisions_of(order.pk)
    assert decision.outcome == decisions_of(made.pk)[0].outcome
    assert EventRecord.objects.get(name="pricing.quote_ordered").payload["order_id"] == str(order.pk)


@pytest.mark.parametrize(
    ("seconds", "status"), [(-1, 201), (0, 422), (1, 422)], ids=["a second before", "at the end", "a second after"]
)
def test_a_quote_ends_at_its_second(seconds: int, status: int) -> None:
    made = a_quote()
    found, body = order_at(made, now=UNTIL + timedelta(seconds=seconds))
    assert found == status, body
    if status == 422:
        assert faults(body) == [("/quote", "quote_expired")]
        assert not Order.objects.exists()
        made.refresh_from_db()
        assert made.state == "open"


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"customer": "C-1002"}, "/customer"),
        ({"lines": [("MUG-BLUE", "13"), ("TEAPOT-1L", "1")]}, "/lines/0/quantity"),
        ({"lines": [("MUG-RED", "12"), ("TEAPOT-1L", "1")]}, "/lines/0/sku"),
        ({"lines": LINES[:1]}, "/lines"),
        ({"lines": [{"sku": "MUG-BLUE", "quantity": "12", "unit": "box"}, ("TEAPOT-1L", "1")]}, "/lines/0/unit"),
        ({"coupons": ["EXTRA"]}, "/coupons"),
        ({"ship_to": {"name": "X", "line1": "1", "city": "Y", "postal_code": "1", "country": "JP"}}, "/ship_to/country"),
    ],
)  # fmt: skip
def test_an_order_that_is_not_what_was_quoted_is_told_what_differs(values: dict[str, Any], pointer: str) -> None:
    made = a_quote()
    status, body = order_at(made, **values)
    assert (status, pointer in {where for where, code in faults(body) if code == "differs_from_quote"}) == (
        422,
        True,
    ), body
    assert not Order.objects.exists()
    made.refresh_from_db()
    assert made.state == "open"


def test_another_currency_is_told() -> None:
    status, body = order_at(a_quote(), currency="EUR")
    assert status == 422
    assert ("/currency", "differs_from_quote") in faults(body)


def test_a_quote_serves_one_order() -> None:
    made = a_quote()
    assert order_at(made)[0] == 201
    status, body = order_at(made)
    assert (status, faults(body)) == (422, [("/quote", "quote_ordered")])
    assert Order.objects.count() == 1


def test_of_eight_orders_at_the_same_time_one_gets_the_quote() -> None:
    made = a_quote()
    wanted = [submission(quote=made.number, lines=list(LINES)) for _ in range(8)]

    def send(each: Any) -> int:
        try:
            return answer_to(each).status
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = sorted(threads.map(send, wanted))
    assert answers == [201, *[422] * 7]
    assert Order.objects.count() == 1


def test_of_two_orders_of_a_batch_the_first_gets_the_quote() -> None:
    made = a_quote()
    answers = submit_orders([submission(quote=made.number, lines=list(LINES)) for _ in range(2)], now=NOW)
    assert [answer.status for answer in answers] == [201, 422]


def test_quotes_that_promise_nothing_were_withdrawn_or_are_unknown_serve_no_order() -> None:
    prices, gone = a_quote(until=None), a_quote()
    withdraw_quote(gone.pk, reason="Wrong", actor=CLERK, now=NOW)
    found = [faults(order_at(each)[1]) for each in (prices, gone, Quote(number="Q-99999999"))]
    assert found == [[("/quote", f"quote_{code}")] for code in ("prices_only", "withdrawn", "unknown")]
    with pytest.raises(WrongState):
        withdraw_quote(gone.pk, reason="Again", actor=CLERK, now=NOW)


def test_coupons_are_used_up_by_the_order_and_not_by_the_quote() -> None:
    rules(discounts=[SALE | {"coupon": "FAIR"}])
    a_coupon("FAIR26", "FAIR", NOW - timedelta(days=1), most_total=1)
    made = a_quote(coupons=["fair26"])
    assert Coupon.objects.get().used_total == 0
    assert order_at(made)[0] == 201
    assert Coupon.objects.get().used_total == 1


def test_a_price_set_by_hand_does_not_touch_a_quoted_order() -> None:
    made = a_quote(customer="C-9001")
    status, body = order_at(made, customer="C-9001")
    assert (status, body["state"]) == (201, "held"), body
    (refused,) = set_line_discount(UUID(body["id"]), 1, percent=_d("5"), reason="Please", actor=CLERK, now=NOW)
    assert refused.code == "quoted"


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("UPDATE pricing_quote SET net_minor = 1", "what was quoted stays"),
        ("UPDATE pricing_quote SET valid_until_at = valid_until_at + interval '1 day'", "what was quoted stays"),
        ("DELETE FROM pricing_quote", "a quote is kept"),
        ("UPDATE pricing_quote SET state = 'ordered'", "quote_ordered_while_valid"),
        (
            "UPDATE pricing_quote SET state = 'ordered', order_id = gen_random_uuid(), ordered_at = valid_until_at",
            "quote_ordered_while_valid",
        ),
        ("UPDATE pricing_quote SET state = 'lost'", "quote_state_word"),
    ],
)
def test_the_database_refuses_what_a_quote_must_never_be(statement: str, refused: str) -> None:
    a_quote()
    with pytest.raises(DatabaseError, match=refused), connection.cursor() as cursor:
        cursor.execute(statement)


def test_no_order_has_two_quotes_and_no_quote_two_orders() -> None:
    first, second = a_quote(), a_quote()
    order_at(first)
    first.refresh_from_db()
    take = "UPDATE pricing_quote SET state = 'ordered', order_id = %s, ordered_at = valid_from_at WHERE id = %s"
    with pytest.raises(DatabaseError, match="quote_used_once_per_order"), connection.cursor() as cursor:
        cursor.execute(take, [first.order_id, second.pk])
    with pytest.raises(DatabaseError, match="what was quoted stays"), connection.cursor() as cursor:
        cursor.execute(take, [uuid4(), first.pk])


def test_statements_do_not_grow_with_lines_or_quotes() -> None:
    def statements(quotes: int, lines: int) -> int:
        cart = CartWish("UK01", "GBP", NOW, [LineWish("MUG-BLUE", _d("1"))] * lines, "C-1001")
        wishes = [QuoteWish(cart, str(uuid4()), valid_until_at=UNTIL) for _ in range(quotes)]
        with counted() as seen:
            make(wishes, actor=CLERK, now=NOW)
        return seen.count

    statements(1, 1)
    assert statements(1, 1) == statements(1, 60) == statements(5, 20)


# -- over the API ------------------------------------------------------------------------------------------------------

URL = "/api/v1/pricing/quotes"


@pytest.fixture
def desk() -> APIClient:
    return a_caller("pricing.make_quotes", "pricing.view_quotes")


def body(**values: Any) -> dict[str, Any]:
    plain = {
        "legal_entity": "UK01",
        "customer": "C-1001",
        "currency": "GBP",
        "lines": [{"sku": "MUG-BLUE", "quantity": "12"}],
    }
    return plain | values


def post(caller: APIClient, wanted: Any, **headers: str) -> Any:
    return caller.post(URL, wanted, format="json", headers=headers or key_header())


@time_machine.travel(NOW, tick=False)
def test_a_quote_tells_everything(desk: APIClient) -> None:
    rules(
        discounts=[
            SALE,
            a_discount("better", {"percent": "1"}, title="A little off"),
            a_discount("cups", {"percent": "9"}, when='sku == "X"'),
        ]
    )
    made = post(desk, body(valid_until_at=UNTIL.isoformat())).json()
    assert (made["state"], made["order_id"], made["number"][:2]) == ("open", None, "Q-")
    (line,) = made["lines"]
    assert [(each["rule"], each["of"]) for each in line["given"]] == [("mugs", "line")]
    assert {each["rule"]: each["why"] for each in line["lost"]} == {"better": "worse_than", "cups": "condition_false"}
    assert {each["rule"]: each["title"] for each in line["lost"]} == {"better": "A little off", "cups": ""}
    assert [each["access"] for each in line["missed"]] == ["agreed", "group_list"]
    assert line["found"]["access"] == "base_list"
    assert made == desk.get(f"{URL}/{made['id']}").json()
    assert [row["id"] for row in desk.get(URL, {"state": "open", "customer": "C-1001"}).json()["items"]] == [made["id"]]
    assert desk.get(URL, {"state": "expired"}).json()["items"] == []


@time_machine.travel(NOW, tick=False)
def test_a_request_sent_again_makes_no_second_quote(desk: APIClient) -> None:
    name = key_header()
    first, again = post(desk, body(), **name), post(desk, body(), **name)
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert post(desk, body(note="other"), **name).status_code == 422
    assert Quote.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"customer": "NOBODY"}, "/customer", "customer_unknown"),
        ({"legal_entity": "XX"}, "/legal_entity", "legal_entity_unknown"),
        ({"currency": "XXX"}, "/currency", "currency_unknown"),
        ({"channel": "moon"}, "/channel", "channel_unknown"),
        ({"lines": [{"sku": "NOPE", "quantity": "1"}]}, "/lines/0/sku", "sku_unknown"),
        ({"lines": [{"sku": "MUG-BLUE", "quantity": "0"}]}, "/lines/0/quantity", "greater_than"),
        ({"lines": [{"sku": "MUG-BLUE", "quantity": "0.5"}]}, "/lines/0/quantity", "quantity_not_divisible"),
        ({"lines": [{"sku": "MUG-BLUE", "quantity": "1", "unit": "ton"}]}, "/lines/0/unit", "unit_unknown"),
        ({"lines": []}, "/lines", "too_short"),
        ({"coupons": ["A", "a"]}, "/coupons/1", "coupon_duplicate"),
        ({"valid_until_at": "2020-01-01T00:00:00Z"}, "/valid_until_at", "not_after_begin"),
        ({"valid_from_at": "2030-01-01T00:00:00Z"}, "/valid_until_at", "required"),
        ({"ship_to": {"country": "deutschland"}}, "/ship_to/country", "string_pattern_mismatch"),
    ],
)  # fmt: skip
@time_machine.travel(NOW, tick=False)
def test_what_is_wrong_is_told_at_its_place(desk: APIClient, wrong: dict[str, Any], pointer: str, code: str) -> None:
    answer = post(desk, body(**wrong))
    assert answer.status_code == 422, answer.content
    assert (pointer, code) in faults(answer.json())
    assert not Quote.objects.exists()


@time_machine.travel(NOW, tick=False)
def test_only_whom_a_role_lets_makes_and_sees_quotes() -> None:
    reader, nobody = a_caller("pricing.view_quotes"), a_caller("orders.view_orders")
    assert post(reader, body()).status_code == 403
    assert reader.get(URL).status_code == 200
    assert nobody.get(URL).status_code == 403
    made = a_quote()
    assert reader.post(f"{URL}/{made.pk}/withdrawal", {"reason": "x"}, format="json").status_code == 403
    made.refresh_from_db()
    assert made.state == "open"
    assert Quote.objects.count() == 1


@time_machine.travel(NOW, tick=False)
def test_a_quote_is_withdrawn_over_the_api(desk: APIClient) -> None:
    made = a_quote()
    assert desk.post(f"{URL}/{made.pk}/withdrawal", {"reason": "Wrong"}, format="json").json()["state"] == "withdrawn"
    assert desk.post(f"{URL}/{made.pk}/withdrawal", {"reason": "Wrong"}, format="json").status_code == 409
    assert desk.get(f"{URL}/{uuid4()}").status_code == 404


def test_prices_of_tomorrow_are_quoted_today() -> None:
    rules(discounts=[SALE | {"from": "2026-03-03T00:00:00", "zone": "UTC"}])
    tomorrow = datetime(2026, 3, 3, tzinfo=UTC)
    today, then = a_quote(), a_quote(at=tomorrow, until=None)
    assert today.discount_minor == 0 < then.discount_minor
    before = a_quote(at=tomorrow - timedelta(seconds=1), until=None)
    assert before.discount_minor == 0


def test_a_price_that_nobody_knows_is_told_and_not_promised() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pricing_pricerecord")
    assert a_quote(until=None).net_minor == 0
    with pytest.raises(DomainError) as refused:
        a_quote()
    assert [fault.pointer for fault in refused.value.faults] == ["/lines/0/sku", "/lines/1/sku"]


@pytest.mark.parametrize(("currency", "net"), [("JPY", "123"), ("EUR", "123.46"), ("KWD", "123.456")])
@time_machine.travel(NOW, tick=False)
def test_amounts_have_the_decimals_of_their_currency(desk: APIClient, currency: str, net: str) -> None:
    a_price(
        a_price_list(f"Q-{currency}", currency=currency, priority=900), Product.objects.get(sku="MUG-BLUE"), "123.456"
    )
    wanted = body(currency=currency, lines=[{"sku": "MUG-BLUE", "quantity": "1"}], valid_until_at=UNTIL.isoformat())
    made = post(desk, wanted).json()
    assert (made["net"], made["lines"][0]["net"], made["lines"][0]["unit_price"]) == (net, net, "123.456")


OTHER_INSTANTS = [(-timedelta(days=30), None), (timedelta(days=3), None), (timedelta(0), NOW + timedelta(days=1))]


@pytest.mark.parametrize(("away", "begins"), OTHER_INSTANTS, ids=["past", "future", "before it is valid"])
@time_machine.travel(NOW, tick=False)
def test_prices_of_another_instant_are_told_to_all_and_promised_by_few(
    desk: APIClient, away: timedelta, begins: datetime | None
) -> None:
    """Else whoever makes quotes could sell at a promotion that is over."""
    asked = body(at=(NOW + away).isoformat())
    promised = asked | {"valid_until_at": UNTIL.isoformat()} | ({"valid_from_at": begins.isoformat()} if begins else {})
    assert post(desk, asked).status_code == 201
    refused = post(desk, promised)
    assert (refused.status_code, faults(refused.json())) == (422, [("/at", "other_instant")])
    few = a_caller("pricing.make_quotes", "pricing.view_quotes", "pricing.promise_other_instants")
    assert post(few, promised).status_code == 201
    begin = (NOW + timedelta(days=1)).isoformat()
    assert post(desk, body(at=begin, valid_from_at=begin, valid_until_at=UNTIL.isoformat())).status_code == 201
