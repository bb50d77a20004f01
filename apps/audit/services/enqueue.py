"""Asking for work: a row that workers will find, made in the asking verb's own transaction; keeping what ran without one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import joins

INSERT = """
INSERT INTO audit_job (id, job, due_at, arguments, requested_by) VALUES (%s, %s, %s, %s::jsonb, %s)
ON CONFLICT (job, due_at) DO UPDATE SET job = excluded.job WHERE audit_job.arguments = excluded.arguments
RETURNING id
"""

KEEP = """
INSERT INTO audit_job (id, job, due_at, arguments, requested_by, state, taken_at, finished_at, done, total, result)
VALUES (%s, %s, %s, '{}', %s, 'done', %s, %s, %s, %s, %s::jsonb)
ON CONFLICT (job, due_at) DO NOTHING
"""


@joins
def keep_run(
    job: str, *, began_at: datetime, ended_at: datetime, total: int, result: Mapping[str, Any], requested_by: UUID
) -> None:
    """Keep what was carried out in a terminal among the runs of its job, so that pages tell of it, too."""
    written = orjson.dumps(result, default=str).decode()
    run(KEEP, [new_id(), job, began_at, requested_by, began_at, ended_at, total, total, written])


@joins
def enqueue_job(job: str, *, due_at: datetime, arguments: Mapping[str, Any] | None = None, requested_by: UUID) -> UUID:
    """Ask for a job at an instant and return its id. The same job, instant and arguments are one job.

    Another request for the same instant with other arguments is set a microsecond later: none is lost.
    """
    written = orjson.dumps(arguments or {}, default=str).decode()
    while True:
        found = fetch(INSERT, [new_id(), job, due_at, written, requested_by])
        if found:
            row_id: UUID = found[0][0]
            return row_id
        due_at += timedelta(microseconds=1)
