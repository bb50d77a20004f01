"""Scenarios: facts and what every version has to decide from them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.rulebooks.decisions.canonical import canonical_json, refuse_floats
from apps.rulebooks.decisions.kinds import Kind, Weight
from apps.rulebooks.decisions.trying import Undecidable, decide_with
from ordercash.kernel.errors import DomainError

LONGEST_NAME = 120
LONGEST_NOTE = 300


class ScenarioUnusable(DomainError):
    """A scenario cannot be kept as it was written."""

    code, title = "scenario_unusable", "The scenario cannot be kept"


@dataclass(frozen=True, slots=True)
class ScenarioDraft:
    """A scenario as somebody writes it, in plain values; `expected` None: what the version in force decides."""

    name: str
    facts: Any
    expected: Any = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a version made of a scenario: canonical texts, "" for `got` when it decided nothing, and why."""

    expected: str
    got: str
    refusal: str = ""

    @property
    def passed(self) -> bool:
        """Say whether it decided what was expected."""
        return not self.refusal and self.got == self.expected


def run_scenario(kind: Kind, compiled: Any, *, facts: str, expected: str) -> Ran:
    """Decide on a scenario's facts and compare with what is expected. Raises NotDecided for a kind that decides nothing."""
    try:
        return Ran(expected, decided(kind, compiled, facts))
    except Undecidable as refusal:
        return Ran(expected, "", refusal.detail)


def decided(kind: Kind, compiled: Any, facts: str) -> str:
    """Return what a scenario of these facts would expect of a version. Raises Undecidable, NotDecided."""
    return expected_of(kind, facts, decide_with(kind, compiled, facts).outcome)


def expected_of(kind: Kind, facts: str, outcome: str) -> str:
    """Return the part of an outcome that scenarios of the kind look at."""
    return kind.scenario(facts, outcome) if kind.scenario else outcome


def weights_of(kind: Kind, facts: str, outcome: str) -> Sequence[Weight]:
    """Return what the lines of an outcome weigh; nothing for a kind that weighs none, and for one that was written otherwise."""
    try:
        return kind.weigh(facts, outcome) if kind.weigh and outcome else ()
    except (LookupError, TypeError, ValueError):
        return ()


def canonical_text(value: Any) -> str:
    """Return the canonical text of facts or of what is expected. Raises FloatRefused, ScenarioUnusable."""
    refuse_floats(value)
    try:
        return canonical_json(value)
    except TypeError as mistake:
        raise ScenarioUnusable(f"It holds something that JSON cannot say: {mistake}.") from None


def checked_name(name: str) -> str:
    """Return the name of a scenario without the white space around it. Raises ScenarioUnusable."""
    named = name.strip()
    if not 0 < len(named) <= LONGEST_NAME or not named.isprintable():
        raise ScenarioUnusable(f"The name of a scenario has between 1 and {LONGEST_NAME} characters on one line.")
    return named


def checked_note(note: str) -> str:
    """Return the note of a scenario. Raises ScenarioUnusable."""
    if len(note) > LONGEST_NOTE or "\x00" in note:
        raise ScenarioUnusable(f"A note has at most {LONGEST_NOTE} characters.")
    return note


def read_scenarios(members: Any) -> list[ScenarioDraft]:
    """Return the scenarios of a rulebook file: a list of mappings with name, facts, expected and perhaps a note."""
    if not isinstance(members, Sequence) or isinstance(members, str | bytes):
        raise ScenarioUnusable("`scenarios` is a list.")
    return [_read(place, member) for place, member in enumerate(members)]


def _read(place: int, member: Any) -> ScenarioDraft:
    known, needed = {"name", "facts", "expected", "note"}, {"name", "facts", "expected"}
    if not isinstance(member, Mapping) or not needed <= set(member) <= known or not isinstance(member["name"], str):
        raise ScenarioUnusable(f"Scenario {place + 1} of the file has a name, facts, expected and perhaps a note.")
    return ScenarioDraft(member["name"], member["facts"], member["expected"], str(member.get("note", "")))
