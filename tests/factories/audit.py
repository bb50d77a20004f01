"""Events, claims and jobs for tests."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from apps.audit.contract import RequestClaim, record_events
from ordercash.kernel.events import Event
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import writes

T = TypeVar("T")

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CALLER_ID = UUID(int=7)


def make_event(**values: Any) -> Event:
    """Return an event that differs from a plain one in the values given."""
    plain: dict[str, Any] = {
        "name": "tests.thing_done",
        "version": 1,
        "aggregate": "thing",
        "aggregate_id": new_id(),
        "payload": {},
        "occurred_at": NOW,
    }
    return Event(**{**plain, **values})


def tell(*events: Event) -> None:
    """Record events in a transaction of their own."""
    in_transaction(lambda: record_events(events))


def tell_numbers(numbers: Sequence[int], **values: Any) -> None:
    """Record one event per number, `{"number": n}`."""
    tell(*(make_event(payload={"number": number}, **values) for number in numbers))


def make_claim(key: str = "key", body: str = "body", caller_id: UUID = CALLER_ID) -> RequestClaim:
    return RequestClaim(caller_id, key, hashlib.sha256(body.encode()).digest())


def in_transaction(part: Callable[[], T]) -> T:
    """Call a part that joins in a transaction of its own."""
    return writes(part)()


def in_thread(work: Callable[[], Any]) -> threading.Thread:
    """Start work on a connection of its own; the connection is closed when it ends."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def run_on_other_connection(work: Callable[[], T]) -> T:
    """Do work on another connection and return its answer; raises what it raised."""
    box: dict[str, Any] = {}

    def run() -> None:
        try:
            box["answer"] = work()
        except BaseException as error:
            box["error"] = error

    in_thread(run).join()
    if "error" in box:
        raise box["error"]
    answer: T = box["answer"]
    return answer


def count_statements(work: Callable[[], Any]) -> int:
    """Return how many statements reach the database."""
    seen: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        work()
    return len(seen)
