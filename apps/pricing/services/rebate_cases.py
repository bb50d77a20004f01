"""Agreements that cannot be posted or settled now: set aside with a case each, so that the others go on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from apps.exceptions.contract import CaseDraft, ReasonDraft, close_cases, open_cases, settle_reasons
from apps.pricing.selectors.rebate_terms import AgreementTerms
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import joins

SUBJECT: Final = "rebate_agreement"

# What stands in the way besides what the ledger refuses, with the queue that works on it and the hours to settle it within.
REBATE_REASONS: Final[Mapping[str, tuple[str, str, int]]] = {
    "rebate_out_of_range": ("A rebate is too large to be booked", "finance", 24),
}
# What means something else to finance than to the order desk, which works on the same code of an order.
_OWN_CODES: Final = {"amount_out_of_range": "rebate_out_of_range"}

_MARK: Final = "UPDATE pricing_rebateagreement SET set_aside_at = %s WHERE id = ANY(%s::uuid[])"
_CLEAR: Final = (
    "UPDATE pricing_rebateagreement SET set_aside_at = NULL WHERE id = ANY(%s::uuid[]) AND set_aside_at IS NOT NULL"
)


class Obstacle(NamedTuple):
    """Why something of an agreement cannot be posted, and how much money that concerns."""

    agreement: AgreementTerms
    code: str
    detail: str
    amount_minor: int


@joins
def set_aside(obstacles: Sequence[Obstacle], *, actor: Actor, now: datetime) -> None:
    """Mark the agreements and open one case for each with the refusals; causes that are gone are settled."""
    if not obstacles:
        return
    sql.run(_MARK, [now, sorted({obstacle.agreement.id for obstacle in obstacles})])
    open_cases([_case(obstacle, now) for obstacle in obstacles])
    standing: dict[UUID, set[str]] = defaultdict(set)
    for obstacle in obstacles:
        standing[obstacle.agreement.id].add(_code(obstacle))
    codes = {id: frozenset(found) for id, found in standing.items()}
    settle_reasons(SUBJECT, codes, resolution="retry", note="", actor=actor, now=now)


@joins
def take_up_again(agreement_ids: Sequence[UUID], *, actor: Actor, now: datetime) -> None:
    """Clear the mark of agreements in whose way nothing stands any more, and close their cases."""
    sql.run(_CLEAR, [list(agreement_ids)])
    close_cases(SUBJECT, agreement_ids, resolution="retry", note="", actor=actor, now=now)


def _code(obstacle: Obstacle) -> str:
    return _OWN_CODES.get(obstacle.code, obstacle.code)


def _case(obstacle: Obstacle, now: datetime) -> CaseDraft:
    agreement = obstacle.agreement
    return CaseDraft(
        subject_kind=SUBJECT,
        subject_id=agreement.id,
        title=f"What is earned under rebate agreement {agreement.code} cannot be posted",
        legal_entity_id=agreement.legal_entity_id,
        currency=agreement.currency,
        money_at_risk_minor=obstacle.amount_minor,
        reasons=[ReasonDraft(_code(obstacle), {"why": obstacle.detail})],
        opened_at=now,
    )
