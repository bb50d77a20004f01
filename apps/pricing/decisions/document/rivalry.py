"""Discounts of one group, and charges of one kind, beside each other: which are never reached, which overlap."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations
from typing import Any, Final, NamedTuple

from apps.pricing.decisions.document.conditions import Language
from apps.pricing.decisions.document.examination import Found, examine_members, timed_rules, warning
from apps.pricing.decisions.document.schema import Charge, Discount, PricingRules, Rule

MOST_COMPARED: Final = 200
_ENDS: Final = {
    "highest_priority": "the first of them wins",
    "best_for_customer": "the better one for the customer wins",
    "all_in_sequence": "each takes from what the one before left",
    "all_on_list": "both take from the price before discounts",
}


class Rival(NamedTuple):
    """A rule with where it stands and the comparisons of its condition (None: it is more than plain comparisons)."""

    at: str
    rule: Rule
    said: Sequence[Any] | None


def examine_document(document: PricingRules, language: Language) -> list[Found]:
    """Return everything that is wrong with a document or worth knowing; rivals are compared once nothing is wrong."""
    found = examine_members(document, language)
    if any(each.severity == "error" for each in found):
        return found
    for name, method, rivals in _rivalries(document, language):
        if len(rivals) > MOST_COMPARED:
            message = f"undecided what {name} hides or overlaps: more than {MOST_COMPARED} rules"
            found.append(Found("undecided", "/groups", "undecided", message))
        else:
            found += _against_each_other(method, rivals, language)
    return found


def _rivalries(document: PricingRules, language: Language) -> Iterator[tuple[str, str, list[Rival]]]:
    rules = sorted(timed_rules(document), key=lambda pair: (-pair[1].priority, pair[1].name))
    rivals = [Rival(at, rule, language.comparisons(rule.when) if rule.when else ()) for at, rule in rules]
    for group in document.groups:
        own = [rival for rival in rivals if isinstance(rival.rule, Discount) and rival.rule.group == group.name]
        yield group.name, group.method, own
    for name in sorted({charge.of for charge in document.charges}):
        own = [rival for rival in rivals if isinstance(rival.rule, Charge) and rival.rule.of == name]
        yield name, "highest_priority", own


def _against_each_other(method: str, rivals: Sequence[Rival], language: Language) -> Iterator[Found]:
    hidden: dict[str, str] = {}
    overlaps: dict[str, list[str]] = {}
    for first, second in combinations(rivals, 2):
        if first.said is None or second.said is None or not _meet(first.rule, second.rule):
            continue
        if _hides(method, first, second, language):
            hidden.setdefault(second.rule.name, first.rule.name)
        elif method == "best_for_customer" and _hides(method, second, first, language):
            hidden.setdefault(first.rule.name, second.rule.name)
        elif first.said and second.said and language.overlap(first.said, second.said):
            overlaps.setdefault(second.rule.name, []).append(first.rule.name)
    for at, rule, _ in rivals:
        if rule.name in hidden:
            how = "is never worth less" if method == "best_for_customer" else "comes first"
            message = f"never reached: {hidden[rule.name]!r} {how} and applies wherever this does"
            yield warning(at, "unreachable", message, rule.name, hidden[rule.name])
        elif rule.name in overlaps:
            message = f"overlaps with {', '.join(overlaps[rule.name])}: {_ENDS[method]}"
            yield warning(at, "overlap", message, rule.name, *overlaps[rule.name])


def _hides(method: str, first: Rival, second: Rival, language: Language) -> bool:
    """Say whether `second` can never take anything because of `first`."""
    if method not in {"highest_priority", "best_for_customer"}:
        return False
    one, other = first.rule, second.rule
    if one.coupon not in (None, other.coupon) or not _spans(one, other):
        return False
    if one.give.percent is None:  # other ways to give may be worth nothing on a line
        return False
    if method == "best_for_customer" and (other.give.percent is None or other.give.percent > one.give.percent):
        return False
    if method == "best_for_customer" and other.give.percent == one.give.percent and _goes_first(other, one):
        return False
    return language.covers(first.said or (), second.said or ())


def _goes_first(one: Rule, other: Rule) -> bool:
    return (-one.priority, one.name) < (-other.priority, other.name)


def _meet(one: Rule, other: Rule) -> bool:
    """Say whether both can run at one moment; periods in different zones are taken to meet."""
    if one.zone != other.zone:
        return True
    return _from(one) < _until(other) and _from(other) < _until(one)


def _spans(one: Rule, other: Rule) -> bool:
    """Say whether one runs whenever the other does."""
    if one.from_ is None and one.until is None:
        return True
    return one.zone == other.zone and _from(one) <= _from(other) and _until(other) <= _until(one)


def _from(rule: Rule) -> datetime:
    return rule.from_ or datetime(1, 1, 1)  # noqa: DTZ001 - wall times


def _until(rule: Rule) -> datetime:
    return rule.until or datetime(9999, 12, 31)  # noqa: DTZ001 - wall times
