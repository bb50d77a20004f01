"""The rulebooks by which what is scarce is shared, as kinds: how they are read, examined and told in words."""

from collections.abc import Mapping

from apps.inventory.decisions.backorders import document as backorders
from apps.inventory.decisions.backorders.deciding import replay
from apps.inventory.decisions.document import ALLOCATION, BACKORDERS
from apps.inventory.decisions.sharing import document as sharing
from apps.inventory.decisions.sharing.record import replay_run
from apps.inventory.selectors.rules import LANGUAGE
from apps.rulebooks.contract import Decided, Finding, RuleText, canonical_json, register_kind


def register_sharing() -> None:
    """Make known the kinds; called once when the apps are loaded."""
    register_kind(
        ALLOCATION,
        title="Sharing what is scarce",
        schema=sharing.Allocation,
        compile=lambda document: sharing.compile_allocation(document, LANGUAGE),
        decide=lambda rules, facts: Decided(*replay_run(rules, facts)),
        examine=_examine_allocation,
        rules=lambda document: _texts(sharing.words_of(document)),
        names=sharing.NAMES,
        stops="Who waits longest is served first",
    )
    register_kind(
        BACKORDERS,
        title="Orders whose goods are short",
        schema=backorders.Backorders,
        compile=lambda document: backorders.compile_backorders(document, LANGUAGE),
        decide=lambda policies, facts: Decided(*replay(policies, facts, canonical_json)),
        examine=_examine_backorders,
        rules=lambda document: _texts(dict(backorders.words_of(document))),
        names=backorders.NAMES,
        stops="Orders ship as they are ready, and nobody is told",
    )


def _examine_allocation(document: sharing.Allocation) -> list[Finding]:
    found = [Finding("warning", *oddity) for oddity in sharing.oddities_of(document)]
    for rules, names in sharing.conditions_of(document):
        found += LANGUAGE.examine(rules, names, first_wins=True)
    return found


def _examine_backorders(document: backorders.Backorders) -> list[Finding]:
    return list(LANGUAGE.examine(backorders.conditions_of(document), backorders.ORDER_NAMES, first_wins=True))


def _texts(words: Mapping[str, tuple[str, Mapping[str, str]]]) -> dict[str, RuleText]:
    return {name: RuleText(*text) for name, text in words.items()}
