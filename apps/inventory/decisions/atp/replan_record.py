"""A re-plan that was carried out as canonical texts, and its replay from them to the same bytes.

Facts: {"today", "replan": {"group", "broken": [[line, day, quantity, rank, per_day, home, per_move, currency, weight]], "way"}}; the
group is told as in `record`, its lines are the promises that are kept, summed by day. Outcome: {"way", "days": [[line, day | null]],
"costs": {currency: parts}}. Trace: {"rule", "ways": [[name, what it counts, {currency: parts}]]}. Costs are in parts of minor units
(COST_PARTS).
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from apps.inventory.decisions.atp.facts import Group, needs_of, parts_of, sources_of
from apps.inventory.decisions.atp.nouns import Need
from apps.inventory.decisions.atp.record import Texts, canonical, group_read, group_told, text
from apps.inventory.decisions.atp.replanning import Late, Way, replan
from apps.inventory.decisions.document.availability import AvailabilityRules, Terms

FACT = "replan"


class ReplanFacts(NamedTuple):
    """What a re-plan is worked out from: the group with the promises that are kept, and the broken ones with what they cost."""

    group: Group
    broken: tuple[Late, ...]


def ways_of(facts: ReplanFacts, terms: Terms) -> list[Way]:
    """Return the ways, the cheapest first."""
    return replan(sources_of(facts.group, terms), needs_of(facts.group, terms), facts.broken, terms.arithmetic)


def replan_texts(rules: AvailabilityRules, today: str, facts: ReplanFacts, way: str) -> Texts:
    """Return the texts of a re-plan of which one way was carried out."""
    told = {"group": group_told(facts.group), "broken": [_told(late) for late in facts.broken], "way": way}
    written = canonical({"today": today, FACT: told})
    return Texts(written, *replay_replan(rules, written))


def replay_replan(rules: AvailabilityRules, facts: str) -> tuple[str, str]:
    """Work it out again from stored facts; returns the outcome and the trace, to the byte."""
    known = json.loads(facts)[FACT]
    group = group_read(known["group"])
    terms = rules.of(group.sku, group.category, group.legal_entity)
    ways = ways_of(ReplanFacts(group, tuple(_late(row) for row in known["broken"])), terms)
    chosen = next((way for way in ways if way.name == known["way"]), None)
    return canonical(_outcome(chosen)), canonical({"rule": terms.rule.name, "ways": [_weighed(way) for way in ways]})


def _told(late: Late) -> list[Any]:
    need = late.need
    return [need.key, need.day, text(need.quantity), list(need.rank), *late[1:]]


def _late(row: list[Any]) -> Late:
    key, day, quantity, rank, *costs = row
    return Late(Need(key, day, parts_of(Decimal(quantity)), tuple(rank)), *costs)


def _outcome(way: Way | None) -> Mapping[str, Any]:
    if way is None:
        return {"way": None}
    return {"way": way.name, "days": sorted(way.days.items()), "costs": way.costs}


def _weighed(way: Way) -> tuple[str, int, Mapping[str, int]]:
    return way.name, way.cost, way.costs
