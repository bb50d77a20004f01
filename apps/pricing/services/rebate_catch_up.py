"""Catching up: what was invoiced before an agreement was approved, or could not be posted then, is counted in chunks."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.audit.contract import JobContext
from apps.pricing.models import RebateAgreement
from apps.pricing.ports import RebateLine, billing
from apps.pricing.selectors.rebate_terms import agreement_terms, rebate_customers
from apps.pricing.services import rebate_accruals
from apps.pricing.services.rebate_agreements import CATCH_UP_JOB
from apps.pricing.services.rebate_cases import take_up_again
from apps.pricing.services.rebate_settlements import settle_due
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.transactions import writes

SETTLE_JOB: Final = "pricing.settle_rebates"


def catch_up(
    agreement_id: UUID, *, actor: Actor, now: datetime, tell: Callable[[int], object] = lambda counted: None
) -> bool:
    """Count every line of an agreement's days that was not counted yet; says whether nothing stands in the way any more.

    Each chunk is a transaction, and a line counts once: it may be stopped anywhere and begun again.
    """
    found = agreement_terms([agreement_id]).get(agreement_id)
    if found is None or found.state == "draft":
        return True
    customers, after, counted = rebate_customers(agreement_id), None, 0
    while True:
        chunk = billing().lines(
            customers, legal_entity_id=found.legal_entity_id, currency=found.currency, from_date=found.from_date,
            until_date=found.until_date, after=after,
        )  # fmt: skip
        outcome = _accrue(chunk.lines, agreement_id, actor, now)
        if outcome.refused:
            return False
        counted, after = counted + outcome.counted, chunk.last_id
        tell(counted)
        if after is None:
            return _finish(agreement_id, actor, now)


def retry_rebates(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    """Resolution of a case: count and settle again what could not be posted; answers each agreement with what became of it."""
    return {
        id: "Posted." if catch_up(id, actor=actor, now=now) else "It cannot be posted yet; the case says why."
        for id in subject_ids
    }


def run_catch_up(context: JobContext) -> Mapping[str, int]:
    """Job: count what was invoiced under the agreement named, or under each that was set aside."""
    named = context.arguments.get("agreement_id")
    ids = (
        [UUID(named)]
        if named
        else list(RebateAgreement.objects.filter(set_aside_at__isnull=False).values_list("id", flat=True))
    )
    done = sum(catch_up(id, actor=SYSTEM, now=context.now, tell=lambda n: context.progress(n, n)) for id in ids)
    return {"agreements": len(ids), "posted": done}


def run_settlements(context: JobContext) -> Mapping[str, int]:
    """Job: settle what is due."""
    outcome = settle_due(actor=SYSTEM, now=context.now)
    return {"credit_notes": len(outcome.issued), "set_aside": len(outcome.refused)}


# Each with its first schedule in seconds; the jobs page may change it.
JOBS: Final = {
    CATCH_UP_JOB: (run_catch_up, 3600, "Accrue rebates on what was invoiced"),
    SETTLE_JOB: (run_settlements, 3600, "Settle rebates by credit note"),
}


@writes
def _accrue(
    lines: Sequence[RebateLine], agreement_id: UUID, actor: Actor, now: datetime
) -> rebate_accruals.AccrualOutcome:
    return rebate_accruals.accrue_rebates(lines, actor=actor, now=now, agreement_ids=[agreement_id])


def _finish(agreement_id: UUID, actor: Actor, now: datetime) -> bool:
    """Settle what became due meanwhile and close the case of an agreement that was set aside."""
    if not RebateAgreement.objects.filter(pk=agreement_id, set_aside_at__isnull=False).exists():
        return True
    if settle_due(actor=actor, now=now, agreement_ids=[agreement_id]).refused:
        return False
    writes(take_up_again)([agreement_id], actor=actor, now=now)
    return True
