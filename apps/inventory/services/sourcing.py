"""From where orders are served under a rulebook: read without a lock, choose, and keep what was decided once it was taken.

`services/reserving/sourced.py` uses it for orders that are placed, `services/sourcing_waiting.py` for lines that waited. Orders without a
plan are served in the order of priorities: no rulebook of the kind is in force for their legal entity, it has no tables in their
currency, nobody knows where they go, or they want something of which a row has slots, lots or quotas or is settled later.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Take
from apps.inventory.decisions.document import SOURCING
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.decisions.sourcing import Place, Rules, Sourced, SourcingFacts, Wish, choose
from apps.inventory.decisions.sourcing.distance import km_between
from apps.inventory.decisions.sourcing.record import sourcing_texts
from apps.inventory.decisions.sourcing.rules import forbidden_by, zone_of
from apps.inventory.selectors.rules import rules_in_force
from apps.inventory.services.capacity import Pick, plan_picks
from apps.inventory.services.selling import MAY_SELL
from apps.masterdata.contract import ProductFacts, coordinates_of, entities_by_id, products_by_id
from apps.rulebooks.contract import DecisionDraft, InForce, record_decisions
from ordercash.kernel.clock import business_date
from ordercash.kernel.sql import columns_of, fetch
from ordercash.kernel.transactions import joins

PLACES = """
SELECT w.id, w.code, w.country, w.legal_entity_id, w.postal_code, w.latitude, w.longitude, w.handling_per_day, d.day, coalesce(c.planned, 0)
  FROM unnest(%s::uuid[], %s::date[]) AS d (legal_entity_id, day)
  JOIN inventory_warehouse w ON w.legal_entity_id = d.legal_entity_id AND w.is_active
  LEFT JOIN inventory_capacityday c ON c.warehouse_id = w.id AND c.day = d.day
 ORDER BY w.priority, w.code, d.day
"""

FREE = f"""
SELECT s.product_id, s.warehouse_id, s.id, {MAY_SELL}, s.handling IN ('conditional', 'row_lock') AND NOT s.has_lots AND NOT s.has_quotas
  FROM inventory_stock s WHERE s.product_id = ANY(%s::uuid[]) AND s.warehouse_id = ANY(%s::uuid[])
"""  # noqa: S608 - what may be sold is a constant of ours

Shelf = tuple[UUID, UUID]  # product, warehouse
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """An order that rules decide for, on a day of its legal entity; `only` names the warehouses that it may come from (None: all)."""

    order_id: UUID
    lines: Sequence[DemandLine]
    version: InForce
    currency: str
    day: date
    only: frozenset[UUID] | None = None

    @property
    def legal_entity_id(self) -> UUID:
        return self.lines[0].legal_entity_id

    @property
    def at(self) -> datetime:
        return self.lines[0].occurred_at


@dataclass(frozen=True, slots=True)
class SourcingPlan:
    """What was decided for one order: its takes, in the order of its lines; `sourced` tells costs and what was rejected."""

    order_id: UUID
    takes: Sequence[Take]
    sourced: Sourced
    draft: DecisionDraft
    picks: Sequence[Pick]


class Sources(NamedTuple):
    """The plans of several orders, and what they leave free on each shelf."""

    plans: Sequence[SourcingPlan]
    left: Mapping[Shelf, Decimal]

    @property
    def takes(self) -> list[Take]:
        return [take for plan in self.plans for take in plan.takes]


NO_SOURCES: Final = Sources((), {})


@dataclass(frozen=True, slots=True)
class House:
    """A warehouse on a day; it can pick `per_day` lines and has been given `planned` of them."""

    id: UUID
    code: str
    country: str
    legal_entity_id: UUID
    postal_code: str
    latitude: Decimal | None
    longitude: Decimal | None
    per_day: int | None
    day: date
    planned: int


Distance = Callable[[Asked, House], int | None]


def plan_sources(lines: Sequence[DemandLine]) -> Sources:
    """Choose for the stocked lines of each order, in the order given, all at once; an order sees what those before it left.

    Three statements for all orders, none where no rulebook of the kind is in force. Nothing is locked or written.
    """
    asked = _ruled(lines)
    if not asked:
        return NO_SOURCES
    houses = houses_on(asked)
    products = products_by_id({line.product_id for order in asked for line in order.lines})
    found = fetch(FREE, [sorted(products), sorted({house.id for house in houses})])
    unusual = {product for product, *_, is_usual in found if not is_usual}
    asked = [order for order in asked if unusual.isdisjoint(line.product_id for line in order.lines)]
    if not asked:
        return NO_SOURCES
    shelves = {(product, house): (stock, free) for product, house, stock, free, _ in found}
    return World(houses, shelves, products, as_the_crow_flies(asked, houses)).serve(asked)


def _ruled(lines: Sequence[DemandLine]) -> list[Asked]:
    by_order: dict[UUID, list[DemandLine]] = {}
    versions: dict[UUID, InForce] = {}
    for line in lines:
        if not line.is_stocked or not line.about.country:
            continue
        if line.order_id not in by_order:
            version = rules_in_force(SOURCING, at=line.occurred_at, legal_entity_id=line.legal_entity_id)
            if version is None:
                continue
            versions[line.order_id] = version
        by_order.setdefault(line.order_id, []).append(line)
    orders = (asked_of(order, by_order[order], version) for order, version in versions.items())
    return [order for order in orders if order is not None]


def asked_of(
    order_id: UUID, lines: Sequence[DemandLine], version: InForce, only: frozenset[UUID] | None = None
) -> Asked | None:
    """Return an order as it is asked about; None where the rules have no tables in its currency, nor in its legal entity's."""
    entity = entities_by_id()[lines[0].legal_entity_id]
    rules: Rules = version.compiled
    currency = rules.currency_for(lines[0].about.currency, entity.currency)
    if currency is None:
        return None
    return Asked(order_id, lines, version, currency, business_date(lines[0].occurred_at, entity.time_zone), only)


def houses_on(asked: Iterable[Asked]) -> list[House]:
    """Return the warehouses of these orders on their days, in the order in which they are asked; one statement."""
    days = sorted({(order.legal_entity_id, order.day) for order in asked})
    return [House(*row) for row in fetch(PLACES, columns_of(days, 2))]


def as_the_crow_flies(asked: Sequence[Asked], houses: Sequence[House]) -> Distance:
    """Return how far it is by the postal codes of orders and warehouses; one statement."""
    wanted = {(order.lines[0].about.country, order.lines[0].about.postal_code) for order in asked}
    own = {(house.country, house.postal_code) for house in houses if house.latitude is None}
    known = {key: (at.latitude, at.longitude) for key, at in coordinates_of(sorted(wanted | own)).items()}

    def km(order: Asked, house: House) -> int | None:
        about = order.lines[0].about
        goes_to = known.get((about.country, about.postal_code))
        lies = known.get((house.country, house.postal_code))
        if house.latitude is not None and house.longitude is not None:
            lies = (house.latitude, house.longitude)
        return None if lies is None or goes_to is None else km_between(lies, goes_to)

    return km


class World:
    """What is free where, and what warehouses have picked, while one order after the other takes of it."""

    def __init__(
        self,
        houses: Sequence[House],
        shelves: Mapping[Shelf, tuple[UUID, Decimal]],
        products: Mapping[UUID, ProductFacts],
        distance: Distance,
    ) -> None:
        self.houses = houses
        self.products = products
        self.distance = distance
        self.stock = {shelf: stock for shelf, (stock, _) in shelves.items()}
        self.free = {shelf: max(free, NOTHING) for shelf, (_, free) in shelves.items()}
        self.picked = {(house.id, house.day): house.planned for house in houses}

    def serve(self, asked: Iterable[Asked]) -> Sources:
        """Choose for the orders in turn."""
        return Sources([self._plan(order) for order in asked], self.free)

    def barred(self, order: Asked) -> dict[UUID, frozenset[UUID]]:
        """Return by line of an order the warehouses that restrictions keep from sending it."""
        rules: Rules = order.version.compiled
        houses = [h for h in self.houses if (h.legal_entity_id, h.day) == (order.legal_entity_id, order.day)]
        facts = self._facts(order, houses)
        found = {}
        for line in order.lines:
            wish = self._wish(line.product_id, [line], ())
            found[line.line_id] = frozenset(
                house.id
                for house, place in zip(houses, facts.places, strict=True)
                if forbidden_by(rules, facts, place, zone_of(rules, facts, place), wish)
            )
        return found

    def _plan(self, order: Asked) -> SourcingPlan:
        here = (order.legal_entity_id, order.day)
        houses = {house.code: house for house in self.houses if (house.legal_entity_id, house.day) == here}
        if order.only is not None:
            houses = {code: house for code, house in houses.items() if house.id in order.only}
        facts = self._facts(order, list(houses.values()))
        sourced = choose(order.version.compiled, facts)
        takes = self._takes(order.lines, sourced, houses)
        texts = sourcing_texts(facts, sourced)
        draft = DecisionDraft(SOURCING, "order", order.order_id, order.version.sha256, *texts, order.at)
        for parcel in sourced.parcels:
            self.picked[houses[parcel.warehouse].id, order.day] += parcel.picks
        return SourcingPlan(order.order_id, takes, sourced, draft, _picks(order, takes, houses.values()))

    def _facts(self, order: Asked, houses: Sequence[House]) -> SourcingFacts:
        about = order.lines[0].about
        return SourcingFacts(
            currency=order.currency,
            wishes=self._wishes(order.lines, houses),
            places=[self._place(order, house) for house in houses],
            country=about.country,
            customer_group=about.group,
            channel=about.channel,
        )

    def _place(self, order: Asked, house: House) -> Place:
        left = None if house.per_day is None else max(0, house.per_day - self.picked[house.id, house.day])
        return Place(house.code, house.country, self.distance(order, house), left)

    def _wishes(self, lines: Sequence[DemandLine], houses: Sequence[House]) -> list[Wish]:
        """Return a wish for each product: lines of one product want the same goods, and are picked together."""
        together: dict[UUID, list[DemandLine]] = {}
        for line in lines:
            together.setdefault(line.product_id, []).append(line)
        return [self._wish(product_id, same, houses) for product_id, same in together.items()]

    def _wish(self, product_id: UUID, lines: Sequence[DemandLine], houses: Sequence[House]) -> Wish:
        product = self.products[product_id]
        free = {house.code: count for house in houses if (count := self.free.get((product_id, house.id), NOTHING)) > 0}
        weight = product.weight_kg if lines[0].weight_kg is None else lines[0].weight_kg
        return Wish(
            line=str(product_id),
            quantity=sum((line.quantity for line in lines), NOTHING),
            free=free,
            decimals=product.decimals,
            weight_kg=weight,
            net_minor=sum(line.net_minor for line in lines),
            sku=product.sku,
            category=product.category,
        )

    def _takes(self, lines: Sequence[DemandLine], sourced: Sourced, houses: Mapping[str, House]) -> list[Take]:
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


def _picks(order: Asked, takes: Sequence[Take], houses: Iterable[House]) -> list[Pick]:
    """Return what warehouses whose work is counted have to pick: a product of an order is one pick in each."""
    counted = {house.id: house for house in houses if house.per_day is not None}
    product_of = {line.line_id: line.product_id for line in order.lines}
    keeps = order.version.compiled.document.capacity == "keep"
    picks: dict[Shelf, Pick] = {}
    for take in takes:
        if house := counted.get(take.warehouse_id):
            product_id = product_of[take.line_id]
            pick = Pick(take.line_id, product_id, house.id, order.day, house.per_day if keeps else None)
            picks.setdefault((product_id, house.id), pick)
    return list(picks.values())


@joins
def keep_sources(plans: Sequence[SourcingPlan]) -> None:
    """Log the decisions of orders that were served as planned, and count what each warehouse has to pick; at most two statements.

    Called last by who reserves: nobody waits for anything while he holds the count of a day.
    """
    if plans:
        record_decisions([plan.draft for plan in plans])
        plan_picks([pick for plan in plans for pick in plan.picks])
