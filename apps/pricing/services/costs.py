"""Costs of products: added, and ended. A cost that was reckoned with is never rewritten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.masterdata.contract import add_masters, currencies, products_by_sku, save_master
from apps.pricing.models import CostRecord
from ordercash.kernel.actor import Actor
from ordercash.kernel.constraints import Refusals
from ordercash.kernel.errors import Conflict, DomainError, Fault, NotFound
from ordercash.kernel.transactions import writes


class CostOverlap(Conflict):
    """Two costs of the same product, legal entity and currency would be valid at once."""

    code, title = "cost_overlap", "A cost for this time exists already"


class CostRefused(DomainError):
    """A cost or its validity makes no sense, or refers to what does not exist."""

    code, title = "cost_refused", "The cost cannot be kept"


REFUSALS: Final[Refusals] = {
    "cost_record_no_overlap": (CostOverlap, "End the present cost first, or begin the new one when it ends."),
    "cost_record_valid_for_some_time": (CostRefused, "The validity ends before it begins."),
    "cost_record_not_negative": (CostRefused, "A cost is not negative."),
}


@dataclass(frozen=True, slots=True)
class CostDraft:
    """What one of the product's own units costs, valid in [valid_from_at, valid_until_at); of one legal entity, or None for all."""

    sku: str
    currency: str
    unit_cost: Decimal
    valid_from_at: datetime
    valid_until_at: datetime | None = None
    legal_entity_id: UUID | None = None


@writes
def add_costs(drafts: Sequence[CostDraft], *, actor: Actor, now: datetime) -> list[CostRecord]:
    """Add costs, all or none; raises CostOverlap or CostRefused."""
    products = products_by_sku({draft.sku for draft in drafts})
    faults = [
        Fault(f"/{index}/{name}", f"unknown_{what}", f"There is no such {what}.")
        for index, draft in enumerate(drafts)
        for name, what, known in (
            ("sku", "product", draft.sku in products),
            ("currency", "currency", draft.currency in currencies()),
        )
        if not known
    ]
    if faults:
        raise CostRefused(faults=faults[:100])
    rows = [
        CostRecord(
            product_id=products[draft.sku].id, currency_id=draft.currency, legal_entity_id=draft.legal_entity_id,
            unit_cost=draft.unit_cost, valid_from_at=draft.valid_from_at, valid_until_at=draft.valid_until_at,
        )
        for draft in drafts
    ]  # fmt: skip
    return add_masters(rows, actor=actor, refusals=REFUSALS)


@writes
def end_cost(record_id: UUID, *, until_at: datetime | None, actor: Actor, now: datetime) -> CostRecord:
    """Set the instant from which a cost is not valid any more, None for open; raises NotFound, CostOverlap or CostRefused."""
    return _ended([record_id], until_at, actor)[0]


@writes
def end_costs(
    record_ids: Sequence[UUID], *, until_at: datetime | None, actor: Actor, now: datetime
) -> list[CostRecord]:
    """Set the instant from which costs are not valid any more, all or none; raises as `end_cost`."""
    return _ended(record_ids, until_at, actor)


def _ended(record_ids: Sequence[UUID], until_at: datetime | None, actor: Actor) -> list[CostRecord]:
    found = CostRecord.objects.select_for_update(of=("self",)).select_related("product", "legal_entity")
    rows = list(found.filter(pk__in=record_ids).order_by("pk"))
    if len(rows) < len(set(record_ids)):
        raise NotFound("There is no such cost.")
    for row in rows:
        row.valid_until_at = until_at
        save_master(row, actor=actor, refusals=REFUSALS)
    return rows
