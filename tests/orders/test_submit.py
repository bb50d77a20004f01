"""Requests and their keys: carried out once, answered alike for ever."""

import threading

import orjson
import pytest
from django.db import connection

from apps.orders.decisions.canonical import OrderMalformed
from apps.orders.models import Order
from apps.orders.services.submit import Answer, Submission, submit_batch, submit_orders
from tests.factories.orders import CLERK, NOW, answer_to, submission

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


def _beyond_booking() -> Submission:
    lines = [{"sku": "ENGRAVING", "quantity": "90000000", "unit_price": "90000000"}] * 12
    return submission(channel="edi", lines=lines)


def test_a_total_beyond_the_ledger_is_refused_and_harms_no_neighbour() -> None:
    answers = submit_orders([submission(), _beyond_booking(), submission()], now=NOW)
    assert [answer.status for answer in answers] == [201, 422, 201]
    assert orjson.loads(answers[1].body)["code"] == "amount_out_of_range"
    assert Order.objects.count() == 2


def test_a_batch_beyond_the_ledger_is_refused_whole_and_keeps_nothing() -> None:
    answer = submit_batch(CLERK, "big", b"b" * 32, [submission().order, _beyond_booking().order], now=NOW)
    assert (answer.status, orjson.loads(answer.body)["code"]) == (422, "amount_out_of_range")
    assert Order.objects.count() == 0
