"""Deliveries that cannot be invoiced yet: set aside with a case each, so that the others go on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.billing.decisions.bundles import COLLECTED_DAY, SHIPMENT
from apps.billing.services.owed import Owed
from apps.exceptions.contract import CaseDraft, ReasonDraft, close_cases, open_cases, settle_reasons
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError
from ordercash.kernel.transactions import joins

# What the ledger refuses, with the queue that works on it and the hours within which it should be settled.
DELIVERY_REASONS: Final[Mapping[str, tuple[str, str, int]]] = {
    "rate_missing": ("An exchange rate is missing: enter it", "finance", 24),
    "account_missing": ("An account is missing from the chart: add it", "finance", 24),
    "posting_rule_broken": ("The posting rules do not cover it: correct the rulebook", "finance", 24),
    "no_rulebook_in_force": ("No posting rules are in force: activate them", "finance", 24),
    "period_closed": ("Its day lies in a closed period", "finance", 24),
}

_MARK: Final = "UPDATE billing_billingobligation SET set_aside_at = %s WHERE id = ANY(%s::uuid[])"


@joins
def set_aside(stuck: Sequence[tuple[Sequence[Owed], DomainError]], *, actor: Actor, now: datetime) -> None:
    """Mark the obligations of these bundles as tried in vain, and open one case per bundle with the refusal."""
    sql.run(_MARK, [now, [owed.id for members, _ in stuck for owed in members]])
    open_cases([_case(members, refusal, now) for members, refusal in stuck])
    again = [(members, refusal.code) for members, refusal in stuck if members[0].set_aside_at]
    for kind in (SHIPMENT, COLLECTED_DAY):
        standing = {_subject(members)[1]: frozenset({code}) for members, code in again if _subject(members)[0] == kind}
        if standing:
            settle_reasons(kind, standing, resolution="invoice", note="", actor=actor, now=now)


@joins
def settle_cases(bundles: Sequence[Sequence[Owed]], *, actor: Actor, now: datetime) -> None:
    """Close the cases of bundles that are invoiced now; costs nothing when none of them was set aside."""
    subjects = [_subject(members) for members in bundles if members[0].set_aside_at]
    for kind in (SHIPMENT, COLLECTED_DAY):
        ids = [id for found, id in subjects if found == kind]
        close_cases(kind, ids, resolution="invoice", note="", actor=actor, now=now)


def _case(members: Sequence[Owed], refusal: DomainError, now: datetime) -> CaseDraft:
    kind, id = _subject(members)
    references = list(dict.fromkeys(owed.order_reference for owed in members if owed.order_reference))
    return CaseDraft(
        subject_kind=kind,
        subject_id=id,
        title=f"What was delivered of {', '.join(references[:3]) or 'an order'} cannot be invoiced",
        legal_entity_id=members[0].legal_entity_id,
        currency=members[0].currency,
        money_at_risk_minor=sum(owed.net_minor + owed.tax_minor for owed in members),
        reasons=[ReasonDraft(refusal.code, {"why": refusal.detail})],
        opened_at=now,
    )


def _subject(members: Sequence[Owed]) -> tuple[str, UUID]:
    shipments = {owed.shipment_id for owed in members}
    (shipment_id,) = shipments if len(shipments) == 1 else (None,)
    return (SHIPMENT, shipment_id) if shipment_id else (COLLECTED_DAY, members[0].bundle_id)
