"""Gathering: requests that arrive while a batch is being written form the next one.

A transaction costs about the same for one order as for ten, so under load the threads of a process hand their requests to one
writer. Nobody waits for company: a request that finds the writer idle is written at once and alone. ADR 0003 has the measurement.
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import connection

from apps.orders.services.submit import Answer, Submission, submit_orders

LARGEST_GATHERING = 32


@dataclass(slots=True)
class _Place:
    """A request in the queue; `done` wakes its thread, which may find that it has become the next writer."""

    submission: Submission
    now: datetime
    done: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None
    error: BaseException | None = None


class Gatherer:
    """One queue and at most `writers` threads writing at a time; the writers are request threads themselves."""

    def __init__(self, writers: int = 1) -> None:
        self._lock = threading.Lock()
        self._queue: deque[_Place] = deque()
        self._free_writers = writers

    def submit(self, submission: Submission, *, now: datetime) -> Answer:
        """Return the request's answer; raises what its batch raised, which then concerns every member alike."""
        place = _Place(submission, now)
        with self._lock:
            self._queue.append(place)
            writes = self._free_writers > 0
            if writes:
                self._free_writers -= 1
        if writes:
            self._write_until(place)
        else:
            _give_connection_back()
            place.done.wait()
            if place.answer is None and place.error is None:
                self._write_until(place)
        if place.error is not None:
            raise place.error
        assert place.answer is not None  # noqa: S101 - a place is done with an answer or an error
        return place.answer

    def _write_until(self, own: _Place) -> None:
        """Write batches until the own request is answered, then hand the pen to the next in the queue."""
        while own.answer is None and own.error is None:
            with self._lock:
                batch = [self._queue.popleft() for _ in range(min(len(self._queue), LARGEST_GATHERING))]
            self._write(batch)
            for place in batch:
                if place is not own:
                    place.done.set()
        with self._lock:
            if self._queue:
                self._queue[0].done.set()
            else:
                self._free_writers += 1

    def _write(self, batch: list[_Place]) -> None:
        try:
            answers = submit_orders([place.submission for place in batch], now=batch[0].now)
        except BaseException as error:
            for place in batch:
                place.error = error
        else:
            for place, answer in zip(batch, answers, strict=True):
                place.answer = answer


def _give_connection_back() -> None:
    """Wait without a connection: those who wait could hold all of a small pool, and the writer would get none."""
    if connection.connection is not None and not connection.in_atomic_block:
        connection.close()


_gatherer = Gatherer()


def submit(submission: Submission, *, now: datetime) -> Answer:
    """Answer one request, gathered with others that are under way in this process unless the installation says no."""
    if settings.CONFIG.gather_orders:
        return _gatherer.submit(submission, now=now)
    return submit_orders([submission], now=now)[0]
