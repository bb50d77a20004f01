"""Facts are told in the transaction of the change, and read back as a timeline."""

from decimal import Decimal

import pytest

from apps.audit.contract import record_events, timeline
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import TransactionMisuse
from tests.factories.audit import NOW, count_statements, in_transaction, make_event, tell

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_event_needs_the_transaction_of_its_change() -> None:
    with pytest.raises(TransactionMisuse):
        record_events([make_event()])


def test_an_event_goes_with_its_transaction() -> None:
    def fail() -> None:
        record_events([make_event()])
        raise LookupError

    with pytest.raises(LookupError):
        in_transaction(fail)
    assert fetch("SELECT count(*) FROM audit_eventrecord") == [(0,)]


@pytest.mark.parametrize("size", [1, 199, 200, 1000])
def test_any_number_of_events_is_one_statement(size: int) -> None:
    events = [make_event() for _ in range(size)]
    assert in_transaction(lambda: count_statements(lambda: record_events(events))) == 1
    assert fetch("SELECT count(*) FROM audit_eventrecord") == [(size,)]


def test_nothing_to_tell_is_no_statement() -> None:
    assert in_transaction(lambda: count_statements(lambda: record_events([]))) == 0


def test_everything_that_was_told_is_read_back() -> None:
    order_id, customer_id, actor_id, entity_id = (new_id() for _ in range(4))
    tell(
        make_event(
            payload={"net_minor": 10**15, "price": Decimal("1.10"), "text": 'Ünï"code\u2028', "at": NOW, "line": None},
            related={"order": order_id, "customer": customer_id},
            actor_id=actor_id,
            legal_entity_id=entity_id,
        )
    )
    (found,) = timeline(order_id)
    assert (found.name, found.version, found.aggregate) == ("tests.thing_done", 1, "thing")
    assert (found.thread_id, found.actor_id, found.legal_entity_id) == (order_id, actor_id, entity_id)
    assert found.occurred_at == NOW
    assert found.payload == {
        "net_minor": 10**15,
        "price": "1.10",
        "text": 'Ünï"code\u2028',
        "at": "2026-03-02T09:00:00+00:00",
        "line": None,
        "related": {"customer": str(customer_id)},
    }


def test_a_timeline_holds_its_own_events_and_those_of_its_thread_in_order_once() -> None:
    order_id = new_id()
    tell(
        make_event(name="orders.placed", aggregate="order", aggregate_id=order_id, related={"order": order_id}),
        make_event(name="inventory.shipped", related={"order": order_id}),
    )
    tell(make_event(name="somebody.else"))
    tell(make_event(name="orders.closed", aggregate="order", aggregate_id=order_id))
    assert [event.name for event in timeline(order_id)] == ["orders.placed", "inventory.shipped", "orders.closed"]
    assert [event.name for event in timeline(order_id, limit=2)] == ["orders.placed", "inventory.shipped"]
