"""What products cost at an instant."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.pricing.decisions.cart.facts import Cost
from apps.pricing.models import CostRecord
from ordercash.kernel.sql import Row, fetch

_COSTS: Final = """
SELECT product_id, legal_entity_id, currency, trim_scale(unit_cost), valid_from_at, valid_until_at FROM pricing_costrecord
 WHERE product_id = ANY(%s::uuid[]) AND valid_from_at <= %s AND (valid_until_at IS NULL OR valid_until_at > %s)
"""


class _Record(NamedTuple):
    legal_entity_id: UUID | None
    currency: str
    unit_cost: Decimal
    valid_from_at: datetime
    valid_until_at: datetime | None


class Costs:
    """What some products cost at some instants, in which `currencies`; one statement, none without a product or an instant."""

    def __init__(self, product_ids: Collection[UUID], instants: Sequence[datetime]) -> None:
        self._records: dict[UUID, list[_Record]] = defaultdict(list)
        if product_ids and instants:
            for product_id, *record in fetch(_COSTS, [list(product_ids), max(instants), min(instants)]):
                self._records[product_id].append(_Record(*record))
        self.currencies = {each.currency for known in self._records.values() for each in known}

    def of(self, product_id: UUID, legal_entity_id: UUID, currency: str, at: datetime) -> Cost | None:
        """Return the cost of one own unit: the legal entity's own before the general one, in `currency` before any other."""
        records = self._records.get(product_id)
        if records is None:
            return None
        found = [
            (each.legal_entity_id is None, each.currency != currency, each.currency, each.unit_cost)
            for each in records
            if each.legal_entity_id in (None, legal_entity_id)
            and each.valid_from_at <= at
            and (each.valid_until_at is None or at < each.valid_until_at)
        ]
        if not found:
            return None
        *_, of, amount = min(found)
        return Cost(amount, of)


def costs(*, sku: str = "") -> QuerySet[CostRecord]:
    """Return costs, of one product when `sku` is given."""
    found = CostRecord.objects.select_related("product", "legal_entity")
    return found.filter(product__sku=sku) if sku else found


_EXPORTED: Final = """
SELECT p.sku, c.currency, trim_scale(c.unit_cost), coalesce(e.code, ''), c.valid_from_at, c.valid_until_at
  FROM pricing_costrecord c
  JOIN masterdata_product p ON p.id = c.product_id
  LEFT JOIN masterdata_legalentity e ON e.id = c.legal_entity_id
 WHERE c.valid_until_at IS NULL OR c.valid_until_at > %s
 ORDER BY p.sku, e.code NULLS FIRST, c.currency, c.valid_from_at
"""


def costs_found(
    *, text: str = "", legal_entity: str = "", currency: str = "", valid: str = "", at: datetime
) -> QuerySet[CostRecord]:
    """Return costs of products whose SKU begins with `text` or whose name contains it; `valid`: now, ahead, or "" for all."""
    found = costs()
    if text:
        found = found.filter(Q(product__sku__istartswith=text) | Q(product__name__icontains=text))
    if legal_entity:
        found = found.filter(legal_entity__code=legal_entity)
    if currency:
        found = found.filter(currency=currency)
    if valid == "ahead":
        return found.filter(valid_from_at__gt=at)
    return found.filter(_in_force(at)) if valid == "now" else found


def _in_force(at: datetime) -> Q:
    return Q(valid_from_at__lte=at) & (Q(valid_until_at__isnull=True) | Q(valid_until_at__gt=at))


def exported_costs(*, at: datetime) -> list[Row]:
    """Return the costs in force at an instant and those that wait for their day, as an import reads them."""
    return fetch(_EXPORTED, [at])
