"""Positions: gapless, in order, and never past a late committer. Every test commits on real connections."""

import threading
import time
from collections.abc import Callable
from uuid import UUID

import pytest

from apps.audit.contract import record_events
from apps.audit.selectors import has_unstamped_events
from apps.audit.services.sequencer import SEQUENCER_LOCK, stamp_positions
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch, run
from tests.factories.audit import in_thread, in_transaction, make_event, run_on_other_connection, tell, tell_numbers

pytestmark = pytest.mark.django_db(transaction=True)

AGGREGATE = UUID(int=4711)

STAMPED = """
SELECT p.position, (e.payload ->> 'number')::int FROM audit_eventposition AS p
  JOIN audit_eventrecord AS e ON e.id = p.event_id ORDER BY p.position
"""


def stamp_all() -> None:
    """Stamp until nothing waits; other databases of the server may hold the bound back for a moment."""
    for _ in range(1200):
        stamp_positions()
        if not has_unstamped_events():
            return
        time.sleep(0.025)
    raise AssertionError("a transaction stayed open on the server for half a minute")


def positions() -> list[tuple[int, int]]:
    return fetch(STAMPED)


def test_positions_are_gapless_from_one() -> None:
    for first in range(0, 50, 10):
        tell_numbers(range(first, first + 10))
        if first == 20:
            stamp_all()
    in_rolled_back_transaction()
    tell_numbers([50])
    stamp_all()
    assert positions() == [(number + 1, number) for number in range(51)]


def in_rolled_back_transaction() -> None:
    """Use up numbers of the sequence without a fact."""

    def fail() -> None:
        record_events([make_event(), make_event()])
        raise LookupError

    with pytest.raises(LookupError):
        in_transaction(fail)


def test_a_late_committer_is_waited_for() -> None:
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        def write() -> None:
            record_events([make_event(payload={"number": 1})])
            written.set()
            assert may_commit.wait(10)

        in_transaction(write)

    thread = in_thread(slow)
    assert written.wait(10)
    tell_numbers([2])
    stamp_positions()
    assert positions() == [], "the later one is committed, the earlier one is not: neither may be stamped"
    may_commit.set()
    thread.join()
    stamp_all()
    assert positions() == [(1, 1), (2, 2)]


def test_a_late_committer_that_fails_leaves_no_gap() -> None:
    written, may_fail = threading.Event(), threading.Event()

    def slow() -> None:
        def write() -> None:
            record_events([make_event()])
            written.set()
            assert may_fail.wait(10)
            raise LookupError

        with pytest.raises(LookupError):
            in_transaction(write)

    thread = in_thread(slow)
    assert written.wait(10)
    tell_numbers([2])
    may_fail.set()
    thread.join()
    stamp_all()
    assert positions() == [(1, 2)]


class OpenTransaction:
    """A transaction with its number, kept open on a connection of its own until `end`, which first does what it is given."""

    def __init__(self, last: Callable[[], object] = lambda: None) -> None:
        self.last, self.numbered, self.may_end = last, threading.Event(), threading.Event()
        self.thread = in_thread(lambda: in_transaction(self.hold))
        assert self.numbered.wait(10)

    def hold(self) -> None:
        fetch("SELECT pg_current_xact_id()")
        self.numbered.set()
        assert self.may_end.wait(10)
        self.last()

    def end(self) -> None:
        self.may_end.set()
        self.thread.join()


def write_under_lock(number: int) -> None:
    """Write to the aggregate as every verb does: one after the other."""
    run("SELECT pg_advisory_xact_lock(4711)")
    record_events([make_event(aggregate_id=AGGREGATE, payload={"number": number})])


def test_events_of_one_aggregate_keep_their_order_whatever_the_transaction_numbers() -> None:
    """The transaction with the lower number locks the aggregate second: its event still comes second."""
    lower = OpenTransaction(lambda: write_under_lock(2))
    in_transaction(lambda: write_under_lock(1))
    lower.end()
    stamp_all()
    assert [number for _, number in positions()] == [1, 2]


def test_events_of_one_aggregate_keep_their_order_beside_an_open_transaction() -> None:
    """A stranger numbered between the two holds back the bound: what was written first is finished, but lies above it."""
    lower = OpenTransaction(lambda: write_under_lock(2))
    stranger = OpenTransaction()
    in_transaction(lambda: write_under_lock(1))
    tell_numbers([3])
    lower.end()
    stamp_positions()
    assert [number for _, number in positions()] in ([], [1, 2]), "the other aggregate's event waits for the stranger"
    stranger.end()
    stamp_all()
    assert [position for position, _ in positions()] == [1, 2, 3]
    assert [number for _, number in positions() if number != 3] == [1, 2]


def test_many_writers_and_two_sequencers_lose_and_double_nothing() -> None:
    aggregates = [new_id() for _ in range(4)]
    done = threading.Event()

    def write(aggregate: int) -> None:
        for number in range(25):
            tell(make_event(aggregate_id=aggregates[aggregate], payload={"number": number}))

    def stamp() -> None:
        while not done.is_set():
            stamp_positions()

    stampers = [in_thread(stamp) for _ in range(2)]
    writers = [in_thread(lambda index=index: write(index)) for index in range(4)]
    for thread in writers:
        thread.join()
    done.set()
    for thread in stampers:
        thread.join()
    stamp_all()
    assert [position for position, _ in positions()] == list(range(1, 101))
    for aggregate in aggregates:
        told = fetch(
            "SELECT (payload ->> 'number')::int FROM audit_eventrecord AS e JOIN audit_eventposition AS p ON p.event_id = e.id"
            " WHERE aggregate_id = %s ORDER BY position",
            [aggregate],
        )
        assert [number for (number,) in told] == list(range(25))


def test_a_second_sequencer_steps_aside() -> None:
    tell_numbers([1])

    def hold() -> int:
        fetch("SELECT pg_advisory_xact_lock(%s)", [SEQUENCER_LOCK])
        return run_on_other_connection(stamp_positions)

    assert in_transaction(hold) == 0
    stamp_all()
    assert positions() == [(1, 1)]


def restore_from_another_server() -> None:
    """Leave what a dump brings: a bound that this server has not reached."""
    in_transaction(lambda: run("UPDATE audit_sequencer SET stamped_below = '9000000000000'"))


def test_a_log_restored_from_another_server_goes_on() -> None:
    """Its bound may lie above every transaction here, and its events may carry any transaction number."""
    tell_numbers([1])
    stamp_all()
    restore_from_another_server()
    tell_numbers([2])
    stamp_all()
    assert positions() == [(1, 1), (2, 2)]


def test_events_of_a_restored_log_wait_however_long_a_writer_stays_open() -> None:
    """A transaction that is open when the first round runs must not make the event beside it look stamped."""
    tell_numbers([1])
    stamp_all()
    restore_from_another_server()
    stranger = OpenTransaction()
    tell_numbers([2])
    for _ in range(2):
        stamp_positions()
        assert has_unstamped_events()
    stranger.end()
    stamp_all()
    assert positions() == [(1, 1), (2, 2)]


def test_an_unstamped_event_of_a_restored_log_gets_its_position() -> None:
    """It waits with a number that this server may never reach."""
    tell_numbers([1])
    stamp_all()
    tell_numbers([2])
    as_restored = "SET LOCAL session_replication_role = replica; UPDATE audit_eventrecord SET txid = '8000000000000'"
    in_transaction(lambda: run(as_restored))
    restore_from_another_server()
    stamp_all()
    assert positions() == [(1, 1), (2, 2)]
    assert not has_unstamped_events()
