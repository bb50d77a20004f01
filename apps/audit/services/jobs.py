"""Carrying out due jobs: taken one by one, watched by a heartbeat, taken over when their worker is gone."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.db import connection

from apps.audit.ports import JobContext, jobs
from apps.audit.services.schedules import make_due_jobs
from ordercash.kernel.errors import Conflict
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import writes

log = logging.getLogger("ordercash.audit.jobs")

HEARTBEAT_SECONDS = 15
DEAD_AFTER_SECONDS = 60
# A job whose worker died this often is at fault itself.
MOST_ATTEMPTS = 5

TAKE = """
UPDATE audit_job SET state = 'running', worker = %s, attempts = attempts + 1, taken_at = %s, heartbeat_at = clock_timestamp(),
                     done = 0, total = 0, error = ''
 WHERE id = (SELECT id FROM audit_job
              WHERE job = ANY (%s) AND state IN ('due', 'running') AND due_at <= %s
                AND (state = 'due' OR heartbeat_at < clock_timestamp() - make_interval(secs => %s))
              ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, job, arguments
"""

GIVE_UP = """
UPDATE audit_job SET state = 'failed', finished_at = %s, error = format('Its worker died %%s times.', attempts)
 WHERE state = 'running' AND attempts >= %s AND heartbeat_at < clock_timestamp() - make_interval(secs => %s)
"""

BEAT = "UPDATE audit_job SET heartbeat_at = clock_timestamp() WHERE id = %s AND worker = %s AND state = 'running'"
TELL = """
UPDATE audit_job SET heartbeat_at = clock_timestamp(), done = %s, total = %s
 WHERE id = %s AND worker = %s AND state = 'running'
"""
FINISH = """
UPDATE audit_job SET state = %s, finished_at = %s, result = %s::jsonb, error = %s
 WHERE id = %s AND worker = %s AND state = 'running'
"""


class JobLost(Conflict):
    """The job was taken over by another worker; what this one does no longer counts."""

    code, title = "job_lost", "The job was taken over by another worker"


@dataclass(frozen=True, slots=True)
class TakenJob:
    """A job in the hands of one worker; `worker` is the token that its answer must carry."""

    id: UUID
    job: str
    arguments: Mapping[str, Any]
    worker: str


def run_due_jobs(*, clock: Callable[[], datetime], most: int = 100) -> int:
    """Make what is scheduled due, then carry out due jobs one after the other; returns how many were carried out."""
    make_due_jobs(now=clock())
    give_up_on_killers(now=clock())
    for count in range(most):
        taken = take_job(now=clock())
        if taken is None:
            return count
        carry_out(taken, clock=clock)
    return most


@writes
def take_job(*, now: datetime) -> TakenJob | None:
    """Take the job that is due longest, or one whose worker fell silent; None when there is none. Never waits for a lock."""
    worker = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"[-120:]
    found = fetch(TAKE, [worker, now, sorted(jobs), now, DEAD_AFTER_SECONDS])
    if not found:
        return None
    row_id, name, arguments = found[0]
    return TakenJob(row_id, name, orjson.loads(arguments), worker)


@writes
def give_up_on_killers(*, now: datetime) -> int:
    """Fail the jobs whose worker died again and again; returns how many."""
    return run(GIVE_UP, [now, MOST_ATTEMPTS, DEAD_AFTER_SECONDS])


def carry_out(taken: TakenJob, *, clock: Callable[[], datetime]) -> None:
    """Run a taken job and write down its result or its error; a job that was lost meanwhile leaves no trace."""
    context = JobContext(
        job_id=taken.id,
        arguments=taken.arguments,
        now=clock(),
        tell=lambda done, total: _tell(taken, done, total),
    )
    try:
        with _heartbeat(taken):
            result = jobs[taken.job].function(context)
        written = orjson.dumps(result or {}, default=str).decode()
    except JobLost:
        log.warning("job %s %s was taken over", taken.job, taken.id)
    except Exception as error:
        # Whatever a job raises is its outcome; it stands on the job's row and in the log.
        log.exception("job %s %s failed", taken.job, taken.id)
        _finish(taken, "failed", None, f"{type(error).__name__}: {error}"[:4000], clock())
    else:
        _finish(taken, "done", written, "", clock())


@writes
def _finish(taken: TakenJob, state: str, result: str | None, error: str, now: datetime) -> None:
    if not run(FINISH, [state, now, result, error, taken.id, taken.worker]):
        log.warning("job %s %s was taken over before it could answer", taken.job, taken.id)


def _tell(taken: TakenJob, done: int, total: int) -> None:
    if not run(TELL, [done, total, taken.id, taken.worker]):
        raise JobLost()


@contextmanager
def _heartbeat(taken: TakenJob) -> Iterator[None]:
    """Say from a thread of its own that the worker lives, however long the job computes."""
    ended = threading.Event()
    thread = threading.Thread(target=_beat, args=(taken, ended), name=f"heartbeat {taken.job}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _beat(taken: TakenJob, ended: threading.Event) -> None:
    try:
        while not ended.wait(HEARTBEAT_SECONDS):
            run(BEAT, [taken.id, taken.worker])
    except Exception:
        # Without heartbeats another worker takes the job over: better than a job that looks alive and is not.
        log.exception("heartbeat of job %s %s stopped", taken.job, taken.id)
    finally:
        connection.close()
