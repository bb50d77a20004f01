"""From where orders are served under a rulebook: read without a lock, choose, and keep what was decided once it was taken.

How `route` uses it: `plan_sources(lines, now=…)` before any lock; lock the stock rows of `plan.takes` in the order of their ids; where one
of them has less than its take, plan the order again (at most twice) and let priorities decide after that; write the takes; then
`keep_sources(plans, now=…)`, which logs the decision of each order and counts the picks of the day. Orders without a plan, because no
rulebook of the kind is in force for their legal entity or it has no tables in their currency, are served in the order of priorities.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.inventory.decisions.allocation import Take
from apps.inventory.decisions.document import SOURCING
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.decisions.sourcing import Place, Rules, Sourced, SourcingFacts, Wish, choose
from apps.inventory.decisions.sourcing.distance import km_between
from apps.inventory.decisions.sourcing.record import sourcing_texts
from apps.inventory.selectors.rules import rules_in_force
from apps.inventory.services.selling import MAY_SELL
from apps.masterdata.contract import coordinates_of, entities_by_id, products_by_id
from apps.rulebooks.contract import DecisionDraft, InForce, record_decisions
from ordercash.kernel.clock import business_date
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

PLACES = """
SELECT w.id, w.code, w.country, w.legal_entity_id, w.postal_code, w.latitude, w.longitude, w.handling_per_day, coalesce(c.planned, 0)
  FROM unnest(%s::uuid[], %s::date[]) AS d (legal_entity_id, day)
  JOIN inventory_warehouse w ON w.legal_entity_id = d.legal_entity_id AND w.is_active
  LEFT JOIN inventory_capacityday c ON c.warehouse_id = w.id AND c.day = d.day
 ORDER BY w.priority, w.code
"""

FREE = f"""
SELECT s.product_id, s.warehouse_id, s.id, {MAY_SELL} FROM inventory_stock s
 WHERE s.product_id = ANY(%s::uuid[]) AND s.warehouse_id = ANY(%s::uuid[]) AND {MAY_SELL} > 0
"""  # noqa: S608 - what may be sold is a constant of ours

COUNT = """
INSERT INTO inventory_capacityday (id, warehouse_id, day, planned)
SELECT new_id(), p.warehouse_id, p.day, p.picks FROM unnest(%s::uuid[], %s::date[], %s::integer[]) AS p (warehouse_id, day, picks)
 ORDER BY p.warehouse_id, p.day
ON CONFLICT (warehouse_id, day) DO UPDATE SET planned = inventory_capacityday.planned + excluded.planned
"""

Shelf = tuple[UUID, UUID]  # product, warehouse


@dataclass(frozen=True, slots=True)
class SourcingPlan:
    """What was decided for one order: its takes, in the order of its lines; `sourced` tells costs and what was rejected."""

    order_id: UUID
    legal_entity_id: UUID
    takes: Sequence[Take]
    sourced: Sourced
    draft: DecisionDraft
    picks: Mapping[UUID, int]


@dataclass(frozen=True, slots=True)
class _House:
    id: UUID
    code: str
    country: str
    legal_entity_id: UUID
    postal_code: str
    latitude: Decimal | None
    longitude: Decimal | None
    per_day: int | None
    planned: int


def plan_sources(lines: Sequence[DemandLine], *, now: datetime) -> list[SourcingPlan]:
    """Choose for the stocked lines of each order, in the order given, all at once; an order sees what those before it left.

    Three statements for all orders, none where no rulebook of the kind is in force. Nothing is locked or written.
    """
    by_order: dict[UUID, list[DemandLine]] = {}
    for line in lines:
        if line.is_stocked:
            by_order.setdefault(line.order_id, []).append(line)
    ruled = _ruled(by_order, now)
    if not ruled:
        return []
    days = {entity: business_date(now, entities_by_id()[entity].time_zone) for entity in _entities(ruled, by_order)}
    houses = [_House(*row) for row in fetch(PLACES, columns_of(sorted(days.items()), 2))]
    world = _World(houses, [line for order in ruled for line in by_order[order]])
    return [world.plan(order, by_order[order], version, currency, now) for order, (version, currency) in ruled.items()]


def _ruled(by_order: Mapping[UUID, Sequence[DemandLine]], now: datetime) -> dict[UUID, tuple[InForce, str]]:
    """Return the orders that rules decide for, with the version and the currency in which costs are compared."""
    entities = entities_by_id()
    ruled = {}
    for order, lines in by_order.items():
        entity = lines[0].legal_entity_id
        version = rules_in_force(SOURCING, at=now, legal_entity_id=entity)
        if version is not None:
            rules: Rules = version.compiled
            currency = rules.currency_for(lines[0].about.currency, entities[entity].currency)
            if currency is not None:
                ruled[order] = (version, currency)
    return ruled


def _entities(orders: Iterable[UUID], by_order: Mapping[UUID, Sequence[DemandLine]]) -> set[UUID]:
    return {by_order[order][0].legal_entity_id for order in orders}


class _World:
    """What is free where, while one order after the other takes of it."""

    def __init__(self, houses: Sequence[_House], lines: Sequence[DemandLine]) -> None:
        self.houses = houses
        self.products = products_by_id({line.product_id for line in lines})
        found = fetch(FREE, [sorted(self.products), [house.id for house in houses]])
        self.stock: dict[Shelf, UUID] = {(product, house): stock for product, house, stock, _ in found}
        self.free: dict[Shelf, Decimal] = {(product, house): free for product, house, _, free in found}
        self.picked = {house.id: house.planned for house in houses}
        asked = {(line.about.country, line.about.postal_code) for line in lines if line.about.country}
        own = {(house.country, house.postal_code) for house in houses if house.latitude is None}
        self.known = {
            key: (found.latitude, found.longitude) for key, found in coordinates_of(sorted(asked | own)).items()
        }

    def plan(
        self, order_id: UUID, lines: Sequence[DemandLine], version: InForce, currency: str, now: datetime
    ) -> SourcingPlan:
        """Choose for one order, and take what it gets out of what is free."""
        houses = [house for house in self.houses if house.legal_entity_id == lines[0].legal_entity_id]
        facts = self._facts(lines, houses, currency)
        sourced = choose(version.compiled, facts)
        takes = self._takes(lines, sourced, {house.code: house for house in houses})
        texts = sourcing_texts(facts, sourced)
        draft = DecisionDraft(SOURCING, "order", order_id, version.sha256, *texts, now)
        ids = {house.code: house.id for house in houses}
        picks = {ids[parcel.warehouse]: parcel.picks for parcel in sourced.parcels}
        for house_id, count in picks.items():
            self.picked[house_id] += count
        return SourcingPlan(order_id, lines[0].legal_entity_id, takes, sourced, draft, picks)

    def _facts(self, lines: Sequence[DemandLine], houses: Sequence[_House], currency: str) -> SourcingFacts:
        about = lines[0].about
        goes_to = self.known.get((about.country, about.postal_code))
        return SourcingFacts(
            currency=currency,
            wishes=self._wishes(lines, houses),
            places=[self._place(house, goes_to) for house in houses],
            country=about.country,
            customer_group=about.group,
            channel=about.channel,
        )

    def _place(self, house: _House, goes_to: tuple[Decimal, Decimal] | None) -> Place:
        lies = self.known.get((house.country, house.postal_code))
        if house.latitude is not None and house.longitude is not None:
            lies = (house.latitude, house.longitude)
        km = None if lies is None or goes_to is None else km_between(lies, goes_to)
        left = None if house.per_day is None else max(0, house.per_day - self.picked[house.id])
        return Place(house.code, house.country, km, left)

    def _wishes(self, lines: Sequence[DemandLine], houses: Sequence[_House]) -> list[Wish]:
        """Return a wish for each product: lines of one product want the same goods, and are picked together."""
        together: dict[UUID, list[DemandLine]] = {}
        for line in lines:
            together.setdefault(line.product_id, []).append(line)
        return [self._wish(product_id, same, houses) for product_id, same in together.items()]

    def _wish(self, product_id: UUID, lines: Sequence[DemandLine], houses: Sequence[_House]) -> Wish:
        product = self.products[product_id]
        free = {
            house.code: count for house in houses if (count := self.free.get((product_id, house.id), Decimal(0))) > 0
        }
        weight = product.weight_kg if lines[0].weight_kg is None else lines[0].weight_kg
        return Wish(
            line=str(product_id),
            quantity=sum((line.quantity for line in lines), Decimal(0)),
            free=free,
            decimals=product.decimals,
            weight_kg=weight,
            net_minor=sum(line.net_minor for line in lines),
            sku=product.sku,
            category=product.category,
        )

    def _takes(self, lines: Sequence[DemandLine], sourced: Sourced, houses: Mapping[str, _House]) -> list[Take]:
        """Deal what was picked of each product out to its lines, in their order."""
        left = {(UUID(pick.line), houses[pick.warehouse].id): pick.quantity for pick in sourced.picks}
        takes = []
        for line in lines:
            wanted = line.quantity
            for key in [key for key in left if key[0] == line.product_id]:
                if part := min(wanted, left[key]):
                    takes.append(Take(line.line_id, self.stock[key], key[1], part))
                    left[key] -= part
                    self.free[key] -= part
                    wanted -= part
        return takes


@joins
def keep_sources(plans: Sequence[SourcingPlan], *, now: datetime) -> None:
    """Log the decisions of orders that were served as planned, and count the lines that each warehouse picks on this day.

    Two statements. Lock order: after stock rows, lots, slots and quotas, before waiting lines.
    """
    record_decisions([plan.draft for plan in plans])
    zones = {entity.id: entity.time_zone for entity in entities_by_id().values()}
    picks: dict[tuple[UUID, date], int] = {}
    for plan in plans:
        day = business_date(now, zones[plan.legal_entity_id])
        for house, count in plan.picks.items():
            picks[house, day] = picks.get((house, day), 0) + count
    rows: list[tuple[Any, ...]] = [(*key, count) for key, count in sorted(picks.items())]
    if rows:
        run(COUNT, columns_of(rows, 3))
