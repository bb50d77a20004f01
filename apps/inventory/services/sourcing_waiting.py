"""Lines that waited: the rules of sourcing choose for them among what is free now.

Where an order goes is known from what was decided for it before, in kilometres from each warehouse; no postal code is kept for it. For
orders that rules decide for the first time, orders are asked.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Candidate, given_to
from apps.inventory.decisions.document import SOURCING
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.decisions.sharing.facts import Given, Line, from_parts, to_parts
from apps.inventory.decisions.sharing.turns import Waiting
from apps.inventory.decisions.sourcing.record import read_facts
from apps.inventory.ports import line_tags
from apps.inventory.selectors.rules import rules_in_force
from apps.inventory.services.sourcing import (
    NO_SOURCES,
    Asked,
    Distance,
    House,
    Sources,
    World,
    as_the_crow_flies,
    asked_of,
    houses_on,
)
from apps.inventory.services.turns import demand_of
from apps.masterdata.contract import ProductFacts, products_by_id
from apps.rulebooks.contract import InForce, decisions_about
from ordercash.kernel.sql import fetch

# From where orders come already: what is reserved and has not left.
COMES_FROM: Final = """
SELECT DISTINCT order_id, warehouse_id FROM inventory_reservation WHERE order_id = ANY(%s::uuid[]) AND stock_id IS NOT NULL
"""
# What rules keep back from one line goes to others; so often it is looked whether it can.
MOST_ROUNDS: Final = 8

Share = Callable[[Sequence[Line]], list[Given]]


class Shared(NamedTuple):
    """What lines get, the sources of those that rules decide for, and whom rules keep back from goods that are there."""

    given: list[Given]
    sources: Sources
    kept_back: set[UUID]


@dataclass(frozen=True, slots=True)
class RuledWaiting:
    """Waiting lines that rules decide for, with all that the rules ask."""

    lines: Mapping[UUID, Waiting]
    versions: Mapping[UUID, InForce]
    km: Mapping[tuple[UUID, str], int | None]
    comes_from: Mapping[UUID, frozenset[UUID]]
    products: Mapping[UUID, ProductFacts]
    goes_to: Mapping[UUID, tuple[str, str]]
    now: datetime

    def share(self, asked: Sequence[Line], share: Share, candidates: Sequence[Candidate]) -> Shared:
        """Share out so that nobody is given what rules keep from him: what he cannot have, those after him are asked for."""
        kept_back: set[UUID] = set()
        for _ in range(MOST_ROUNDS):
            given = share(asked)
            sources = self._choose(given, candidates)
            less = self._less(given, sources)
            if not less:
                return Shared(given, sources, kept_back)
            kept_back |= less.keys()
            asked = _lowered(asked, less)
        late = {self.lines[line_id].order_id for line_id in less}
        gone = {line_id for line_id, line in self.lines.items() if line.order_id in late}
        plans = [plan for plan in sources.plans if plan.order_id not in late]
        return Shared([each for each in given if each.line_id not in gone], Sources(plans, sources.left), kept_back)

    def barred(self) -> dict[UUID, frozenset[UUID]]:
        """Return by line the warehouses that restrictions keep from sending it; two statements at most."""
        by_order: dict[UUID, list[DemandLine]] = {}
        for line in self.lines.values():
            if self.versions[line.order_id].compiled.restrictions:
                by_order.setdefault(line.order_id, []).append(self._demand(line, line.quantity))
        found = [self._asked(order_id, lines) for order_id, lines in by_order.items()]
        asked = [order for order in found if order is not None]
        houses = houses_on(asked) if asked else []
        world = World(houses, {}, self.products, self._distance(asked, houses))
        return {line_id: places for order in asked for line_id, places in world.barred(order).items() if places}

    def _wanted(self, given: Sequence[Given]) -> dict[UUID, Decimal]:
        """Return what each line that rules decide for is given in all."""
        sums: dict[UUID, int] = {}
        for each in given:
            if each.line_id in self.lines:
                sums[each.line_id] = sums.get(each.line_id, 0) + each.quantity
        return {line_id: from_parts(parts) for line_id, parts in sums.items()}

    def _choose(self, given: Sequence[Given], candidates: Sequence[Candidate]) -> Sources:
        by_order: dict[UUID, list[DemandLine]] = {}
        for line_id, quantity in self._wanted(given).items():
            line = self.lines[line_id]
            by_order.setdefault(line.order_id, []).append(self._demand(line, quantity))
        found = [self._asked(order, lines) for order, lines in by_order.items()]
        asked = [order for order in found if order is not None]
        if not asked:
            return NO_SOURCES
        shelves = {(row.group[1], row.warehouse_id): (row.stock_id, row.free) for row in candidates}
        houses = houses_on(asked)
        return World(houses, shelves, self.products, self._distance(asked, houses)).serve(asked)

    def _demand(self, line: Waiting, quantity: Decimal) -> DemandLine:
        net = int(line.net_minor * quantity / line.line_quantity) if line.line_quantity else line.net_minor
        demand = replace(demand_of(line), quantity=quantity, net_minor=net, occurred_at=self.now)
        if line.order_id not in self.goes_to:
            return demand
        country, postal_code = self.goes_to[line.order_id]
        return replace(demand, about=replace(demand.about, country=country, postal_code=postal_code))

    def _asked(self, order_id: UUID, lines: Sequence[DemandLine]) -> Asked | None:
        version = self.versions[order_id]
        there = self.comes_from.get(order_id, frozenset())
        full = len(there) >= version.compiled.document.most_parcels
        return asked_of(order_id, lines, version, there if full else None)

    def _distance(self, asked: Sequence[Asked], houses: Sequence[House]) -> Distance:
        new = [order for order in asked if order.order_id in self.goes_to]
        flown = as_the_crow_flies(new, houses) if new else None

        def km(order: Asked, house: House) -> int | None:
            if flown and order.order_id in self.goes_to:
                return flown(order, house)
            return self.km.get((order.order_id, house.code))

        return km

    def _less(self, given: Sequence[Given], sources: Sources) -> dict[UUID, Decimal]:
        """Return what lines get that rules keep back from a part of what they were given."""
        got = given_to(sources.takes)
        planned = {plan.order_id for plan in sources.plans}
        return {
            line_id: got.get(line_id, Decimal(0))
            for line_id, quantity in self._wanted(given).items()
            if self.lines[line_id].order_id in planned and got.get(line_id, Decimal(0)) < quantity
        }


def ruled_waiting(lines: Collection[Waiting], *, now: datetime) -> RuledWaiting | None:
    """Return the lines that rules decide for now, where it is known where they go.

    Three statements, one more for orders that rules decide for the first time; none where no rulebook of the kind is in force.
    """
    in_force = {
        entity: version
        for entity in {line.legal_entity_id for line in lines}
        if (version := rules_in_force(SOURCING, at=now, legal_entity_id=entity))
    }
    orders = {line.order_id: in_force[line.legal_entity_id] for line in lines if line.legal_entity_id in in_force}
    if not orders:
        return None
    facts = {row.subject_id: row.facts for row in decisions_about(sorted(orders)) if row.kind == SOURCING}
    goes_to = _goes_to({line.order_id: line.line_id for line in lines if line.order_id in orders.keys() - facts.keys()})
    ruled = {line.line_id: line for line in lines if line.order_id in facts or line.order_id in goes_to}
    if not ruled:
        return None
    there: dict[UUID, set[UUID]] = {}
    for order, warehouse in fetch(COMES_FROM, [sorted({line.order_id for line in ruled.values()})]):
        there.setdefault(order, set()).add(warehouse)
    return RuledWaiting(
        lines=ruled,
        versions=orders,
        km={(order, place.code): place.km for order, text in facts.items() for place in read_facts(text).places},
        comes_from={order: frozenset(places) for order, places in there.items()},
        products=products_by_id({line.product_id for line in ruled.values()}),
        goes_to=goes_to,
        now=now,
    )


def _goes_to(lines: Mapping[UUID, UUID]) -> dict[UUID, tuple[str, str]]:
    """Return country and postal code of orders, given as order -> one of its lines; those that say no country have no entry."""
    tags = line_tags(list(lines.values()))
    return {
        order: (tags[line_id].country, tags[line_id].postal_code)
        for order, line_id in lines.items()
        if line_id in tags and tags[line_id].country
    }


def _lowered(asked: Sequence[Line], less: Mapping[UUID, Decimal]) -> list[Line]:
    """Let lines ask for what they can have; a kit of which a part cannot be had is not asked for at all."""
    kits = {line.kit for line in asked if line.kit is not None and line.line_id in less}
    parts = {line_id: to_parts(quantity) for line_id, quantity in less.items()}
    kept = [
        line._replace(quantity=parts.get(line.line_id, line.quantity))
        for line in asked
        if line.kit is None or line.kit not in kits
    ]
    return [line for line in kept if line.quantity]
