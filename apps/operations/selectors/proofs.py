"""The proofs that were run: jobs with their verdict."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from ordercash.kernel import sql

PROOF_JOB: Final = "operations.prove"

_RUNS: Final = """
SELECT id, state, due_at, taken_at, finished_at, done, total, error, requested_by, result
  FROM audit_job WHERE job = %s ORDER BY due_at DESC LIMIT %s
"""
_ORDERS: Final = "SELECT number, id FROM orders_order WHERE number = ANY(%s::text[])"
_INVOICES: Final = "SELECT number, id FROM billing_invoice WHERE number = ANY(%s::text[])"


@dataclass(frozen=True, slots=True)
class ProofRun:
    """One run of the proof; `result` is a proof as a dictionary once the run is done."""

    id: UUID
    state: str
    due_at: datetime
    taken_at: datetime | None
    finished_at: datetime | None
    done: int
    total: int
    error: str
    requested_by: UUID | None
    result: Mapping[str, Any] | None

    @property
    def is_under_way(self) -> bool:
        return self.state in ("due", "running")

    @property
    def verdict(self) -> str:
        """The badge: holds or broken for a finished run, the state of its job otherwise."""
        if self.state != "done" or self.result is None:
            return self.state
        return "holds" if self.result["holds"] else "broken"

    @property
    def seconds(self) -> float | None:
        if self.taken_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.taken_at).total_seconds()


def proof_runs(limit: int = 12) -> list[ProofRun]:
    """Return the latest runs, the newest first; one statement by the key of jobs."""
    return [ProofRun(*(*row[:-1], _read(row[-1]))) for row in sql.fetch(_RUNS, [PROOF_JOB, limit])]


def last_verdict(runs: list[ProofRun]) -> ProofRun | None:
    """Return the newest run that came to a verdict."""
    return next((run for run in runs if run.result is not None), None)


def named_documents(numbers: Collection[str]) -> dict[str, tuple[str, UUID]]:
    """Return what these numbers name as (kind, id): orders, invoices and credit notes. Two statements."""
    wanted = list(numbers)
    if not wanted:
        return {}
    found = {number: ("order", row_id) for number, row_id in sql.fetch(_ORDERS, [wanted])}
    return found | {number: ("invoice", row_id) for number, row_id in sql.fetch(_INVOICES, [wanted])}


def _read(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value
