"""The day that can be promised for one more need, in parts or whole, and from where."""

from collections.abc import Sequence
from typing import NamedTuple

from apps.inventory.decisions.atp.nouns import ANY_QUANTITY, Need, Pegged, Pegging, Rule, Source
from apps.inventory.decisions.atp.offering import Offer, offer
from apps.inventory.decisions.atp.pegging import in_turn, peg, take_latest


class Part(NamedTuple):
    """A quantity that can leave on a day, and from where; without pegs it can be ordered in time."""

    day: int
    quantity: int
    pegs: tuple[Pegged, ...] = ()


class Promise(NamedTuple):
    """What a need can have: of it on its day, all of it on `complete_day` (None: not within the horizon), and part by part.

    `schedule` is the parts, or the whole on one day where the rule does not split; what is not in it is `short`.
    """

    on_day: int
    complete_day: int | None
    schedule: tuple[Part, ...]
    short: int


class Plan(NamedTuple):
    """A group as it is: its sources and needs, what is offered beside them and what is left of each source."""

    sources: tuple[Source, ...]
    needs: tuple[Need, ...]
    offer: Offer
    pegging: Pegging


def plan_of(sources: Sequence[Source], needs: Sequence[Need], rule: Rule) -> Plan:
    """Return the plan of a group."""
    return Plan(tuple(sources), tuple(needs), offer(sources, needs, rule), peg(sources, needs, rule))


def promise(plan: Plan, wanted: Need, rule: Rule, *, whole: bool = False) -> Promise:
    """Return what can be promised to one more need, asked after all that are in the plan; `whole`: all of it on one day."""
    on_day = min(plan.offer.at(wanted.day), wanted.quantity)
    complete = _complete_day(plan.offer, wanted, rule)
    if whole or not rule.splits:
        schedule = [] if complete is None else [Part(complete, wanted.quantity)]
    else:
        schedule = _in_parts(plan, wanted, rule)
    given = sum(part.quantity for part in schedule)
    return Promise(on_day, complete, _named(plan, wanted, schedule, rule), wanted.quantity - given)


def with_promised(plan: Plan, wanted: Need, promised: Promise, rule: Rule) -> Plan:
    """Return the plan as it is once this promise was given: the next who asks comes after it.

    What nothing can be promised to is left as it is; see `with_waiting`. Where goods do not expire, only what is left changes.
    """
    if _expire(plan.sources):
        parts = [
            Need(f"{wanted.key}/{place}", part.day, sum(each.quantity for each in part.pegs), wanted.rank)
            for place, part in enumerate(promised.schedule)
            if part.pegs
        ]
        return plan_of(plan.sources, (*plan.needs, *parts), rule) if parts else plan
    left = dict(plan.pegging.left)
    for part in promised.schedule:
        for each in part.pegs:
            left[each.source] -= each.quantity
    return _with_left(plan, left, rule)


def with_waiting(plan: Plan, waiting: Need, rule: Rule) -> Plan:
    """Return the plan with one more need that has no day: it takes what there is, now and to come, before whoever asks later."""
    if _expire(plan.sources):
        return plan_of(plan.sources, (*plan.needs, waiting), rule)
    left = dict(plan.pegging.left)
    _, rest = take_latest(in_turn(plan.sources), left, waiting)
    if rest and rule.forward:
        for source in sorted(plan.sources, key=lambda source: (source.day, source.place, source.key)):
            part = min(rest, left[source.key])
            left[source.key] -= part
            rest -= part
    return _with_left(plan, left, rule)


def _with_left(plan: Plan, left: dict[str, int], rule: Rule) -> Plan:
    """Return the plan with so much left of each source, and offers that are what is left."""
    rest = [source._replace(quantity=left[source.key]) for source in plan.sources]
    return plan._replace(pegging=plan.pegging._replace(left=left), offer=offer(rest, (), rule))


def _expire(sources: Sequence[Source]) -> bool:
    return any(source.until is not None for source in sources)


def _days(offer: Offer, wanted: Need, rule: Rule) -> list[int]:
    found = {day.day for day in offer.days} | {wanted.day}
    if offer.endless_from is not None:
        found.add(max(offer.endless_from, wanted.day))
    return sorted(day for day in found if wanted.day <= day <= max(rule.horizon_days, wanted.day))


def _complete_day(offer: Offer, wanted: Need, rule: Rule) -> int | None:
    return next((day for day in _days(offer, wanted, rule) if offer.at(day) >= wanted.quantity), None)


def _in_parts(plan: Plan, wanted: Need, rule: Rule) -> list[Part]:
    """Return the parts: on each day what is offered more than before, until nothing is wanted any more."""
    parts: list[Part] = []
    rest, offered = wanted.quantity, plan.offer
    dated = _expire(plan.sources)
    given = 0
    for day in _days(plan.offer, wanted, rule):
        if not rest:
            break
        able = offered.at(day) - (given if rule.accumulate and not dated and offered.at(day) < ANY_QUANTITY else 0)
        if (part := min(rest, able)) > 0:
            parts.append(Part(day, part))
            rest, given = rest - part, given + part
            if dated and rest:
                taken = [Need(f"{wanted.key}/{place}", each.day, each.quantity) for place, each in enumerate(parts)]
                offered = offer(plan.sources, (*plan.needs, *taken), rule)
    return parts


def _named(plan: Plan, wanted: Need, schedule: Sequence[Part], rule: Rule) -> tuple[Part, ...]:
    """Name the sources of each part."""
    if _expire(plan.sources):
        return _named_by_trial(plan, wanted, schedule, rule)
    left = dict(plan.pegging.left)
    ordered = in_turn(plan.sources)
    named = []
    for part in schedule:
        if rule.infinite_after_days is not None and part.day >= rule.infinite_after_days:
            named.append(part)
        else:
            pegs, _ = take_latest(ordered, left, Need(wanted.key, part.day, part.quantity))
            named.append(part._replace(pegs=tuple(pegs)))
    return tuple(named)


def _named_by_trial(plan: Plan, wanted: Need, schedule: Sequence[Part], rule: Rule) -> tuple[Part, ...]:
    keys = [f"{wanted.key}/{place}" for place in range(len(schedule))]
    asked = [Need(key, part.day, part.quantity, (ANY_QUANTITY,)) for key, part in zip(keys, schedule, strict=True)]
    pegs = peg(plan.sources, (*plan.needs, *asked), rule).pegs
    return tuple(
        part._replace(pegs=tuple(each._replace(need=wanted.key) for each in pegs if each.need == key))
        for key, part in zip(keys, schedule, strict=True)
    )
