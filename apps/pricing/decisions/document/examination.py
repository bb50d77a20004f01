"""What is wrong with a document, or worth knowing, that its schema cannot see. Errors refuse the save; the others are said."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from apps.pricing.decisions.document.conditions import OF_ACCESSES, OF_LINES, OF_ORDERS, Conditioned, Language
from apps.pricing.decisions.document.gives import CHARGE_GIVES, LINE_GIVES, ORDER_GIVES, Give
from apps.pricing.decisions.document.instants import instant_of, oddity_of
from apps.pricing.decisions.document.schema import Charge, Discount, PricingRules, Rule
from ordercash.kernel.money import exponent


class Found(NamedTuple):
    """One finding: how grave, where (RFC 6901), a stable code, what it means; line and column inside a condition."""

    severity: Literal["error", "warning", "undecided"]
    pointer: str
    code: str
    message: str
    line: int | None = None
    column: int | None = None
    rules: tuple[str, ...] = ()


def examine_members(document: PricingRules, language: Language) -> list[Found]:
    """Return what can be said of each member by itself: names, groups, figures, periods, conditions."""
    return [
        *_names(document),
        *_groups(document),
        *_best_of(document),
        *_accesses(document),
        *_figures(document),
        *_periods(document),
        *_conditions(document, language),
    ]


def error(pointer: str, code: str, message: str, *rules: str) -> Found:
    """Return a finding that refuses the save."""
    return Found("error", pointer, code, message, rules=rules)


def warning(pointer: str, code: str, message: str, *rules: str) -> Found:
    """Return a finding that is said."""
    return Found("warning", pointer, code, message, rules=rules)


def timed_rules(document: PricingRules) -> Iterator[tuple[str, Rule]]:
    """Return every discount and charge with where it stands."""
    yield from ((f"/discounts/{place}", rule) for place, rule in enumerate(document.discounts))
    yield from ((f"/charges/{place}", rule) for place, rule in enumerate(document.charges))


def _names(document: PricingRules) -> Iterator[Found]:
    rules = [(f"{at}/name", rule.name) for at, rule in timed_rules(document)]
    rules += [(f"/floors/{place}/name", floor.name) for place, floor in enumerate(document.floors)]
    accesses = [(f"/accesses/{place}/name", access.name) for place, access in enumerate(document.accesses)]
    groups = [(f"/groups/{place}/name", group.name) for place, group in enumerate(document.groups)]
    for named in (rules, accesses, groups):
        seen: set[str] = set()
        for pointer, name in named:
            if name in seen:
                yield error(pointer, "name_taken", f"{name!r} is the name of another one", name)
            seen.add(name)
    for pointer, name in (*rules, *accesses):
        if name == "manual":
            yield error(pointer, "name_taken", "'manual' names what a person sets on a line", name)


def _groups(document: PricingRules) -> Iterator[Found]:
    levels = {group.name: group.level for group in document.groups}
    for place, rule in enumerate(document.discounts):
        level = levels.get(rule.group)
        if level is None:
            known = ", ".join(sorted(levels)) or "none"
            yield error(f"/discounts/{place}/group", "group_unknown", f"{rule.group!r} is none of: {known}", rule.name)
            continue
        fitting = LINE_GIVES if level == "line" else ORDER_GIVES
        if rule.give.way not in fitting:
            message = f"{rule.give.way} is not given on the level {level}; there: {', '.join(sorted(fitting))}"
            yield error(f"/discounts/{place}/give/{rule.give.way}", "give_not_for_level", message, rule.name)
    for place, charge in enumerate(document.charges):
        if charge.give.way not in CHARGE_GIVES:
            message = f"{charge.give.way} is not a charge; these are: {', '.join(sorted(CHARGE_GIVES))}"
            yield error(f"/charges/{place}/give/{charge.give.way}", "give_not_for_level", message, charge.name)


def _best_of(document: PricingRules) -> Iterator[Found]:
    ordered = sorted(document.groups, key=lambda group: (group.level, group.order, group.name))
    places = {group.name: place for place, group in enumerate(ordered)}
    times = Counter(name for rivals in document.best_of for name in rivals)
    for index, rivals in enumerate(document.best_of):
        pointer = f"/best_of/{index}"
        unknown = [name for name in rivals if name not in places]
        if unknown:
            yield error(pointer, "group_unknown", f"not a group: {', '.join(unknown)}")
            continue
        if any(times[name] > 1 for name in rivals):
            yield error(pointer, "group_twice", "a group competes in one place only")
        if len({ordered[places[name]].level for name in rivals}) > 1:
            yield error(pointer, "levels_differ", "groups of lines and groups of the order do not compete")
        elif any(after - before > 1 for before, after in pairwise(sorted(places[name] for name in rivals))):
            yield error(
                pointer, "not_neighbours", "no other group may run between groups that compete: change their order"
            )


def _accesses(document: PricingRules) -> Iterator[Found]:
    seen: dict[tuple[Any, ...], str] = {}
    for place, access in enumerate(document.accesses):
        key = (access.source, access.scope, access.scale, access.period_days, access.convert, access.other_units)
        # What is looked at always hides what comes after it; a condition hides the same one.
        first = seen.get((*key, None)) or seen.setdefault((*key, access.when), access.name)
        if first != access.name:
            message = f"never reached: {first!r} looks at the same before it"
            yield warning(f"/accesses/{place}", "unreachable", message, access.name, first)


def _figures(document: PricingRules) -> Iterator[Found]:
    for at, rule in timed_rules(document):
        for pointer, amounts in _amounts(rule.give):
            yield from _decimals(f"{at}/give/{pointer}", amounts, rule.name)
        bunch = rule.give.cheapest_free
        if bunch is not None and (bunch.buy % 1 or bunch.get % 1):
            yield error(f"{at}/give/cheapest_free", "not_whole", "the cheapest are counted in whole units", rule.name)
        yield from _tiers(at, rule)


def _amounts(give: Give) -> Iterator[tuple[str, Mapping[str, Decimal]]]:
    """Return the amounts of money; prices of a unit may have more decimals than their currency."""
    if give.amount is not None:
        yield "amount", give.amount
    if give.set is not None:
        yield "set/price", give.set.price
    for place, tier in enumerate(give.tiers or ()):
        yield f"tiers/{place}/from", tier.from_
        yield f"tiers/{place}/amount", tier.amount or {}
    for place, step in enumerate(give.quantity_tiers or ()):
        yield f"quantity_tiers/{place}/amount", step.amount or {}
    for place, weight in enumerate(give.weight_tiers or ()):
        yield f"weight_tiers/{place}/amount", weight.amount or {}
    for place, item in enumerate(give.free_goods or ()):
        yield f"free_goods/{place}/per", item.per or {}


def _decimals(pointer: str, amounts: Mapping[str, Decimal], rule: str) -> Iterator[Found]:
    for currency, amount in amounts.items():
        places = exponent(currency)
        if amount != round(amount, places):
            yield error(f"{pointer}/{currency}", "too_many_decimals", f"{currency} has {places} decimals", rule)


def _tiers(at: str, rule: Rule) -> Iterator[Found]:
    tiers = [
        (f"tiers/{place}/from/{currency}", (currency, amount))
        for place, tier in enumerate(rule.give.tiers or ())
        for currency, amount in tier.from_.items()
    ]
    steps = [
        (f"quantity_tiers/{place}/from", ("", step.from_)) for place, step in enumerate(rule.give.quantity_tiers or ())
    ]
    weights = [
        (f"weight_tiers/{place}/from", ("", tier.from_)) for place, tier in enumerate(rule.give.weight_tiers or ())
    ]
    seen = set()
    for pointer, start in (*tiers, *steps, *weights):
        if start in seen:
            yield error(f"{at}/give/{pointer}", "tier_twice", "another tier begins here", rule.name)
        seen.add(start)


def _periods(document: PricingRules) -> Iterator[Found]:
    for at, rule in timed_rules(document):
        if rule.from_ and rule.until and _is_empty(rule.from_, rule.until, rule.zone):
            yield error(f"{at}/until", "period_empty", "it ends before it begins", rule.name)
        for member, wall in (("from", rule.from_), ("until", rule.until)):
            oddity = oddity_of(wall, rule.zone) if wall and rule.zone else ""
            if oddity == "skipped":
                message = f"the clock of {rule.zone} skips this time; it is read as shifted forward by what is skipped"
                yield warning(f"{at}/{member}", "instant_skipped", message, rule.name)
            elif oddity == "twice":
                message = f"the clock of {rule.zone} shows this time twice; the first is meant"
                yield warning(f"{at}/{member}", "instant_twice", message, rule.name)


def _is_empty(from_: datetime, until: datetime, zone: str | None) -> bool:
    """Say whether a period holds no instant: by the clock, and where a zone is named also by its leaps."""
    return from_ >= until or (zone is not None and instant_of(from_, zone) >= instant_of(until, zone))


def _conditions(document: PricingRules, language: Language) -> Iterator[Found]:
    floors = [(f"/floors/{place}", floor) for place, floor in enumerate(document.floors)]
    discounts: Iterable[tuple[str, Any]] = [
        (at, rule) for at, rule in timed_rules(document) if isinstance(rule, Discount)
    ]
    charges = [(at, rule) for at, rule in timed_rules(document) if isinstance(rule, Charge)]
    accesses = [(f"/accesses/{place}", access) for place, access in enumerate(document.accesses)]
    yield from _asked(accesses, OF_ACCESSES, language)
    yield from _asked([*discounts, *floors], OF_LINES, language)
    yield from _asked(charges, OF_ORDERS, language)


def _asked(rules: Sequence[tuple[str, Any]], names: Mapping[str, str], language: Language) -> Iterator[Found]:
    # Each in a scope of its own: whether rules of a group hide each other depends on more than their conditions.
    asked = [Conditioned(rule.name, f"{at}/when", rule.when, scope=at) for at, rule in rules if rule.when]
    for found in language.examine(asked, names, first_wins=False):
        yield Found(
            found.severity, found.pointer, found.code, found.message, found.line, found.column, tuple(found.rules)
        )
