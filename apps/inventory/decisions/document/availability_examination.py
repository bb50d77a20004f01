"""What is wrong with rules of availability, or worth knowing, that their schema cannot see."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from apps.inventory.decisions.document.availability import OF_PRODUCTS, Availability
from apps.inventory.decisions.document.language import Conditioned, Language


class Found(NamedTuple):
    """One finding: how grave, where (RFC 6901), a stable code, what it means."""

    severity: Literal["error", "warning", "undecided"]
    pointer: str
    code: str
    message: str
    rules: tuple[str, ...] = ()


def examine_availability(document: Availability, language: Language) -> list[Any]:
    """Return what can be said of the rules; errors refuse the save. Findings of conditions are the language's own."""
    rules = [
        Conditioned(rule.name, f"/rules/{place}/when", rule.when or "") for place, rule in enumerate(document.rules)
    ]
    return [*_found(document), *language.examine(rules, OF_PRODUCTS, first_wins=True)]


def _found(document: Availability) -> Iterator[Found]:
    seen: set[str] = set()
    last = len(document.rules) - 1
    for place, rule in enumerate(document.rules):
        at = f"/rules/{place}"
        if rule.name in seen:
            yield Found("error", f"{at}/name", "name_taken", f"{rule.name!r} is the name of another one", (rule.name,))
        seen.add(rule.name)
        if place == last and rule.when is not None:
            message = "the last rule has no condition, so that every product has a rule"
            yield Found("error", f"{at}/when", "last_rule_has_condition", message, (rule.name,))
        if rule.infinite_after_days is not None and rule.infinite_after_days > rule.horizon_days:
            message = f"without effect: nothing after day {rule.horizon_days} is promised"
            yield Found("warning", f"{at}/infinite_after_days", "without_effect", message, (rule.name,))
        if not rule.supplies.kinds or not rule.supplies.statuses:
            message = "no supply counts: only what lies there is promised"
            yield Found("warning", f"{at}/supplies", "nothing_counts", message, (rule.name,))
        if not rule.consumption.forward:
            message = "demand that is late takes nothing from later supplies: they are promised to somebody else"
            yield Found("warning", f"{at}/consumption/forward", "late_demand_is_left", message, (rule.name,))
