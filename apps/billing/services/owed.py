"""Taking what is owed: whole bundles, each by one worker only, others are passed by."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.masterdata.contract import entities_by_id
from ordercash.kernel import sql
from ordercash.kernel.clock import business_date
from ordercash.kernel.transactions import joins

# A day is collected when it is over in the legal entity's zone: `first_open` is the first day that is not.
_WHICH: Final = """
      FROM billing_billingobligation AS o
      JOIN unnest(%s::uuid[], %s::date[]) AS e(id, first_open) ON e.id = o.legal_entity_id
     WHERE o.state = 'owed' AND o.occurred_at < %s AND o.invoicing = ANY(%s::text[])
       AND (o.invoicing <> 'per_day' OR o.business_date < e.first_open)
       AND (%s::uuid[] IS NULL OR o.order_id = ANY(%s::uuid[]))"""

_COLUMNS: Final = """
    SELECT o.id, o.bundle_id, o.legal_entity_id, o.customer_id, o.bill_to_id, o.currency, o.order_id, o.shipment_id, o.net_minor,
           o.tax_category, o.tax_rate, o.tax_reason, o.tax_minor, o.terms_days, o.occurred_at"""

_TAKE: Final = f"{_COLUMNS} {_WHICH} ORDER BY o.business_date, o.bundle_id, o.id LIMIT %s FOR UPDATE OF o SKIP LOCKED"
_TAKE_REST: Final = (
    f"{_COLUMNS} {_WHICH} AND o.bundle_id = %s AND o.id <> ALL(%s::uuid[]) ORDER BY o.id FOR UPDATE OF o SKIP LOCKED"
)
_COUNT: Final = f"SELECT o.bundle_id, count(*) {_WHICH} AND o.bundle_id = ANY(%s::uuid[]) GROUP BY o.bundle_id"


@dataclass(frozen=True, slots=True)
class Owed:
    """An obligation that this transaction holds."""

    id: UUID
    bundle_id: UUID
    legal_entity_id: UUID
    customer_id: UUID
    bill_to_id: UUID | None
    currency: str
    order_id: UUID | None
    shipment_id: UUID | None
    net_minor: int
    tax_category: str
    tax_rate: Decimal
    tax_reason: str
    tax_minor: int
    terms_days: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class OwedFilter:
    """Which obligations are wanted: owed before `until`, of these modes, and of an entity or orders when named."""

    until: datetime
    modes: Sequence[str]
    legal_entity_id: UUID | None = None
    order_ids: Sequence[UUID] | None = None


@joins
def take_owed(wanted: OwedFilter, *, limit: int) -> dict[UUID, list[Owed]]:
    """Lock about `limit` owed obligations and return them by bundle, whole bundles only, oldest day first.

    Rows that another worker holds are passed by, and so is a bundle of which it holds a part: that one is found by the next call.
    A bundle that the limit would cut is taken to its end. Up to three statements.
    """
    which = _parameters(wanted)
    taken = [Owed(*row) for row in sql.fetch(_TAKE, [*which, limit])]
    if len(taken) == limit:
        last = taken[-1].bundle_id
        held = [owed.id for owed in taken if owed.bundle_id == last]
        taken += [Owed(*row) for row in sql.fetch(_TAKE_REST, [*which, last, held])]
    bundles: dict[UUID, list[Owed]] = {}
    for owed in taken:
        bundles.setdefault(owed.bundle_id, []).append(owed)
    return _whole(bundles, which)


def _whole(bundles: Mapping[UUID, list[Owed]], which: Sequence[Any]) -> dict[UUID, list[Owed]]:
    if not bundles:
        return {}
    owed = Counter(dict(sql.fetch(_COUNT, [*which, list(bundles)])))
    return {bundle: members for bundle, members in bundles.items() if len(members) == owed[bundle]}


def _parameters(wanted: OwedFilter) -> list[Any]:
    entities = [entity for entity in entities_by_id().values() if wanted.legal_entity_id in {None, entity.id}]
    first_open: list[date] = [business_date(wanted.until, entity.time_zone) for entity in entities]
    orders = None if wanted.order_ids is None else list(wanted.order_ids)
    return [[entity.id for entity in entities], first_open, wanted.until, list(wanted.modes), orders, orders]
