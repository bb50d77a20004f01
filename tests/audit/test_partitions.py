"""Monthly partitions: made ahead of time; what came too early waits in the DEFAULT partition and is moved."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import Error

from apps.audit.ports import jobs
from apps.audit.services.housekeeping import drop_old_runs, keep_house
from apps.audit.services.partitions import make_partitions
from ordercash.kernel.ids import lowest_id_at
from ordercash.kernel.sql import fetch, run
from tests.factories.audit import NOW, in_transaction

FAR = datetime(2061, 5, 17, tzinfo=UTC)

HOMES = "SELECT tableoid::regclass::text FROM audit_eventrecord ORDER BY id"


@pytest.fixture
def tidy(transactional_db: None):  # type: ignore[no-untyped-def]
    """Take the far partitions away again: tables outlive the test."""
    yield
    for (name,) in fetch("SELECT relname FROM pg_class WHERE relname ~ '_y206[0-9]m[0-9]+$' AND relkind = 'r'"):
        in_transaction(lambda name=name: run(f"DROP TABLE {name}"))


def insert_at(moment: datetime) -> None:
    in_transaction(
        lambda: run(
            "INSERT INTO audit_eventrecord (id, name, version, aggregate, aggregate_id, payload, occurred_at)"
            " VALUES (%s, 'tests.thing_done', 1, 'thing', new_id(), '{}', %s)",
            [lowest_id_at(moment), moment],
        )
    )


def test_months_are_made_once_for_every_log(tidy: None) -> None:
    made = make_partitions(now=FAR, months=2)
    assert {"audit_eventrecord_y2061m05", "audit_eventrecord_y2061m06", "audit_requestrecord_y2061m05"} <= set(made)
    assert make_partitions(now=FAR, months=2) == []


def test_a_new_partition_is_stored_like_the_others(tidy: None) -> None:
    """PostgreSQL passes no storage options on to partitions: decisions stay short of compression in every month."""
    make_partitions(now=FAR, months=1)
    kept = "SELECT reloptions FROM pg_class WHERE relname = %s"
    (default,), (new,) = fetch(kept, ["rulebooks_decision_default"]), fetch(kept, ["rulebooks_decision_y2061m05"])
    assert default == new == (["toast_tuple_target=4080"],)


def test_an_event_lands_in_its_month(tidy: None) -> None:
    make_partitions(now=FAR, months=2)
    for moment in (
        datetime(2061, 5, 1, tzinfo=UTC),
        datetime(2061, 5, 31, 23, 59, 59, 999000, UTC),
        datetime(2061, 6, 1, tzinfo=UTC),
    ):
        insert_at(moment)
    assert [name for (name,) in fetch(HOMES)] == [
        "audit_eventrecord_y2061m05",
        "audit_eventrecord_y2061m05",
        "audit_eventrecord_y2061m06",
    ]


def test_what_waited_in_the_default_partition_is_moved_and_stays_guarded(tidy: None) -> None:
    insert_at(datetime(2061, 5, 2, tzinfo=UTC))
    insert_at(datetime(2061, 9, 2, tzinfo=UTC))
    assert {name for (name,) in fetch(HOMES)} == {"audit_eventrecord_default"}
    make_partitions(now=FAR, months=1)
    assert [name for (name,) in fetch(HOMES)] == ["audit_eventrecord_y2061m05", "audit_eventrecord_default"]
    for table in ("audit_eventrecord_y2061m05", "audit_eventrecord_default"):
        for statement in ("DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET version = 2"):
            with pytest.raises(Error, match="is refused"):
                in_transaction(lambda statement=statement, table=table: run(statement.format(table)))


def test_a_filled_table_is_not_partitioned(transactional_db: None) -> None:
    def make() -> None:
        run("CREATE TEMPORARY TABLE filled (id uuid PRIMARY KEY) ON COMMIT DROP")
        run("INSERT INTO filled VALUES (new_id())")
        run("SELECT audit_partition_by_month('filled')")

    with pytest.raises(Error, match="has rows"):
        in_transaction(make)


def test_the_command_says_what_it_made(tidy: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("make_partitions", months=1)
    assert capsys.readouterr().out


def test_housekeeping_drops_old_scheduled_runs_alone(transactional_db: None) -> None:
    insert = (
        "INSERT INTO audit_job (id, job, due_at, arguments, state, finished_at, requested_by)"
        " SELECT new_id(), job, now(), '{}', state, finished, asked FROM (VALUES"
        " ('old', 'done', %s::timestamptz - interval '31 days', NULL::uuid),"
        " ('young', 'done', %s::timestamptz - interval '29 days', NULL),"
        " ('failed', 'failed', %s::timestamptz - interval '31 days', NULL),"
        " ('asked for', 'done', %s::timestamptz - interval '31 days', new_id())) AS v (job, state, finished, asked)"
    )
    in_transaction(lambda: run(insert, [NOW] * 4))
    assert drop_old_runs(now=NOW) == 1
    assert fetch("SELECT job FROM audit_job ORDER BY job") == [("asked for",), ("failed",), ("young",)]


def test_housekeeping_is_a_scheduled_job() -> None:
    assert jobs["audit.housekeeping"].function is keep_house
    assert jobs["audit.housekeeping"].every_seconds == 86_400
