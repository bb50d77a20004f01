"""Processes of their own for computing: a core each, with Django loaded and a database connection of their own.

They are started anew and not forked, for a fork would share the connections, and end with the process that started them, however
that ends.
"""

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

import django

from ordercash.kernel.memory import collect_rarely


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def computing(count: int) -> Iterator[ProcessPoolExecutor]:
    """Keep so many processes while the `with` block lasts; what has not begun when it ends is not begun."""
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()
    collect_rarely()


def _end_with_parent() -> None:
    """A killed parent closes nothing: without this its processes would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
