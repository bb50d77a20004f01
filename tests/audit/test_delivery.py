"""Delivery: in order, once by its effects, each subscriber for itself."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from apps.audit.contract import DeliveredEvent, Subscription, enqueue_job
from apps.audit.services.delivery import BATCH, deliver, start_cursors
from apps.audit.services.relay import relay_round, relay_until_idle
from ordercash.kernel.sql import fetch, run
from tests.factories.audit import (
    NOW,
    count_statements,
    in_thread,
    in_transaction,
    make_event,
    run_on_other_connection,
    tell,
    tell_numbers,
)

pytestmark = pytest.mark.django_db(transaction=True)


class Reader:
    """A subscriber that remembers what it was handed; `fails` decides on which numbers it raises."""

    def __init__(self, name: str = "reader", *, fails: Callable[[int], bool] = lambda number: False) -> None:
        self.seen: list[int] = []
        self.batches: list[int] = []
        self.fails = fails
        self.subscription = Subscription(name, frozenset({"tests.thing_done"}), self.handle)

    def handle(self, events: list[DeliveredEvent]) -> None:
        self.batches.append(len(events))
        for event in events:
            if self.fails(event.payload["number"]):
                raise ValueError(f"number {event.payload['number']}")
        self.seen += [event.payload["number"] for event in events]


def relay(*readers: Reader) -> None:
    assert relay_until_idle([reader.subscription for reader in readers], clock=lambda: NOW, pause=time.sleep)


def cursor(name: str = "reader") -> tuple[int, int, str]:
    (found,) = fetch("SELECT position, failures, last_error FROM audit_subscribercursor WHERE name = %s", [name])
    return found


def test_events_arrive_in_order_once_and_only_those_of_interest() -> None:
    reader = Reader()
    tell_numbers(range(3))
    tell(make_event(name="tests.other"))
    tell_numbers(range(3, 5))
    relay(reader)
    assert reader.seen == [0, 1, 2, 3, 4]
    relay(reader)
    assert reader.seen == [0, 1, 2, 3, 4]
    assert cursor() == (6, 0, "")


def test_a_batch_holds_up_to_500_events() -> None:
    reader = Reader()
    tell_numbers(range(BATCH + 20))
    relay(reader)
    assert reader.batches == [BATCH, 20]
    assert reader.seen == list(range(BATCH + 20))


def test_a_failing_subscriber_waits_alone_with_its_error() -> None:
    poisoned, healthy = Reader("poisoned", fails=lambda number: number == 3), Reader("healthy")
    tell_numbers(range(6))
    relay(poisoned, healthy)
    assert healthy.seen == [0, 1, 2, 3, 4, 5]
    assert poisoned.seen == [0, 1, 2], "everything before the event at fault has gone through"
    assert cursor("poisoned") == (3, 1, "ValueError: number 3")
    assert cursor("healthy") == (6, 0, "")


def test_a_failing_subscriber_waits_longer_each_time_and_goes_on_when_it_can() -> None:
    reader = Reader(fails=lambda number: number == 0)
    tell_numbers(range(3))
    relay(reader)
    handed = len(reader.batches)
    relay_round([reader.subscription], now=NOW + timedelta(milliseconds=900))
    assert len(reader.batches) == handed, "not before its second is over"
    relay_round([reader.subscription], now=NOW + timedelta(seconds=1))
    assert cursor()[1] == 2
    assert fetch("SELECT retry_at FROM audit_subscribercursor") == [(NOW + timedelta(seconds=3),)]
    reader.fails = lambda number: False
    relay_round([reader.subscription], now=NOW + timedelta(seconds=3))
    assert cursor() == (1, 0, "")
    relay(reader)
    assert reader.seen == [0, 1, 2]


def test_a_wait_is_five_minutes_at_most() -> None:
    reader = Reader(fails=lambda number: True)
    tell_numbers([0])
    relay(reader)
    in_transaction(lambda: run("UPDATE audit_subscribercursor SET failures = 5000, retry_at = NULL"))
    deliver(reader.subscription, now=NOW)
    assert fetch("SELECT retry_at FROM audit_subscribercursor") == [(NOW + timedelta(seconds=300),)]


def test_the_handler_and_its_cursor_are_one_transaction() -> None:
    """What a handler wrote before it raised is gone; what it wrote when it did not is there once."""
    broken = True

    def handle(events: list[DeliveredEvent]) -> None:
        enqueue_job("tests.follow_up", due_at=NOW, requested_by=events[0].id)
        if broken:
            raise ValueError("after writing")

    subscription = Subscription("writer", frozenset({"tests.thing_done"}), handle)
    tell_numbers([1])
    relay_until_idle([subscription], clock=lambda: NOW, pause=time.sleep)
    assert fetch("SELECT count(*) FROM audit_job") == [(0,)]
    broken = False
    deliver(subscription, now=NOW + timedelta(seconds=10))
    deliver(subscription, now=NOW + timedelta(seconds=10))
    assert fetch("SELECT count(*) FROM audit_job") == [(1,)]


def test_a_handler_that_breaks_its_transaction_waits_like_any_other() -> None:
    def handle(events: list[DeliveredEvent]) -> None:
        run("SELECT 1 / 0")

    subscription = Subscription("broken", frozenset({"tests.thing_done"}), handle)
    tell_numbers([1])
    relay_until_idle([subscription], clock=lambda: NOW, pause=time.sleep)
    assert cursor("broken")[:2] == (0, 1)
    assert "division by zero" in cursor("broken")[2]


def test_a_subscriber_that_another_relay_serves_is_passed_over() -> None:
    reader = Reader()
    tell_numbers([1])
    start_cursors([reader.subscription])
    hold = "SELECT 1 FROM audit_subscribercursor WHERE name = 'reader' FOR UPDATE"

    def serve_elsewhere() -> None:
        fetch(hold)
        run_on_other_connection(lambda: deliver(reader.subscription, now=NOW))

    in_transaction(serve_elsewhere)
    assert reader.seen == []
    relay(reader)
    assert reader.seen == [1]


def test_two_relays_side_by_side_hand_over_everything_once() -> None:
    """Rows that the handler writes are the proof: a doubled delivery would leave a doubled row."""

    def handle(events: list[DeliveredEvent]) -> None:
        for event in events:
            enqueue_job("tests.follow_up", due_at=NOW, arguments={"position": event.position}, requested_by=event.id)

    subscription = Subscription("writer", frozenset({"tests.thing_done"}), handle)
    start_cursors([subscription])

    def work() -> None:
        for _ in range(30):
            relay_round([subscription], now=NOW)

    relays = [in_thread(work) for _ in range(2)]
    for number in range(20):
        tell_numbers([number])
    for thread in relays:
        thread.join()
    assert relay_until_idle([subscription], clock=lambda: NOW, pause=time.sleep)
    positions = fetch("SELECT (arguments ->> 'position')::int FROM audit_job ORDER BY 1")
    assert [position for (position,) in positions] == list(range(1, 21))


def test_reading_takes_the_same_statements_for_1_and_200_events() -> None:
    counts = []
    for size in (1, 200):
        reader = Reader(f"reader of {size}")
        tell_numbers(range(size))
        relay(Reader("warm"))
        start_cursors([reader.subscription])
        counts.append(count_statements(lambda reader=reader: deliver(reader.subscription, now=NOW)))
        assert len(reader.seen) >= size
    assert counts[0] == counts[1]
