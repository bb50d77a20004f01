"""Asking for work: a row that workers will find, made in the asking verb's own transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import joins

INSERT = """
INSERT INTO audit_job (id, job, due_at, arguments, requested_by) VALUES (%s, %s, %s, %s::jsonb, %s)
ON CONFLICT (job, due_at) DO UPDATE SET job = excluded.job WHERE audit_job.arguments = excluded.arguments
RETURNING id
"""


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
