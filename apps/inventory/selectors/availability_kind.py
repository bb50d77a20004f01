"""The kind of rulebook by which things are promised, as rulebooks calls it."""

import json

from apps.inventory.decisions.atp.record import replay
from apps.inventory.decisions.atp.replan_record import FACT, replay_replan
from apps.inventory.decisions.document import AVAILABILITY
from apps.inventory.decisions.document.availability import (
    NAMES,
    Availability,
    AvailabilityRules,
    compile_availability,
)
from apps.inventory.decisions.document.availability_examination import examine_availability
from apps.inventory.decisions.document.availability_words import words_of
from apps.inventory.selectors.rules import LANGUAGE
from apps.rulebooks.contract import Decided, Finding, RuleText, register_kind


def register_availability() -> None:
    """Make the kind known; called once when the apps are loaded."""
    register_kind(
        AVAILABILITY,
        title="What can be promised",
        schema=Availability,
        compile=_compile,
        decide=_decide,
        examine=_examine,
        rules=_words,
        names=NAMES,
        stops="Nobody is promised a day; goods are reserved and shared out as they come",
    )


def _compile(document: Availability) -> AvailabilityRules:
    return compile_availability(document, LANGUAGE)


def _decide(rules: AvailabilityRules, facts: str) -> Decided:
    return Decided(*(replay_replan if FACT in json.loads(facts) else replay)(rules, facts))


def _examine(document: Availability) -> list[Finding]:
    return [
        each
        if isinstance(each, Finding)
        else Finding(each.severity, each.pointer, each.code, each.message, rules=each.rules)
        for each in examine_availability(document, LANGUAGE)
    ]


def _words(document: Availability) -> dict[str, RuleText]:
    return {name: RuleText(*words) for name, words in words_of(document).items()}
