"""A second lane works beside the caller on a connection of its own, and sees only what is committed."""

import threading

import pytest
from django.db import connection, transaction

from ordercash.kernel import sql
from ordercash.kernel.lane import Lane, LaneMisuse
from ordercash.kernel.statistics import refresh_statistics
from tests.factories.audit import count_statements

pytestmark = pytest.mark.django_db(transaction=True)


def backend() -> int:
    ((pid,),) = sql.fetch("SELECT pg_backend_pid()")
    return int(pid)


def test_work_runs_in_order_beside_the_caller_on_another_connection() -> None:
    seen: list[int] = []
    meet = threading.Barrier(2)
    with Lane() as lane:
        first = lane.start(lambda: (meet.wait(10), seen.append(1)))
        second = lane.start(lambda: seen.append(2) or backend())
        meet.wait(10)
        first.result()
        assert second.result() != backend()
    assert seen == [1, 2]


def test_whatever_watches_the_callers_statements_watches_the_lanes() -> None:
    def beside() -> None:
        with Lane() as lane:
            lane.start(backend).result()

    assert count_statements(beside) == 1


def test_what_fails_in_the_lane_is_raised_to_who_waits_and_the_next_work_goes_on() -> None:
    with Lane() as lane:
        broken = lane.start(lambda: sql.fetch("SELECT 1 / 0"))
        fine = lane.start(backend)
        with pytest.raises(Exception, match="division by zero"):
            broken.result()
        assert fine.result()


def test_a_lane_gets_nothing_inside_a_transaction() -> None:
    with Lane() as lane, transaction.atomic(), pytest.raises(LaneMisuse):
        lane.start(backend)


def test_statistics_follow_a_table_that_grew() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE grown (id int) WITH (autovacuum_enabled = off)")
    try:
        refresh_statistics()
        assert planned_rows() < 2_900  # ten pages are assumed of a table that nobody looked at
        sql.run("INSERT INTO grown SELECT 1 FROM generate_series(1, 3000)")
        assert refresh_statistics() >= 1
        assert planned_rows() == 3_000
        sql.run("INSERT INTO grown SELECT 2 FROM generate_series(1, 100)")
        refresh_statistics()
        assert planned_rows() < 3_200
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE grown")


def planned_rows() -> float:
    ((plan,),) = sql.fetch("EXPLAIN (FORMAT JSON) SELECT * FROM grown")
    return float(plan[0]["Plan"]["Plan Rows"])
