"""The decision of an order as canonical texts, and its replay from them to the same bytes.

Facts: {"currency", "country", "group", "channel", "places": [[code, country, km, picks left]], "wishes": [[line, quantity, decimals,
weight, net, sku, category, {warehouse: free}]]}. Outcome: {"picks": [[line, warehouse, quantity]], "cost", "unserved"}. Trace: the parcels
with the parts of their cost, what was rejected with its cost or why it is not possible, how many sets were weighed, whether it is proven.
No postal code and no address is in them.
"""

from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from apps.inventory.decisions.sourcing.choosing import choose
from apps.inventory.decisions.sourcing.facts import Place, Sourced, SourcingFacts, Wish
from apps.inventory.decisions.sourcing.rules import Rules


class SourcingTexts(NamedTuple):
    """A decision as it is stored."""

    facts: str
    outcome: str
    trace: str


def sourcing_texts(facts: SourcingFacts, sourced: Sourced) -> SourcingTexts:
    """Return the texts of a decision."""
    return SourcingTexts(facts_text(facts), _outcome(sourced), _trace(sourced))


def replay(rules: Rules, text: str) -> tuple[str, str]:
    """Choose again from stored facts; returns the outcome and the trace, to the byte."""
    sourced = choose(rules, read_facts(text))
    return _outcome(sourced), _trace(sourced)


def facts_text(facts: SourcingFacts) -> str:
    """Return the canonical text of facts."""
    return _canonical(
        {
            "currency": facts.currency,
            "country": facts.country,
            "group": facts.customer_group,
            "channel": facts.channel,
            "places": [(each.code, each.country, each.km, each.picks_left) for each in facts.places],
            "wishes": [_wish(each) for each in facts.wishes],
        }
    )


def _wish(wish: Wish) -> tuple[Any, ...]:
    weight = None if wish.weight_kg is None else _plain(wish.weight_kg)
    free = {code: _plain(count) for code, count in wish.free.items()}
    return (wish.line, _plain(wish.quantity), wish.decimals, weight, wish.net_minor, wish.sku, wish.category, free)


def read_facts(text: str) -> SourcingFacts:
    """Return the facts of a stored text."""
    known = orjson.loads(text)
    return SourcingFacts(
        currency=known["currency"],
        wishes=[_read_wish(*each) for each in known["wishes"]],
        places=[Place(*each) for each in known["places"]],
        country=known["country"],
        customer_group=known["group"],
        channel=known["channel"],
    )


def _read_wish(
    line: str, quantity: str, decimals: int, weight: str | None, net: int, sku: str, category: str, free: dict[str, str]
) -> Wish:
    return Wish(
        line=line,
        quantity=Decimal(quantity),
        free={code: Decimal(count) for code, count in free.items()},
        decimals=decimals,
        weight_kg=None if weight is None else Decimal(weight),
        net_minor=net,
        sku=sku,
        category=category,
    )


def _outcome(sourced: Sourced) -> str:
    return _canonical(
        {
            "picks": [(pick.line, pick.warehouse, _plain(pick.quantity)) for pick in sourced.picks],
            "cost": sourced.cost_minor,
            "unserved": {line: _plain(left) for line, left in sourced.unserved.items()},
        }
    )


def _trace(sourced: Sourced) -> str:
    parcels = [
        {
            "warehouse": each.warehouse,
            "zone": each.zone,
            "carrier": each.carrier,
            "weight_kg": _plain(each.weight_kg),
            "carriage": each.carriage_minor,
            "work": each.work_minor,
            "days": each.days,
            "days_cost": each.days_minor,
            "picks": each.picks,
        }
        for each in sourced.parcels
    ]
    rejected = [
        (each.name, list(each.warehouses), each.cost_minor, each.unserved_minor, each.short_lines, each.why_not)
        for each in sourced.alternatives
    ]
    return _canonical(
        {
            "parcels": parcels,
            "penalty": sourced.penalty_minor,
            "unserved_minor": sourced.unserved_minor,
            "rejected": rejected,
            "looked_at": sourced.looked_at,
            "is_proven": sourced.is_proven,
            "warnings": list(sourced.warnings),
        }
    )


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _canonical(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
