"""What rules are called: the titles that the version which decided declares, in place of the names that the trace keeps."""

import re
from collections.abc import Mapping
from typing import Final

from apps.pricing.decisions.document.schema import RULES_KIND, Charge, Discount, Floor, PricingRules
from apps.pricing.decisions.record.explanation import LineTold, Loser, OrderTold
from apps.rulebooks.contract import version_document
from ordercash.kernel.errors import NotFound
from ordercash.web.tones import state_label

Titles = Mapping[str, str]
NO_TITLES: Final[Titles] = {}
# A rule without a title is called by its name.
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def rule_titles(version_sha256: bytes) -> Titles:
    """Return the titles of rules by name, those that have one; none for a version that is no version of pricing rules."""
    try:
        document = version_document(RULES_KIND, version_sha256).document
    except NotFound:
        return NO_TITLES
    return titles_in(document)


def titles_in(document: PricingRules) -> Titles:
    """Return the titles of a document's rules by name, those that have one."""
    rules: tuple[Discount | Charge | Floor, ...] = (*document.discounts, *document.charges, *document.floors)
    return {rule.name: rule.title for rule in rules if rule.title}


def label_of(rule: str) -> str:
    """Return how a rule reads: its title as it was declared, or its name in words."""
    return state_label(rule) if _NAME.fullmatch(rule) else rule


def titled_line(told: LineTold, titles: Titles) -> LineTold:
    """Return what is told of a line with the rules called by their titles."""
    return told._replace(
        steps=tuple(step._replace(rule=titles.get(step.rule, step.rule)) for step in told.steps),
        lost=tuple(titled(each, titles) for each in told.lost),
        closed_by=titles.get(told.closed_by, told.closed_by),
        floors=tuple({**floor, "rule": titles.get(floor["rule"], floor["rule"])} for floor in told.floors),
        borne={titles.get(rule, rule): amount for rule, amount in told.borne.items()},
    )


def titled_order(told: OrderTold, titles: Titles) -> OrderTold:
    """Return what is told of an order with the rules called by their titles."""
    return told._replace(
        steps=tuple((titles.get(row[0], row[0]), *row[1:]) for row in told.steps),
        charges=tuple((titles.get(row[0], row[0]), *row[1:]) for row in told.charges),
        lost=tuple(titled(each, titles) for each in told.lost),
    )


def titled(each: Loser, titles: Titles) -> Loser:
    """Return a rule that gave nothing with it and its better called by their titles."""
    by = label_of(titles.get(each.by, each.by)) if each.by else ""
    return each._replace(rule=titles.get(each.rule, each.rule), by=by)
