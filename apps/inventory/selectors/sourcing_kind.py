"""The kind of rulebook by which warehouses are chosen, as rulebooks calls it."""

from apps.inventory.decisions.document import SOURCING
from apps.inventory.decisions.document.sourcing import OF_LINES, OF_PARCELS, Sourcing
from apps.inventory.decisions.document.sourcing_examination import examine_sourcing
from apps.inventory.decisions.document.sourcing_words import words_of
from apps.inventory.decisions.sourcing import Rules, compile_rules
from apps.inventory.decisions.sourcing.record import replay
from apps.inventory.selectors.rules import LANGUAGE
from apps.rulebooks.contract import Decided, Finding, RuleText, register_kind


def register_sourcing() -> None:
    """Make the kind known; called once when the apps are loaded."""
    register_kind(
        SOURCING,
        title="From where orders are served",
        schema=Sourcing,
        compile=_compile,
        decide=_decide,
        examine=_examine,
        rules=_words,
        names={"Conditions of carriers": OF_PARCELS, "Conditions of restrictions": OF_LINES},
        stops="Warehouses are asked in the order of their priority",
    )


def _compile(document: Sourcing) -> Rules:
    return compile_rules(document, LANGUAGE)


def _decide(rules: Rules, facts: str) -> Decided:
    return Decided(*replay(rules, facts))


def _examine(document: Sourcing) -> list[Finding]:
    return [
        each
        if isinstance(each, Finding)
        else Finding(each.severity, each.pointer, each.code, each.message, rules=each.rules)
        for each in examine_sourcing(document, LANGUAGE)
    ]


def _words(document: Sourcing) -> dict[str, RuleText]:
    return {name: RuleText(*words) for name, words in words_of(document).items()}
