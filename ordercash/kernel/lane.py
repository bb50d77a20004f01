"""A second lane: work that runs beside the caller's, in one thread with a database connection of its own.

While one lane waits for PostgreSQL the other computes, so that both cores of a small machine have something to do. The
work of a lane sees only what is committed, so it must not be given anything inside an open transaction.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from django.db import connection, connections

P = ParamSpec("P")
R = TypeVar("R")


class LaneMisuse(RuntimeError):
    """Work was given to a lane inside a transaction, of which it could see nothing. A mistake in code, never of a user."""


class Lane:
    """Open while the `with` block lasts; pieces of work run one after the other, in the order in which they are given.

    Whatever watches the statements of the caller's connection (counters in tests and measurements) watches the lane's as well.
    """

    def __enter__(self) -> "Lane":
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lane")
        self._thread.submit(_watch, list(connection.execute_wrappers))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.submit(connections.close_all)
        self._thread.shutdown()

    def start(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> "Future[R]":
        """Start work and return at once; `.result()` waits for it and raises what it raised."""
        if connection.in_atomic_block:
            raise LaneMisuse("A lane sees only what is committed; start its work outside of transactions.")
        return self._thread.submit(work, *args, **kwargs)


def _watch(wrappers: Sequence[Callable[..., Any]]) -> None:
    connection.execute_wrappers.extend(wrappers)
