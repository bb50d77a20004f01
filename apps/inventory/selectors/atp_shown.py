"""The plan of one product as pages and the API show it: day by day, with its supplies and promises by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.inventory.decisions.atp.facts import quantity_of
from apps.inventory.decisions.atp.nouns import ANY_QUANTITY, Need
from apps.inventory.decisions.atp.offering import Offer, offer
from apps.inventory.selectors.atp import Planned, plans_of
from apps.masterdata.contract import EntityFacts, ProductFacts
from ordercash.kernel.sql import fetch

SUPPLIES: Final = """
SELECT s.id, s.number, s.kind, s.status, w.code, s.due_at, s.first_due_at, s.open_quantity, s.confidence,
       coalesce((SELECT sum(p.quantity) FROM inventory_peg p WHERE p.supply_id = s.id), 0)
  FROM inventory_supply s JOIN inventory_warehouse w ON w.id = s.warehouse_id
 WHERE w.legal_entity_id = %s AND s.product_id = %s AND s.open_quantity > 0 AND w.is_active AND (%s::uuid IS NULL OR w.id = %s)
 ORDER BY s.due_at, s.id
"""

LINES: Final = """
SELECT b.line_id, b.order_id, b.customer_id, b.quantity, b.occurred_at, b.wanted_on, b.promised_on,
       (SELECT array_agg(coalesce(s.number, 'shelf') || ' ' || trim_scale(p.quantity) ORDER BY p.ship_on, s.number)
          FROM inventory_peg p LEFT JOIN inventory_supply s ON s.id = p.supply_id WHERE p.line_id = b.line_id)
  FROM inventory_backorder b WHERE b.legal_entity_id = %s AND b.product_id = %s
   AND (%s::uuid IS NULL OR EXISTS (SELECT FROM inventory_peg p WHERE p.line_id = b.line_id AND p.warehouse_id = %s))
 ORDER BY b.promised_on NULLS LAST, b.occurred_at, b.line_id LIMIT %s
"""

CONCERNED: Final = """
SELECT w.legal_entity_id FROM inventory_warehouse w WHERE w.is_active AND (
       EXISTS (SELECT FROM inventory_stock s WHERE s.product_id = %s AND s.warehouse_id = w.id)
    OR EXISTS (SELECT FROM inventory_supply s WHERE s.product_id = %s AND s.warehouse_id = w.id AND s.open_quantity > 0))
UNION SELECT legal_entity_id FROM inventory_backorder WHERE product_id = %s
"""

MOST_LINES: Final = 200


@dataclass(frozen=True, slots=True)
class DayShown:
    """A day on which something changes; `offered` is what can be promised for it, None: anything."""

    on: date
    supply: Decimal
    demand: Decimal
    left: Decimal
    offered: Decimal | None


@dataclass(frozen=True, slots=True)
class SupplyShown:
    """A supply that is still to come; `counts`: it can be promised by the rule."""

    id: UUID
    number: str
    kind: str
    status: str
    warehouse_code: str
    due_at: datetime
    first_due_at: datetime
    open_quantity: Decimal
    confidence: Decimal
    pegged: Decimal
    counts: bool


@dataclass(frozen=True, slots=True)
class LineShown:
    """A waiting line: by when it is promised, and what serves it."""

    line_id: UUID
    order_id: UUID
    customer_id: UUID | None
    quantity: Decimal
    occurred_at: datetime
    wanted_on: date | None
    promised_on: date | None
    pegs: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class PlanShown:
    """A plan up to a number of days from `today`."""

    today: date
    rule: str
    days: Sequence[DayShown]
    supplies: Sequence[SupplyShown]
    lines: Sequence[LineShown]


def entities_concerned(product_id: UUID) -> frozenset[UUID]:
    """Return the legal entities where goods of a product lie, come or are waited for. One statement."""
    return frozenset(row[0] for row in fetch(CONCERNED, [product_id] * 3))


def plan_shown(
    entity: EntityFacts,
    product: ProductFacts,
    *,
    warehouse_id: UUID | None,
    days: int,
    now: datetime,
    channel: str = "",
) -> PlanShown:
    """Return the plan of a product for a channel, or what of it is in one warehouse; raises NoRulebookInForce."""
    planned = plans_of(entity, [product], now=now, channel=channel)[product.id]
    place = [entity.id, product.id, warehouse_id, warehouse_id]
    counted = {source.supply for source in planned.plan.sources}
    return PlanShown(
        planned.today,
        planned.terms.rule.name,
        _days(planned, _offer(planned, warehouse_id), days),
        [SupplyShown(*(*row, str(row[0]) in counted)) for row in fetch(SUPPLIES, place)],
        [LineShown(*row) for row in fetch(LINES, [*place, MOST_LINES])],
    )


def _offer(planned: Planned, warehouse_id: UUID | None) -> Offer:
    """Return what is offered; of one warehouse it is what its goods leave once they serve what they are pegged to."""
    plan, rule = planned.plan, planned.terms.arithmetic
    if warehouse_id is None:
        return plan.offer
    own = {source.key: source for source in plan.sources if source.warehouse == str(warehouse_id)}
    days = {need.key: need.day for need in plan.needs}
    needs = [
        Need(f"{place}", max(days[each.need], each.day), each.quantity)
        for place, each in enumerate(plan.pegging.pegs)
        if each.source in own
    ]
    return offer(list(own.values()), needs, rule)


def _days(planned: Planned, shown: Offer, days: int) -> list[DayShown]:
    found = {day.day: day for day in shown.days if day.day <= days}
    ends = {0, days} | (
        {shown.endless_from} if shown.endless_from is not None and shown.endless_from <= days else set()
    )
    rows = []
    for day in sorted(found.keys() | ends):
        known = found.get(day)
        able = shown.at(day)
        short = known is not None and known.offered < 0
        rows.append(
            DayShown(
                planned.on(day),
                quantity_of(known.supply if known else 0),
                quantity_of(known.demand if known else 0),
                quantity_of(known.left if known else 0),
                None if able >= ANY_QUANTITY else quantity_of(known.offered if known and short else able),
            )
        )
    return rows
