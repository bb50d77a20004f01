"""Requests and their keys: carried out once, answered alike for ever."""

import threading
from typing import Any

import orjson
import pytest
from django.db import connection

from apps.masterdata.models import Customer
from apps.orders.decisions.canonical import OrderMalformed, read_order
from apps.orders.models import Order
from apps.orders.services.submit import Answer, Submission, submit_batch, submit_orders
from ordercash.kernel.remembered import forget_everything
from tests.factories.orders import CLERK, NOW, answer_to, submission
from tests.factories.pricing_orders import rules

pytestmark = pytest.mark.usefixtures("company")


def test_a_repeated_request_gets_the_same_bytes_and_makes_nothing() -> None:
    wanted = submission()
    first, second = answer_to(wanted), answer_to(wanted)
    assert first == second
    assert Order.objects.count() == 1


def test_a_key_with_another_body_is_refused() -> None:
    wanted = submission(key="k1")
    answer_to(wanted)
    other = answer_to(submission(key="k1", lines=[("MUG-RED", "1")]))
    assert other.status == 422
    assert orjson.loads(other.body)["code"] == "idempotency_key_reused"
    assert Order.objects.count() == 1


def test_a_wrong_member_never_harms_its_neighbours() -> None:
    wrong = [
        submission(customer="NOBODY"),
        submission(lines=[("NO-SUCH-SKU", "1")]),
        submission(currency="XXX"),
        Submission(CLERK, "k", b"." * 32, OrderMalformed()),
    ]
    answers = submit_orders([submission(), *wrong, submission()], now=NOW)
    assert [answer.status for answer in answers] == [201, 422, 422, 422, 422, 201]
    assert Order.objects.count() == 2


def test_one_key_sent_by_many_at_once_makes_one_order() -> None:
    wanted, answers = submission(), []

    def send() -> None:
        answers.append(answer_to(wanted))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} <= {201, 409}
    assert len({answer.body for answer in answers if answer.status == 201}) == 1
    assert Order.objects.count() == 1


def test_a_batch_answers_each_order_and_is_replayed_whole() -> None:
    orders = [submission().order, OrderMalformed(), submission(customer="NOBODY").order]

    def send() -> Answer:
        return submit_batch(CLERK, "batch-1", b"b" * 32, orders, now=NOW)

    answer = send()
    document = orjson.loads(answer.body)
    assert (document["placed"], document["refused"]) == (1, 2)
    assert [item["status"] for item in document["items"]] == [201, 422, 422]
    assert send() == answer
    assert Order.objects.count() == 1


def test_a_member_of_a_batch_is_never_taken_for_a_request_of_another_key() -> None:
    alone = orjson.loads(answer_to(submission(key="b#0")).body)
    batch = orjson.loads(submit_batch(CLERK, "b", b"b" * 32, [submission().order], now=NOW).body)
    assert batch["items"][0]["body"]["id"] != alone["id"]
    assert Order.objects.count() == 2


def _large(lines: int, **values: Any) -> Submission:
    """Return an order of lines that can be booked; twelve of them are together as much as the books carry."""
    line = {"sku": "ENGRAVING", "quantity": "90000000", "unit_price": "8000000"}
    return submission(channel="edi", lines=[line] * lines, **values)


def test_an_order_beyond_the_books_is_held_at_the_line_that_passes_them_and_harms_no_neighbour() -> None:
    answers = submit_orders([submission(), _large(13, customer="C-1004"), submission()], now=NOW)
    assert [answer.status for answer in answers] == [201, 201, 201]
    held = orjson.loads(answers[1].body)
    assert (held["state"], held["net"]) == ("held", "8640000000000000.00")
    assert ("amount_out_of_range", 13) in [(reason["code"], reason["line_no"]) for reason in held["reasons"]]
    order = Order.objects.get(pk=held["id"])
    assert sum(line.net_minor for line in order.lines.all()) == order.net_minor
    assert [line.line_no for line in order.lines.all() if not line.net_minor] == [13]


def test_an_order_beyond_what_a_decision_holds_harms_no_neighbour() -> None:
    """With a charge on the sum, which the decision names: thirty of these lines are more than 64 bits of pennies."""
    rules(charges=[{"name": "freight", "sku": "CARRIAGE", "give": {"percent": "1"}}])
    answers = submit_orders([submission(), _large(300, customer="C-1004"), submission()], now=NOW)
    assert [answer.status for answer in answers] == [201, 422, 201]
    assert orjson.loads(answers[1].body)["code"] == "amount_out_of_range"


def test_what_a_customer_cannot_owe_refuses_that_member_of_a_batch_alone() -> None:
    Customer.objects.filter(code="C-1002").update(credit_limit_minor=None)
    forget_everything()
    orders = [submission().order, *(_large(12, customer="C-1002").order for _ in range(12)), submission().order]
    document = orjson.loads(submit_batch(CLERK, "big", b"b" * 32, orders, now=NOW).body)
    wrong = [item for item in document["items"] if item["status"] != 201]
    assert 0 < len(wrong) == document["refused"] < 12
    assert {item["body"]["code"] for item in wrong} == {"amount_out_of_range"}
    assert {item["body"]["errors"][0]["pointer"] for item in wrong} == {"/customer"}
    assert document["items"][0]["status"] == document["items"][-1]["status"] == 201
    assert Order.objects.count() == document["placed"]


@pytest.mark.parametrize("text", ["1_000", "１２", "1 0", "0x10", "NaN", ""])
def test_a_quantity_that_others_would_read_differently_is_refused(text: str) -> None:
    with pytest.raises(OrderMalformed) as refusal:
        read_order(
            {
                "legal_entity": "UK01",
                "channel": "web",
                "customer": "C-1001",
                "currency": "GBP",
                "lines": [{"sku": "MUG-BLUE", "quantity": text}],
            }
        )
    assert [fault.pointer for fault in refusal.value.faults] == ["/lines/0/quantity"]
