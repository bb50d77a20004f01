"""What products cost at an instant."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from apps.pricing.decisions.facts import Cost
from apps.pricing.models import CostRecord
from ordercash.kernel.sql import fetch

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
    """What some products cost at some instants; one statement, none without a product or an instant."""

    def __init__(self, product_ids: Collection[UUID], instants: Sequence[datetime]) -> None:
        self._records: dict[UUID, list[_Record]] = defaultdict(list)
        if product_ids and instants:
            for product_id, *record in fetch(_COSTS, [sorted(product_ids), max(instants), min(instants)]):
                self._records[product_id].append(_Record(*record))

    def of(self, product_id: UUID, legal_entity_id: UUID, currency: str, at: datetime) -> Cost | None:
        """Return the cost of one own unit: the legal entity's own before the general one, in `currency` before any other."""
        found = [
            (each.legal_entity_id is None, each.currency != currency, each.currency, each.unit_cost)
            for each in self._records.get(product_id, ())
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
