"""Taking what is owed: whole bundles, each by one worker only, others are passed by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
       AND (o.invoicing <> 'per_day' OR o.business_date < e.first_open)"""

_OF_ORDERS: Final = " AND o.order_id = ANY(%s::uuid[])"

_COLUMNS: Final = """
    SELECT o.id, o.bundle_id, o.legal_entity_id, o.customer_id, o.bill_to_id, o.currency, o.order_id, o.shipment_id, o.net_minor,
           o.tax_category, o.tax_rate, o.tax_reason, o.tax_minor, o.terms_days, o.occurred_at, o.order_reference, o.set_aside_at"""

# What was set aside longest ago is tried first, so that every one of them is tried in turn.
_NOT_SET_ASIDE: Final = " AND o.set_aside_at IS NULL"
_SET_ASIDE: Final = " AND o.set_aside_at IS NOT NULL"
_OF_SUBJECTS: Final = " AND (o.bundle_id = ANY(%s::uuid[]) OR o.shipment_id = ANY(%s::uuid[]))"

_TAKE: Final = " ORDER BY {first}, o.bundle_id, o.id LIMIT %s FOR UPDATE OF o SKIP LOCKED"
_TAKE_REST: Final = " AND o.bundle_id = %s AND o.id <> ALL(%s::uuid[]) ORDER BY o.id FOR UPDATE OF o SKIP LOCKED"
_COUNT: Final = " AND o.bundle_id = ANY(%s::uuid[]) GROUP BY o.bundle_id"


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
    order_reference: str
    set_aside_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwedFilter:
    """Which obligations are wanted: owed before `until`, of these modes, and of an entity or orders when named.

    `set_aside` True wants only what was tried in vain before, of the cases' `subjects` when named; False what was not; None both.
    """

    until: datetime
    modes: Sequence[str]
    legal_entity_id: UUID | None = None
    order_ids: Sequence[UUID] | None = None
    set_aside: bool | None = None
    subjects: Sequence[UUID] | None = None


@joins
def take_owed(wanted: OwedFilter, *, limit: int) -> dict[UUID, list[Owed]]:
    """Lock about `limit` owed obligations and return them by bundle, whole bundles only, oldest day first.

    Rows that another worker holds are passed by, and so is a bundle of which it holds a part: that one is found by the next call.
    A bundle that the limit would cut is taken to its end. Up to three statements.
    """
    which, values = _which(wanted)
    take = _TAKE.format(first="o.set_aside_at" if wanted.set_aside else "o.business_date")
    taken = [Owed(*row) for row in sql.fetch(_COLUMNS + which + take, [*values, limit])]
    if len(taken) == limit:
        last = taken[-1].bundle_id
        held = [owed.id for owed in taken if owed.bundle_id == last]
        taken += [Owed(*row) for row in sql.fetch(_COLUMNS + which + _TAKE_REST, [*values, last, held])]
    bundles: dict[UUID, list[Owed]] = {}
    for owed in taken:
        bundles.setdefault(owed.bundle_id, []).append(owed)
    if not bundles:
        return {}
    whole: Counter[UUID] = Counter(
        dict(sql.fetch(f"SELECT o.bundle_id, count(*) {which} {_COUNT}", [*values, list(bundles)]))
    )
    return {bundle: members for bundle, members in bundles.items() if len(members) == whole[bundle]}


def _which(wanted: OwedFilter) -> tuple[str, list[Any]]:
    entities = [entity for entity in entities_by_id().values() if wanted.legal_entity_id in {None, entity.id}]
    first_open = [business_date(wanted.until, entity.time_zone) for entity in entities]
    values: list[Any] = [[entity.id for entity in entities], first_open, wanted.until, list(wanted.modes)]
    which = _WHICH
    if wanted.set_aside is not None:
        which += _SET_ASIDE if wanted.set_aside else _NOT_SET_ASIDE
    if wanted.order_ids is not None:
        which += _OF_ORDERS
        values.append(list(wanted.order_ids))
    if wanted.subjects is not None:
        which += _OF_SUBJECTS
        values += [list(wanted.subjects)] * 2
    return which, values
