"""The promises of waiting lines as canonical texts, and their replay from them to the same bytes.

Facts: {"today", "groups": [{"sku", "category", "entity", "shelves", "coming", "waiting"}], "asked": [[line, group, day, quantity]]}, days
counted from today, quantities as plain text. Outcome: {"promises": [[line, day | null, [[day, quantity, [[source, quantity]]]], short]]}.
Trace: {"groups": [[rule, [[day, supply, demand, left, offered]]]]}, before anybody was promised anything.

Lines that have a day already are summed by it (`by_day`): which of them there are does not change what can be promised to others, and
facts stay short however many wait. The facts of a re-plan are told in `replan_record`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from apps.inventory.decisions.atp.facts import (
    Coming,
    Group,
    Shelf,
    Waiting,
    needs_of,
    parts_of,
    quantity_of,
    sources_of,
)
from apps.inventory.decisions.atp.nouns import Need
from apps.inventory.decisions.atp.promising import Plan, Promise, plan_of, promise, with_promised, with_waiting
from apps.inventory.decisions.document.availability import AvailabilityRules, Terms

N = TypeVar("N", Shelf, Coming, Waiting)


class Asked(NamedTuple):
    """A line that asks for a day: the place of its group, the day that it wants and how much."""

    key: str
    group: int
    day: int
    quantity: int


class Texts(NamedTuple):
    """A decision as it is stored."""

    facts: str
    outcome: str
    trace: str


def by_day(group: Group) -> Group:
    """Return a group with those of its lines that have a day, as one line for each day."""
    sums: dict[int, int] = {}
    for row in group.waiting:
        if row.promised is not None:
            sums[row.promised] = sums.get(row.promised, 0) + row.quantity
    return group._replace(waiting=tuple(Waiting(f"day {day}", day, None, 0, sums[day]) for day in sorted(sums)))


def promise_lines(
    rules: AvailabilityRules, groups: Sequence[Group], asked: Sequence[Asked]
) -> tuple[dict[str, Promise], list[tuple[Terms, Plan]]]:
    """Return the promise of each line in turn, whole on one day, and the plans before the first; lines of one group compete.

    A line to which no day can be promised waits for what comes before those who ask after it.
    """
    terms = [rules.of(group.sku, group.category, group.legal_entity) for group in groups]
    before = [plan_of(sources_of(g, t), needs_of(g, t), t.arithmetic) for g, t in zip(groups, terms, strict=True)]
    plans, found = list(before), dict[str, Promise]()
    for place, line in enumerate(asked):
        rule = terms[line.group].arithmetic
        wanted = Need(line.key, line.day, line.quantity, (2, place))
        found[line.key] = promise(plans[line.group], wanted, rule, whole=True)
        if found[line.key].complete_day is None:
            plans[line.group] = with_waiting(plans[line.group], wanted, rule)
        else:
            plans[line.group] = with_promised(plans[line.group], wanted, found[line.key], rule)
    return found, list(zip(terms, before, strict=True))


def texts_of(rules: AvailabilityRules, today: str, groups: Sequence[Group], asked: Sequence[Asked]) -> Texts:
    """Return the texts of a decision."""
    facts = facts_of(today, groups, asked)
    return Texts(facts, *replay(rules, facts))


def texts_made(
    today: str,
    groups: Sequence[Group],
    asked: Sequence[Asked],
    found: Mapping[str, Promise],
    plans: Sequence[tuple[Terms, Plan]],
) -> Texts:
    """Return the texts of what `promise_lines` made, up to the last line that was promised a day: those after it changed nothing."""
    last = max((place for place, line in enumerate(asked) if found[line.key].complete_day is not None), default=-1)
    told = asked[: last + 1]
    return Texts(facts_of(today, groups, told), _outcome({line.key: found[line.key] for line in told}), _trace(plans))


def replay(rules: AvailabilityRules, facts: str) -> tuple[str, str]:
    """Decide again from stored facts; returns the outcome and the trace, to the byte."""
    known = json.loads(facts)
    groups = [group_read(each) for each in known["groups"]]
    asked = [Asked(key, group, day, parts_of(Decimal(quantity))) for key, group, day, quantity in known["asked"]]
    found, plans = promise_lines(rules, groups, asked)
    return _outcome(found), _trace(plans)


def facts_of(today: str, groups: Sequence[Group], asked: Sequence[Asked]) -> str:
    """Return the facts as canonical text."""
    return canonical(
        {
            "today": today,
            "groups": [group_told(group) for group in groups],
            "asked": [(*line[:3], text(line.quantity)) for line in asked],
        }
    )


def group_told(group: Group) -> dict[str, Any]:
    """Return a group as it stands in facts."""
    return {
        "sku": group.sku,
        "category": group.category,
        "entity": group.legal_entity,
        "shelves": [
            (*row[:3], text(row.quantity), row.until, *((row.day,) if row.day else ())) for row in group.shelves
        ],
        "coming": [
            (*row[:5], f"{row.confidence.normalize():f}", row.due, text(row.quantity), row.until)
            for row in group.coming
        ],
        "waiting": [(*row[:4], text(row.quantity), list(row.rank)) for row in group.waiting],
    }


def group_read(known: Mapping[str, Any]) -> Group:
    """Return a group from facts."""
    return Group(
        known["sku"],
        known["category"],
        known["entity"],
        tuple(_row(Shelf, row, quantity=3) for row in known["shelves"]),
        tuple(_row(Coming, [*row[:5], Decimal(row[5]), *row[6:]], quantity=7) for row in known["coming"]),
        tuple(_row(Waiting, [*row[:5], tuple(row[5])], quantity=4) for row in known["waiting"]),
    )


def _row(noun: Callable[..., N], row: list[Any], *, quantity: int) -> N:
    return noun(*row[:quantity], parts_of(Decimal(row[quantity])), *row[quantity + 1 :])


def _outcome(found: Mapping[str, Promise]) -> str:
    rows = []
    for key, promised in found.items():
        parts = [
            (part.day, text(part.quantity), [(each.source, text(each.quantity)) for each in part.pegs])
            for part in promised.schedule
        ]
        rows.append((key, promised.complete_day, parts, text(promised.short)))
    return canonical({"promises": rows})


def _trace(plans: Sequence[tuple[Terms, Plan]]) -> str:
    return canonical(
        {
            "groups": [
                (terms.rule.name, [(day.day, *(text(figure) for figure in day[1:])) for day in plan.offer.days])
                for terms, plan in plans
            ]
        }
    )


def text(parts: int) -> str:
    """Return a quantity of parts as plain text."""
    return f"{quantity_of(parts):f}"


def canonical(value: Any) -> str:
    """Return the canonical JSON text: sorted keys, no white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
