"""Looking at the text of a rulebook while it is written: what can be read, and everything that is found, with its place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from apps.rulebooks.decisions.documents import findings_of
from apps.rulebooks.decisions.files import FileUnreadable, read_file
from apps.rulebooks.decisions.kinds import Finding, KindUnknown, kind_of
from apps.rulebooks.decisions.places import Places
from apps.rulebooks.decisions.scenarios import ScenarioUnusable, read_scenarios

MOST_LETTERS = 300_000


@dataclass(frozen=True, slots=True)
class Examined:
    """What is known of a file's text: its members when it can be read, and findings with line and column of the text."""

    members: Mapping[str, Any] | None
    findings: tuple[Finding, ...]

    @property
    def can_be_saved(self) -> bool:
        """Say whether no error stands against saving it."""
        return not any(finding.severity == "error" for finding in self.findings)


def examine_text(text: str) -> Examined:
    """Examine the text of a rulebook file: YAML, its members, the document against its kind."""
    if len(text) > MOST_LETTERS:
        return Examined(None, (Finding("error", "", "too_long", f"longer than {MOST_LETTERS} characters", 1, 1),))
    try:
        members = read_file(text)
        kind = kind_of(str(members["kind"]))
    except FileUnreadable as refusal:
        return Examined(None, (Finding("error", "", refusal.code, refusal.detail, refusal.line, refusal.column),))
    except KindUnknown as refusal:
        line, column = Places(text).of("/kind")
        return Examined(None, (Finding("error", "/kind", refusal.code, refusal.detail, line, column),))
    places = Places(text)
    found = [_placed(places, finding) for finding in findings_of(kind, members["document"])]
    try:
        read_scenarios(members.get("scenarios", ()))
    except ScenarioUnusable as refusal:
        found.append(Finding("error", "/scenarios", refusal.code, refusal.detail, *places.of("/scenarios")))
    return Examined(members, tuple(sorted(found, key=lambda each: (each.line or 0, each.column or 0))))


def _placed(places: Places, finding: Finding) -> Finding:
    line, column = places.of(f"/document{finding.pointer.rstrip('/')}", finding.line, finding.column)
    message = finding.message
    if finding.line is not None:
        message = message.removeprefix(f"line {finding.line}, column {finding.column}: ")
    return replace(finding, line=line, column=column, message=message)
