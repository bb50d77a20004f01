"""Rebate agreements: drafted, discarded, approved by somebody else, ended early. What was approved is never rewritten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import enqueue_job, record_events, set_change_actor
from apps.masterdata.contract import add_masters, currencies, entities_by_id, products_by_sku, save_master
from apps.pricing.events import (
    REBATE_APPROVED,
    REBATE_CHANGED,
    REBATE_DISCARDED,
    REBATE_DRAFTED,
    REBATE_ENDED,
    rebate_event,
)
from apps.pricing.models import RebateAgreement, RebateProduct, RebateTier
from apps.pricing.states import REBATE
from ordercash.kernel.actor import Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.constraints import Refusals
from ordercash.kernel.errors import Conflict, DomainError, Fault, NotFound
from ordercash.kernel.transactions import writes

CATCH_UP_JOB: Final = "pricing.catch_up_rebates"


class RebateUnknown(NotFound):
    """There is no such rebate agreement."""

    code, title = "rebate_unknown", "There is no such rebate agreement"


class RebateCodeTaken(Conflict):
    """Another agreement has this code."""

    code, title = "code_taken", "The code is in use"


class RebateRefused(DomainError):
    """An agreement makes no sense, or refers to what does not exist."""

    code, title = "rebate_refused", "The agreement cannot be kept"


class SelfApproval(DomainError):
    """An author approved what he wrote."""

    code, title, status = "self_approval", "Nobody approves what he wrote himself", 403


class DraftOfAnother(DomainError):
    """Somebody changed a draft that another person wrote."""

    code, title, status = "draft_of_another", "A draft is changed by its author", 403


# What a draft says of the agreement's row, besides its tiers and products; who wrote it stays.
_TERMS: Final = (
    "code", "name", "customer_id", "customer_group_id", "legal_entity_id", "currency_id", "from_date", "until_date", "basis",
    "reward", "is_retrospective", "scope", "category", "settlement",
)  # fmt: skip

REFUSALS: Final[Refusals] = {
    "pricing_rebateagreement_code_key": (RebateCodeTaken, "Another agreement has this code."),
    "rebate_for_a_customer_or_a_group": (
        RebateRefused,
        "It is for a customer or for a customer group, not for both or none.",
    ),
    "rebate_valid_for_some_time": (RebateRefused, "It ends before it begins."),
    "rebate_settled_at_end_has_one": (RebateRefused, "What is settled at its end needs an end."),
    "rebate_slices_on_one_measure": (
        RebateRefused,
        "By slices, percent needs tiers on turnover and an amount per unit needs tiers on quantity.",
    ),
    "rebate_tier_once": (RebateRefused, "Two tiers begin at the same value."),
    "rebate_tier_least_not_negative": (RebateRefused, "A tier does not begin below zero."),
    "rebate_tier_rate_not_negative": (RebateRefused, "A rate is not below zero."),
    "rebate_has_tiers": (RebateRefused, "It has no tier."),
    "rebate_within_price": (RebateRefused, "It gives more than the price."),
    "rebate_names_its_category": (RebateRefused, "It covers a category that it does not name."),
    "rebate_names_its_products": (RebateRefused, "Named products and what it covers do not agree."),
    "rebate_approver_is_not_author": (SelfApproval, "Somebody else approves it."),
}


@dataclass(frozen=True, slots=True)
class RebateDraft:
    """A new agreement for a customer or for each customer of a group; `tiers` are (least, rate), `skus` or a `category` are what
    it covers, neither is everything.

    `basis` "turnover" (net, major units) or "quantity"; `reward` "percent" or "amount_per_unit"; `settlement` "monthly", "quarterly",
    "yearly" or "at_end". Days are half-open, [from_date, until_date), in the legal entity's zone.
    """

    code: str
    legal_entity_id: UUID
    currency: str
    from_date: date
    tiers: Sequence[tuple[Decimal, Decimal]]
    settlement: str
    until_date: date | None = None
    name: str = ""
    customer_id: UUID | None = None
    customer_group_id: UUID | None = None
    basis: str = "turnover"
    reward: str = "percent"
    is_retrospective: bool = True
    skus: Sequence[str] = ()
    category: str = ""


@writes
def draft_rebates(drafts: Sequence[RebateDraft], *, actor: Actor, now: datetime) -> list[RebateAgreement]:
    """Add drafts, all or none; raises RebateCodeTaken or RebateRefused."""
    products = _known_products(drafts)
    rows = [_row(draft, actor) for draft in drafts]
    add_masters(rows, actor=actor, refusals=REFUSALS)
    _add_terms(rows, drafts, products, actor)
    record_events([_event(REBATE_DRAFTED, row, {}, actor, now) for row in rows])
    return rows


@writes
def change_rebate(agreement_id: UUID, *, draft: RebateDraft, actor: Actor, now: datetime) -> RebateAgreement:
    """Write one's own draft anew, with its tiers and products; what is the same leaves no trace in its history.

    Raises RebateUnknown, WrongState (it was approved), DraftOfAnother, RebateCodeTaken, RebateRefused.
    """
    row = _locked(agreement_id)
    row.state = REBATE.after(row.state, "change")
    if row.author_id != actor.id:
        raise DraftOfAnother("Ask its author, or draft another agreement: who approves a draft has not written in it.")
    products = _known_products([draft])
    fresh = _row(draft, actor)
    for name in _TERMS:
        setattr(row, name, getattr(fresh, name))
    save_master(row, actor=actor, refusals=REFUSALS)
    _drop_terms(row, draft, products)
    _add_terms([row], [draft], products, actor, had=row)
    record_events([_event(REBATE_CHANGED, row, {}, actor, now)])
    return row


def _known_products(drafts: Sequence[RebateDraft]) -> Mapping[str, Any]:
    """Return the products that drafts name, by SKU; raises RebateRefused with all that is wrong with the drafts."""
    products = products_by_sku({sku for draft in drafts for sku in draft.skus})
    faults = [fault for index, draft in enumerate(drafts) for fault in _faults(index, draft, products)]
    if faults:
        raise RebateRefused(faults=faults)
    return products


def _drop_terms(row: RebateAgreement, draft: RebateDraft, products: Mapping[str, Any]) -> None:
    """Delete the tiers and products that the draft does not have any more."""
    kept = set(draft.tiers)
    gone = [tier.pk for tier in row.tiers.all() if (tier.least, tier.rate) not in kept]
    row.tiers.filter(pk__in=gone).delete()
    row.products.exclude(product_id__in=[products[sku].id for sku in draft.skus]).delete()


def _add_terms(
    rows: Sequence[RebateAgreement],
    drafts: Sequence[RebateDraft],
    products: Mapping[str, Any],
    actor: Actor,
    had: RebateAgreement | None = None,
) -> None:
    """Add tiers and products, but those that the agreement `had`."""
    tiers = set(had.tiers.values_list("least", "rate")) if had else set()
    named = set(had.products.values_list("product_id", flat=True)) if had else set()
    pairs = list(zip(rows, drafts, strict=True))
    new_tiers = [
        RebateTier(agreement=row, least=least, rate=rate)
        for row, draft in pairs
        for least, rate in draft.tiers
        if (least, rate) not in tiers
    ]
    add_masters(new_tiers, actor=actor, refusals=REFUSALS)
    new_products = [
        RebateProduct(agreement=row, product_id=products[sku].id)
        for row, draft in pairs
        for sku in dict.fromkeys(draft.skus)
        if products[sku].id not in named
    ]
    add_masters(new_products, actor=actor, refusals=REFUSALS)


@writes
def discard_rebate(agreement_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Delete a draft; raises RebateUnknown or WrongState."""
    set_change_actor(actor)
    row = _locked(agreement_id)
    REBATE.after(row.state, "discard")
    record_events([_event(REBATE_DISCARDED, row, {}, actor, now)])
    row.delete()


@writes
def approve_rebate(agreement_id: UUID, *, actor: Actor, now: datetime) -> RebateAgreement:
    """Approve a draft of somebody else; what was invoiced since it begins is counted by a job.

    Raises RebateUnknown, WrongState, SelfApproval or RebateRefused (no tiers, more than the price).
    """
    row = _locked(agreement_id)
    row.state = REBATE.after(row.state, "approve")
    if row.author_id == actor.id:
        raise SelfApproval("Somebody else approves it.")
    row.approver_id, row.approved_at = actor.id, now
    save_master(row, actor=actor, refusals=REFUSALS)
    record_events(
        [_event(REBATE_APPROVED, row, {"from_date": row.from_date, "until_date": row.until_date}, actor, now)]
    )
    enqueue_job(CATCH_UP_JOB, due_at=now, arguments={"agreement_id": str(row.id)}, requested_by=actor.id)
    return row


@writes
def end_rebate(agreement_id: UUID, *, until_date: date, reason: str, actor: Actor, now: datetime) -> RebateAgreement:
    """End an approved agreement earlier than agreed: `until_date` is the first day that does not count, at the earliest tomorrow.

    What counted stays counted. Raises RebateUnknown, WrongState, RebateRefused.
    """
    row = _locked(agreement_id)
    row.state = REBATE.after(row.state, "end")
    _check_end(row, until_date, reason, now)
    row.until_date, row.ended_by, row.ended_at, row.end_reason = until_date, actor.id, now, reason.strip()[:200]
    save_master(row, actor=actor, refusals=REFUSALS)
    record_events([_event(REBATE_ENDED, row, {"until_date": until_date, "reason": row.end_reason}, actor, now)])
    return row


def _check_end(row: RebateAgreement, until_date: date, reason: str, now: datetime) -> None:
    today = business_date(now, entities_by_id()[row.legal_entity_id].time_zone)
    if until_date <= today:
        raise RebateRefused("It ends tomorrow at the earliest: what was invoiced up to now has counted.")
    if until_date <= row.from_date:
        raise RebateRefused("It ends before it begins.")
    if row.until_date is not None and until_date >= row.until_date:
        raise RebateRefused(f"It ends on {row.until_date} as it is.")
    if not reason.strip():
        raise RebateRefused("Ending early needs a reason.")


def _locked(agreement_id: UUID) -> RebateAgreement:
    row = RebateAgreement.objects.select_for_update(of=("self",)).filter(pk=agreement_id).first()
    if row is None:
        raise RebateUnknown()
    return row


def _row(draft: RebateDraft, actor: Actor) -> RebateAgreement:
    return RebateAgreement(
        code=draft.code, name=draft.name, customer_id=draft.customer_id, customer_group_id=draft.customer_group_id,
        legal_entity_id=draft.legal_entity_id, currency_id=draft.currency, from_date=draft.from_date,
        until_date=draft.until_date, basis=draft.basis, reward=draft.reward, is_retrospective=draft.is_retrospective,
        scope=_scope(draft), category=draft.category.strip(), settlement=draft.settlement, author_id=actor.id,
    )  # fmt: skip


def _scope(draft: RebateDraft) -> str:
    return "category" if draft.category.strip() else "products" if draft.skus else "everything"


def _faults(index: int, draft: RebateDraft, products: Mapping[str, Any]) -> list[Fault]:
    faults = []
    if draft.currency not in currencies():
        faults.append(Fault(f"/{index}/currency", "unknown_currency", "There is no such currency."))
    if not draft.tiers:
        faults.append(Fault(f"/{index}/tiers", "no_tier", "At least one tier is needed."))
    if draft.skus and draft.category.strip():
        faults.append(Fault(f"/{index}/category", "two_scopes", "It covers named products or a category, not both."))
    if draft.reward == "percent" and any(rate > 100 for _, rate in draft.tiers):
        faults.append(Fault(f"/{index}/tiers", "rate_above_price", "A rate is not above 100 percent."))
    faults += [
        Fault(f"/{index}/skus/{place}", "unknown_product", f"There is no product {sku[:64]!r}.")
        for place, sku in enumerate(draft.skus)
        if sku not in products
    ]
    return faults


def _event(name: str, row: RebateAgreement, payload: Mapping[str, Any], actor: Actor, now: datetime) -> Any:
    return rebate_event(
        name,
        agreement_id=row.id,
        legal_entity_id=row.legal_entity_id,
        payload={"code": row.code, **payload},
        occurred_at=now,
        actor=actor,
    )
