"""Rules of availability in words, so that a difference reads "horizon 180 days -> 90 days"."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from apps.inventory.decisions.document.availability import Availability, AvailabilityRule, PastDue


class Words(NamedTuple):
    """A named part of a document: what it is called, and its properties."""

    title: str
    words: Mapping[str, str]


def words_of(document: Availability) -> dict[str, Words]:
    """Return every rule by its name, with its place among those that are tried."""
    return {rule.name: Words(f"Rule {rule.name}", _rule(rule, place)) for place, rule in enumerate(document.rules, 1)}


def _rule(rule: AvailabilityRule, place: int) -> dict[str, str]:
    counted, weighed = rule.supplies, rule.replanning
    carriage = ", ".join(f"{_plain(amount)} {currency}" for currency, amount in weighed.other_warehouse_per_kg.items())
    return {
        "tried": f"as no. {place}",
        "when": rule.when or "always",
        "horizon": _days(rule.horizon_days),
        "takes": _takes(rule),
        "offers": _offers(rule),
        "overdue supply": _past_due(rule.past_due_supply, "comes"),
        "overdue demand": _past_due(rule.past_due_demand, "leaves"),
        "can be ordered in": "no time that is known" if rule.infinite_after_days is None else _days(rule.infinite_after_days),
        "counts": f"{', '.join(counted.kinds) or 'nothing'}; {', '.join(counted.statuses) or 'never'}",
        "at least sure": f"{_plain(counted.least_confidence)} %",
        "from due to free": _days(rule.receipt_margin_days),
        "from free to leaving": _days(rule.issue_margin_days),
        "reserved": "at once" if rule.reserve_within_days is None else f"{_days(rule.reserve_within_days)} before the day",
        "must still last": _days(rule.least_shelf_life_days),
        "in parts": "yes" if rule.splits else "no",
        "a day late costs": f"{_plain(weighed.late_percent_per_day)} % of the line",
        "a kilogram from another warehouse costs": carriage or "nothing",
    }  # fmt: skip


def _takes(rule: AvailabilityRule) -> str:
    ways = [
        word
        for word, is_on in (
            ("from earlier days", rule.consumption.backward),
            ("then from later ones", rule.consumption.forward),
        )
        if is_on
    ]
    return ", ".join(ways) or "from its own day alone"


def _offers(rule: AvailabilityRule) -> str:
    if not rule.accumulate:
        return "what became free on the day alone"
    since = "" if rule.accumulate_days is None else f" in the last {_days(rule.accumulate_days)}"
    return f"all that was left{since}"


def _past_due(rule: PastDue, verb: str) -> str:
    when = "today" if not rule.delay_days else f"{_days(rule.delay_days)} from today"
    return f"{verb} {when}" + ("" if rule.count_days is None else f", until {_days(rule.count_days)} overdue")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
