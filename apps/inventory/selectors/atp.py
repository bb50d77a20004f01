"""What can be promised now: plans of groups from the process's memory as long as nothing has changed, exactly."""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import Lock
from typing import Any, Final
from uuid import UUID

from apps.inventory.decisions.allocation import Group as GroupKey
from apps.inventory.decisions.atp.facts import Group, needs_of, parts_of, quantity_of, sources_of
from apps.inventory.decisions.atp.nouns import Need, Source
from apps.inventory.decisions.atp.promising import Part, Plan, plan_of, promise, with_promised
from apps.inventory.decisions.document import AVAILABILITY
from apps.inventory.decisions.document.availability import Terms
from apps.inventory.selectors.plans import read_groups, stamps_of
from apps.masterdata.contract import EntityFacts, ProductFacts, entities_by_id
from apps.rulebooks.contract import rulebook_in_force
from ordercash.kernel.clock import business_date

# Groups beyond these push out the ones that were asked for longest ago.
MOST_KEPT: Final = 4_096


@dataclass(frozen=True, slots=True)
class Planned:
    """A group with the plan that its rule makes of it; day 0 is `today`."""

    group: Group
    terms: Terms
    plan: Plan
    today: date

    def on(self, day: int) -> date:
        return self.today + timedelta(days=day)


@dataclass(frozen=True, slots=True)
class Wish:
    """A line of a cart: a product, how much, by when (None: as soon as can be), from one warehouse (None: any) and whole or in parts."""

    product: ProductFacts
    quantity: Decimal
    wanted_on: date | None = None
    warehouse_id: UUID | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class From:
    """A part of what can leave, and where it comes from: a shelf (`supply_id` None) or a supply."""

    warehouse_id: UUID
    supply_id: UUID | None
    quantity: Decimal
    free_on: date


@dataclass(frozen=True, slots=True)
class Leaving:
    """What can leave on a day; without a place it comes from where it can be ordered in time."""

    ship_on: date
    quantity: Decimal
    comes_from: Sequence[From]


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be promised to a wish: of it on its day, all of it on `complete_on`, part by part, what not at all, by which rule."""

    on_wanted_day: Decimal
    complete_on: date | None
    schedule: Sequence[Leaving]
    short: Decimal
    rule: str


class _Memory:
    """Plans by group, day and rules, each with what stood when it was made; shared by the threads of the process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Any, tuple[Any, Planned]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any, stamp: Any) -> Planned | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] != stamp:
                return None
            self._kept.move_to_end(key)
            return found[1]

    def put(self, key: Any, stamp: Any, planned: Planned) -> None:
        with self._lock:
            self._kept[key] = (stamp, planned)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


memory: Final = _Memory()


def plans_of(
    entity: EntityFacts, products: Collection[ProductFacts], *, now: datetime, channel: str = ""
) -> dict[UUID, Planned]:
    """Return the plans of products of a legal entity, by product id: one statement when nothing changed since, else two.

    What is kept for other channels than `channel` is not there before it is released.
    Raises NoRulebookInForce.
    """
    version = rulebook_in_force(AVAILABILITY, at=now, legal_entity_id=entity.id)
    today = business_date(now, entity.time_zone)
    by_id = {product.id: product for product in products}
    # The stamps are read before the rows: what changes between the two is seen as a change by the next question.
    stamps = stamps_of([(entity.id, id) for id in by_id])
    keys = {
        id: (entity.id, id, product.sku, product.category, today, version.sha256, channel)
        for id, product in by_id.items()
    }
    found = {id: memory.get(keys[id], stamps[entity.id, id]) for id in by_id}
    missing: list[GroupKey] = [(entity.id, id) for id, planned in found.items() if planned is None]
    groups = read_groups(missing, products=by_id, entities={entity.id: entity}, now=now, channel=channel)
    for (_, id), group in groups.items():
        terms = version.compiled.of(group.sku, group.category, group.legal_entity)
        made = Planned(group, terms, plan_of(sources_of(group, terms), needs_of(group, terms), terms.arithmetic), today)
        memory.put(keys[id], stamps[entity.id, id], made)
        found[id] = made
    return {id: planned for id, planned in found.items() if planned is not None}


def offer_cart(legal_entity_id: UUID, wishes: Sequence[Wish], *, now: datetime, channel: str = "") -> list[Offered]:
    """Return what can be promised to each wish of a channel; wishes for one product compete, the first comes first."""
    entity = entities_by_id()[legal_entity_id]
    planned = plans_of(entity, {wish.product.id: wish.product for wish in wishes}.values(), now=now, channel=channel)
    plans = {id: each.plan for id, each in planned.items()}
    answers = []
    for place, wish in enumerate(wishes):
        each = planned[wish.product.id]
        offered, plans[wish.product.id] = _offer(each, plans[wish.product.id], wish, str(place))
        answers.append(offered)
    return answers


def within(plan: Plan, warehouse: str, planned: Planned) -> Plan:
    """Return what a plan leaves in one warehouse, as a plan of its own: it can be promised there without taking it from anybody."""
    left = plan.pegging.left
    own = [source._replace(quantity=left[source.key]) for source in plan.sources if source.warehouse == warehouse]
    return plan_of(own, (), planned.terms.arithmetic)


def _offer(planned: Planned, plan: Plan, wish: Wish, key: str) -> tuple[Offered, Plan]:
    """Return the offer, and the plan as it is for the next wish."""
    rule = planned.terms.arithmetic
    day = 0 if wish.wanted_on is None else max((wish.wanted_on - planned.today).days, 0)
    wanted = Need(key, day, parts_of(wish.quantity), (2, key))
    asked = plan if wish.warehouse_id is None else within(plan, str(wish.warehouse_id), planned)
    found = promise(asked, wanted, rule, whole=wish.whole)
    by_key = {source.key: source for source in plan.sources}
    offered = Offered(
        quantity_of(found.on_day),
        None if found.complete_day is None else planned.on(found.complete_day),
        [_leaving(planned, part, by_key) for part in found.schedule],
        quantity_of(found.short),
        planned.terms.rule.name,
    )
    if wish.warehouse_id is None:
        return offered, with_promised(plan, wanted, found, rule)
    return offered, _without(plan, found.schedule, planned)


def _without(plan: Plan, schedule: Sequence[Part], planned: Planned) -> Plan:
    """Return a plan without what was promised of single sources."""
    taken: dict[str, int] = {}
    for part in schedule:
        for each in part.pegs:
            taken[each.source] = taken.get(each.source, 0) + each.quantity
    sources = [source._replace(quantity=source.quantity - taken.get(source.key, 0)) for source in plan.sources]
    return plan_of(sources, plan.needs, planned.terms.arithmetic)


def _leaving(planned: Planned, part: Part, sources: dict[str, Source]) -> Leaving:
    places: dict[tuple[str, str | None, int], int] = {}
    for each in part.pegs:
        source = sources[each.source]
        place = (source.warehouse, source.supply, source.day)
        places[place] = places.get(place, 0) + each.quantity
    comes = [
        From(UUID(where), None if supply is None else UUID(supply), quantity_of(quantity), planned.on(day))
        for (where, supply, day), quantity in places.items()
    ]
    return Leaving(planned.on(part.day), quantity_of(part.quantity), comes)
