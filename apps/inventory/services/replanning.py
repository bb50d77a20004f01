"""Late and short supplies: which new days the promises that they break can have, what each way costs, and carrying one out."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.inventory.decisions.allocation import Group as GroupKey
from apps.inventory.decisions.atp.facts import PARTS, parts_of, quantity_of, sources_of
from apps.inventory.decisions.atp.nouns import Need, Source
from apps.inventory.decisions.atp.record import by_day
from apps.inventory.decisions.atp.replan_record import ReplanFacts, replan_texts, ways_of
from apps.inventory.decisions.atp.replanning import COST_PARTS, Late, Way
from apps.inventory.decisions.document import AVAILABILITY
from apps.inventory.decisions.facts.promises import Change, Line, Peg
from apps.inventory.selectors.plans import stamps_of
from apps.inventory.services.broken import SUBJECT
from apps.inventory.services.pegging import Standing, settle, standing_of
from apps.inventory.services.promise_rows import pegs_of
from apps.masterdata.contract import entities_by_id, exchange_rates, products_by_id
from apps.rulebooks.contract import DecisionDraft, record_decisions
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, NotFound
from ordercash.kernel.money import exponent
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import joins, writes

GROUP: Final = """
SELECT w.legal_entity_id, s.product_id FROM inventory_supply s JOIN inventory_warehouse w ON w.id = s.warehouse_id WHERE s.id = %s
"""

# What one of the legal entity's own currency counts beside others.
SAME: Final = 10**6

# What each way is called, and what it does, in words.
WAY_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "cheapest": ("Cheapest", "The least that lateness and carriage can cost together."),
    "in_order": ("In order", "First come, first served: what happens when nobody does anything."),
    "fewest_moved": ("Fewest moved", "Small promises are kept first, the others wait."),
}


class NothingToReplan(Conflict):
    """No promise of the supply's product is broken."""

    code, title = "nothing_to_replan", "Every promise can be kept as things stand"


class ReplanStale(Conflict):
    """Supplies, stock or promises changed since the re-plan was looked at."""

    code, title = "replan_stale", "Something changed since this was worked out: look at the re-plan again"


@dataclass(frozen=True, slots=True)
class NewDay:
    """What a way means for a line: its day as promised and as it would be (None: nothing is to come), and from where."""

    line: Line
    promised_on: date | None
    comes_from: Sequence[tuple[UUID | None, UUID, Decimal]]


@dataclass(frozen=True, slots=True)
class WayShown:
    """A way with its cost in minor units by currency, and the new day of each broken line."""

    name: str
    costs: Mapping[str, int]
    days: Sequence[NewDay]

    @property
    def title(self) -> str:
        return WAY_WORDS[self.name][0]

    @property
    def moved(self) -> int:
        """How many lines get another day than they were promised."""
        return sum(each.promised_on != each.line.promised_on for each in self.days)


@dataclass(frozen=True, slots=True)
class Replans:
    """The ways for the broken promises of a supply's product, the cheapest first; `stamp` names what they were worked out from."""

    group: GroupKey
    broken: Sequence[Line]
    ways: Sequence[WayShown]
    stamp: str
    facts: ReplanFacts | None = None


def replans_of(supply_id: UUID, *, now: datetime, locked: bool = False) -> Replans:
    """Return the ways to re-plan what a supply and others of its product break; raises NotFound for a supply that is not there."""
    return _worked_out(_group_of(supply_id), now, locked)[0]


@joins
def apply_way(supply_id: UUID, way: str, *, stamp: str | None, actor: Actor, now: datetime) -> Replans:
    """Give the broken promises of a supply's product the days of a way, worked out anew under the lock of the group.

    `stamp`: that of the re-plan that was looked at; None takes it as it is now. Raises NothingToReplan, ReplanStale, NotFound.
    """
    found, standing, lines = _worked_out(_group_of(supply_id), now, True)
    if not found.broken:
        raise NothingToReplan()
    if stamp is not None and stamp != found.stamp:
        raise ReplanStale()
    chosen = next((each for each in found.ways if each.name == way), None)
    if chosen is None:
        raise NotFound(f"There is no way {way} here; one of {', '.join(each.name for each in found.ways)}.")
    moved = [
        Change(each.line, each.promised_on, "replanned", each.line.cause_id)
        for each in chosen.days
        if each.promised_on != each.line.promised_on
    ]
    settle(standing, lines, moved, now=now, actor=actor, resolution="replanned")
    _log(supply_id, found, standing, chosen, now)
    return found


def _log(supply_id: UUID, found: Replans, standing: Sequence[Standing], chosen: WayShown, now: datetime) -> None:
    """Keep what the ways were worked out from and which was chosen, where a rulebook decided what lateness costs."""
    version, facts = standing[0].version, found.facts
    if version is not None and facts is not None:
        texts = replan_texts(version.compiled, standing[0].today.isoformat(), facts, chosen.name)
        record_decisions([DecisionDraft(AVAILABILITY, SUBJECT, supply_id, version.sha256, *texts, now)])


@writes
def apply_replan(*, supply_id: UUID, way: str, stamp: str | None, actor: Actor, now: datetime) -> Replans:
    """Carry a re-plan out, in one transaction."""
    return apply_way(supply_id, way, stamp=stamp, actor=actor, now=now)


def _worked_out(key: GroupKey, now: datetime, locked: bool) -> tuple[Replans, list[Standing], dict[UUID, Line]]:
    standing, lines = standing_of([key], now=now, locked=locked)
    stamp = hashlib.sha256(repr((stamps_of([key]), now.date())).encode()).hexdigest()[:24]
    broken = sorted(
        (line for line in lines.values() if line.short is not None and line.promised_on is not None),
        key=lambda line: (line.promised_on, line.line_id),
    )
    if not standing or not broken:
        return Replans(key, [], [], stamp), standing, lines
    (group,) = standing
    pegs, _ = pegs_of([key])
    facts = _facts(group, broken, pegs)
    by_key = {source.key: source for source in sources_of(facts.group, group.terms)}
    named = {str(line.line_id): line for line in broken}
    ways = [_shown(way, named, by_key, group) for way in ways_of(facts, group.terms)]
    return Replans(key, broken, ways, stamp, facts), standing, lines


def _facts(standing: Standing, broken: Sequence[Line], pegs: Sequence[Peg]) -> ReplanFacts:
    """Return what the ways are worked out from: the promises that can be kept stay, the others cost something."""
    lines = {str(line.line_id): line for line in broken}
    waiting = {row.key: row for row in standing.group.waiting}
    kept = tuple(row for row in standing.group.waiting if row.promised is not None and row.key not in lines)
    weight = products_by_id([standing.key[1]])[standing.key[1]].weight_kg
    homes = {peg.line_id: str(peg.warehouse_id) for peg in pegs}
    counts = _weights({line.currency for line in broken}, standing)
    late = [
        _late(line, waiting[key].promised or 0, waiting[key].rank, standing, weight, homes.get(line.line_id))._replace(
            weight=counts[line.currency]
        )
        for key, line in lines.items()
        if key in waiting
    ]
    return ReplanFacts(by_day(standing.group._replace(waiting=kept)), tuple(late))


def _late(
    line: Line, day: int, rank: tuple[str, ...], standing: Standing, weight: Decimal | None, home: str | None
) -> Late:
    """Return a broken line with what a day of one part of it costs, and what a part costs from another warehouse."""
    weighed = standing.terms.rule.replanning
    parts = parts_of(line.line_quantity) or 1
    per_day = int(line.net_minor * weighed.late_percent_per_day * COST_PARTS / 100 / parts)
    rate = weighed.other_warehouse_per_kg.get(line.currency, Decimal(0)) if line.currency and home else Decimal(0)
    minor = rate * (weight or 0) * 10 ** (exponent(line.currency) if line.currency else 0)
    need = Need(str(line.line_id), day, parts_of(line.quantity), (day, *rank))
    return Late(need, per_day, home or "", int(minor * COST_PARTS / PARTS), line.currency)


def _weights(currencies: Collection[str], standing: Standing) -> dict[str, int]:
    """Return what a minor unit of each currency counts when ways are compared: 1 where there is one currency, else its worth in that of
    the legal entity by the newest rate, in millionths; a currency without a rate counts as much as that of the legal entity."""
    if len(currencies) < 2:
        return dict.fromkeys(currencies, 1)
    own = entities_by_id()[standing.key[0]].currency
    rates = exchange_rates(
        [pair for code in currencies for pair in ((code, own, standing.today), (own, code, standing.today))]
    )
    weights = {}
    for code in currencies:
        one, other = rates.get((code, own, standing.today)), rates.get((own, code, standing.today))
        worth = one if one else 1 / other if other else Decimal(1)
        weights[code] = max(int(worth * SAME * Decimal(10) ** (exponent(own) - exponent(code))), 1)
    return weights


def _shown(way: Way, lines: Mapping[str, Line], sources: Mapping[str, Source], standing: Standing) -> WayShown:
    comes: dict[str, list[tuple[UUID | None, UUID, Decimal]]] = {key: [] for key in lines}
    for each in way.pegs:
        source = sources[each.source]
        supply = None if source.supply is None else UUID(source.supply)
        comes[each.need].append((supply, UUID(source.warehouse), quantity_of(each.quantity)))
    days = [
        NewDay(line, _day_of(standing, line, way.days[key]), comes[key])
        for key, line in lines.items()
        if key in way.days
    ]
    costs = {code: (cost + COST_PARTS // 2) // COST_PARTS for code, cost in sorted(way.costs.items()) if code}
    return WayShown(way.name, costs, days)


def _day_of(standing: Standing, line: Line, day: int | None) -> date | None:
    return None if day is None else max(standing.on(day), line.promised_on or standing.today)


def _group_of(supply_id: UUID) -> GroupKey:
    found = fetch(GROUP, [supply_id])
    if not found:
        raise NotFound("There is no such supply.")
    return found[0][0], found[0][1]


def _resolve(way: str) -> Callable[..., Mapping[UUID, str]]:
    """Return the way out of a case: a re-plan of each supply, with a sentence for each."""

    def resolve(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
        told = {}
        for supply_id in subject_ids:
            found = apply_replan(
                supply_id=supply_id, way=_or_best(supply_id, way, now), stamp=None, actor=actor, now=now
            )
            told[supply_id] = f"{len(found.broken)} promises have a day that can be kept."
        return told

    return resolve


def _or_best(supply_id: UUID, way: str, now: datetime) -> str:
    """Return the way, or the cheapest where two ways come to the same days and stand once."""
    ways = [each.name for each in replans_of(supply_id, now=now).ways]
    return way if way in ways or not ways else ways[0]


WAYS_OUT: Final = {
    "replan": ("Carry out the cheapest re-plan", _resolve("cheapest")),
    "accept": ("Accept the days as they come", _resolve("in_order")),
}
