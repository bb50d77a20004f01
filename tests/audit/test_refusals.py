"""What the database refuses of audit's own logs, tried in SQL."""

import pytest
from django.db import Error, IntegrityError, connection

from ordercash.kernel.sql import fetch, run
from tests.factories.audit import NOW, in_transaction, tell_numbers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def partition() -> str:
    """One event, and the name of the partition that holds it."""
    tell_numbers([1])
    return str(fetch("SELECT tableoid::regclass::text FROM audit_eventrecord")[0][0])


@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET name = 'other'", "DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET id = new_id()"],
)
@pytest.mark.parametrize("target", ["the log", "its partition"])
def test_events_are_only_added(partition: str, statement: str, target: str) -> None:
    table = "audit_eventrecord" if target == "the log" else partition
    with pytest.raises(Error, match="is refused"):
        in_transaction(lambda: run(statement.format(table)))
    assert fetch("SELECT name FROM audit_eventrecord") == [("tests.thing_done",)]


@pytest.mark.parametrize("table", ["audit_changerecord", "audit_requestrecord"])
def test_history_and_answers_are_only_added(table: str) -> None:
    with pytest.raises(Error, match="is refused"):
        in_transaction(lambda: run(f"DELETE FROM {table}"))
    with pytest.raises(Error, match="is refused"):
        in_transaction(lambda: run(f"TRUNCATE {table}"))


def test_a_job_is_due_once_at_an_instant() -> None:
    insert = "INSERT INTO audit_job (id, job, due_at, arguments) VALUES (new_id(), 'x', %s, '{}')"
    in_transaction(lambda: run(insert, [NOW]))
    with pytest.raises(IntegrityError, match="job_is_due_once"):
        in_transaction(lambda: run(insert, [NOW]))


def test_a_job_has_no_unknown_state() -> None:
    with pytest.raises(IntegrityError, match="job_state_is_known"):
        in_transaction(
            lambda: run(
                "INSERT INTO audit_job (id, job, due_at, arguments, state) VALUES (new_id(), 'x', %s, '{}', 'lost')",
                [NOW],
            )
        )


def test_an_event_has_one_position_and_a_position_one_event(partition: str) -> None:
    event_id = fetch("SELECT id FROM audit_eventrecord")[0][0]
    insert = "INSERT INTO audit_eventposition (position, event_id) VALUES (%s, %s)"
    in_transaction(lambda: run(insert, [1, event_id]))
    with pytest.raises(IntegrityError):
        in_transaction(lambda: run(insert, [2, event_id]))
    with pytest.raises(IntegrityError):
        in_transaction(lambda: run("INSERT INTO audit_eventposition VALUES (1, new_id())"))


def test_there_is_one_sequencer() -> None:
    with pytest.raises(IntegrityError, match="sequencer_is_one_row"):
        in_transaction(lambda: run("INSERT INTO audit_sequencer VALUES (2, '0', 0)"))


def test_ids_of_sql_are_uuid7_in_order() -> None:
    first, second = (fetch("SELECT new_id()")[0][0] for _ in range(2))
    assert first.version == second.version == 7
    assert first < second


def test_a_partitioned_log_takes_no_foreign_key_and_keeps_its_indexes() -> None:
    with connection.cursor() as cursor:
        names = set(connection.introspection.get_constraints(cursor, "audit_eventrecord"))
    assert {"event_by_aggregate", "event_by_thread", "event_by_transaction", "event_by_name"} <= names
