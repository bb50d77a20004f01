"""The proof as a job: asked for by a person, carried out by a worker, its verdict kept with the job."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from apps.audit.contract import JobContext, enqueue_job, keep_run, register_job
from apps.operations.selectors.proofs import PROOF_JOB, proof_runs
from apps.operations.selectors.prove import Proof, prove
from ordercash.kernel import sql
from ordercash.kernel.actor import SYSTEM_ID, Actor
from ordercash.kernel.errors import Conflict
from ordercash.kernel.transactions import writes


class ProofUnderWay(Conflict):
    """One proof at a time: it reads everything."""

    code, title = "proof_under_way", "A proof is under way already"


@writes
def start_proof(*, actor: Actor, now: datetime) -> UUID:
    """Ask for a proof and return the id of its job; raises ProofUnderWay while another one waits or runs."""
    if any(run.is_under_way for run in proof_runs(3)):
        raise ProofUnderWay("Wait for its verdict.")
    return enqueue_job(PROOF_JOB, due_at=now, arguments={}, requested_by=actor.id)


@writes
def keep_verdict(proof: Proof, *, began_at: datetime, ended_at: datetime) -> None:
    """Keep the verdict of a proof that a terminal asked for, beside those of the workers."""
    keep_run(
        PROOF_JOB, began_at=began_at, ended_at=ended_at, total=len(proof.equalities), result=proof.as_dict(),
        requested_by=SYSTEM_ID,
    )  # fmt: skip


def is_read_only() -> bool:
    """Say whether the database takes no writes, as a standby does."""
    return bool(sql.fetch("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean")[0][0])


def run_proof(context: JobContext) -> Mapping[str, Any]:
    """Carry the proof out and return it as a dictionary.

    The proof reads one snapshot, which cannot write; its progress is told on a connection of its own.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="proof progress") as teller:
        try:
            proof = prove(told=lambda done, total: teller.submit(context.progress, done, total).result())
        finally:
            teller.submit(_hang_up).result()
    return proof.as_dict()


def _hang_up() -> None:
    """Close the connection of the thread that this runs in."""
    connection.close()


def register() -> None:
    """Make the job known; called once when the apps are loaded."""
    register_job(PROOF_JOB, run_proof, title="Prove the books")
