"""Placing: what is decided, what is held, what it costs in statements."""

from decimal import Decimal

import orjson
import pytest

from apps.exceptions.contract import case_of
from apps.masterdata.models import Address, Customer
from apps.orders.models import Order, OrderLine
from apps.orders.services.submit import submit_orders
from tests.factories.orders import NOW, answer_to, counted, place, submission

pytestmark = pytest.mark.usefixtures("company")


def test_an_order_is_priced_taxed_and_reserved() -> None:
    order = place()
    assert order.state == "confirmed"
    assert order.gross_minor == order.net_minor + order.tax_minor
    assert sum(line.net_minor for line in order.lines.all()) == order.net_minor
    assert sum(line.tax_minor for line in order.lines.all()) == order.tax_minor
    assert order.tax_minor == (order.net_minor * 20 + 50) // 100


def test_every_failed_check_is_reported_together_in_one_case() -> None:
    Customer.objects.filter(code="C-1001").update(is_blocked=True, credit_limit_minor=1)
    answer = orjson.loads(answer_to(submission(lines=[("OLD-CALENDAR", "1"), ("MUG-BLUE", "1")])).body)
    assert answer["state"] == "held"
    assert {reason["code"] for reason in answer["reasons"]} == {
        "customer_blocked", "product_not_sellable", "credit_limit_exceeded",
    }  # fmt: skip
    case = case_of("order", Order.objects.get().pk)
    assert case is not None
    assert {reason.code for reason in case.reasons} == {reason["code"] for reason in answer["reasons"]}


def test_what_is_not_in_stock_becomes_a_backorder() -> None:
    answer = orjson.loads(answer_to(submission(customer="C-1004", lines=[("CLOCK-WALL", "15")])).body)
    assert answer["state"] == "confirmed"
    assert answer["backordered"] == [{"line_no": 1, "quantity": "3"}]


def test_the_credit_limit_holds_the_order_that_passes_it_and_no_other() -> None:
    Customer.objects.filter(code="C-1001").update(credit_limit_minor=20_000)
    answers = submit_orders([submission(lines=[("TEAPOT-1L", "5")]) for _ in range(3)], now=NOW)
    states = [orjson.loads(answer.body)["state"] for answer in answers]
    gross = orjson.loads(answers[0].body)["gross"]
    fits = int(Decimal(20_000) // (Decimal(gross) * 100))
    assert states == ["confirmed"] * fits + ["held"] * (3 - fits)
    assert 0 < fits < 3


def test_statements_do_not_grow_with_orders_and_lines() -> None:
    place()
    with counted() as one:
        submit_orders([submission()], now=NOW)
    with counted() as many:
        submit_orders([submission(customer=f"C-100{1 + index % 4}") for index in range(40)], now=NOW)
    assert len(many) <= len(one) + 1
    assert Order.objects.count() == 42
    assert OrderLine.objects.count() == 126


@pytest.mark.parametrize(
    ("retired", "state"), [(["bill"], "confirmed"), (["ship"], "confirmed"), (["bill", "ship"], "held")]
)
@pytest.mark.parametrize("channel", ["web", "legacy"])
def test_one_address_stands_in_for_the_other_and_none_holds_the_order(
    retired: list[str], state: str, channel: str
) -> None:
    Address.objects.filter(customer__code="C-1001", kind__in=retired).update(is_current=False)
    neighbour = submission(customer="C-1002")
    answers = submit_orders([submission(channel=channel), neighbour], now=NOW)
    assert [orjson.loads(answer.body)["state"] for answer in answers] == [state, "confirmed"]
    order = Order.objects.get(customer__code="C-1001")
    assert (order.ship_to_id == order.bill_to_id) and (order.ship_to_id is None) == (state == "held")
    if state == "held":
        case = case_of("order", order.pk)
        assert case is not None
        assert "address_incomplete" in {reason.code for reason in case.reasons}
