"""The verbs of the allocation desk, its pages and jobs: each is one transaction."""

from datetime import datetime
from uuid import UUID

from apps.inventory.decisions.sharing.by_hand import Quantities
from apps.inventory.decisions.sharing.record import NOTHING
from apps.inventory.models import AllocationRun
from apps.inventory.services import allocation_runs as runs
from apps.inventory.services.allocation_facts import Scope
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import writes


@writes
def try_allocation(
    *, scope: Scope, strategy: str, by_hand: Quantities = NOTHING, actor: Actor, now: datetime
) -> AllocationRun:
    """Try a run and keep what it would do."""
    return runs.simulate_allocation(scope, strategy=strategy, by_hand=by_hand, actor=actor, now=now)


@writes
def carry_out_allocation(*, run_id: UUID, reason: str, actor: Actor, now: datetime) -> AllocationRun:
    """Carry a tried run out."""
    return runs.commit_allocation(run_id, reason=reason, actor=actor, now=now)


@writes
def take_back_allocation(*, run_id: UUID, reason: str, actor: Actor, now: datetime) -> AllocationRun:
    """Undo a run that was carried out."""
    return runs.roll_back_allocation(run_id, reason=reason, actor=actor, now=now)


@writes
def put_away_allocation(*, run_id: UUID) -> AllocationRun:
    """Put a tried run away."""
    return runs.discard_allocation(run_id)
