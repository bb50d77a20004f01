"""Scenarios: written by hand or from a logged decision, replaced, retired, and the gate that they are before an activation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.audit.contract import set_change_actor
from apps.rulebooks.decisions.kinds import Kind, kind_of
from apps.rulebooks.decisions.scenarios import (
    ScenarioDraft,
    ScenarioUnusable,
    canonical_text,
    checked_name,
    checked_note,
    decided,
    expected_of,
)
from apps.rulebooks.decisions.trying import NotDecided, Undecidable
from apps.rulebooks.models import Rulebook, RulebookVersion, Scenario
from apps.rulebooks.selectors.decision_log import decision_of
from apps.rulebooks.selectors.scenarios import scenario_of, scenarios_of
from apps.rulebooks.selectors.versions import version_in_force_or_newest
from apps.rulebooks.services.versions import locked_rulebook
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import joins, writes


class ScenarioNameTaken(Conflict):
    """Every scenario of a rulebook has a name of its own."""

    code, title = "scenario_name_taken", "Another scenario has this name"


class ScenarioRetired(Conflict):
    """What is retired is neither replaced nor retired again."""

    code, title = "scenario_retired", "The scenario is retired"


@writes
def add_scenario(*, rulebook_id: UUID, draft: ScenarioDraft, actor: Actor, now: datetime) -> Scenario:
    """Keep a scenario; what it expects is, when left out, what the version in force (or the newest) decides.

    Raises NotFound, ScenarioUnusable, FloatRefused, ScenarioNameTaken, NotDecided.
    """
    set_change_actor(actor)
    rulebook = locked_rulebook(rulebook_id)
    (texts,) = _texts(rulebook, [draft], now)
    return _add(rulebook, texts, actor, now)


@writes
def add_scenario_from_decision(
    *, decision_id: UUID, name: str, note: str = "", rulebook_id: UUID | None = None, actor: Actor, now: datetime
) -> Scenario:
    """Keep what was decided once as a scenario of the rulebook that decided it, or of another one of its kind.

    Raises NotFound, ScenarioUnusable, ScenarioNameTaken.
    """
    set_change_actor(actor)
    logged = decision_of(decision_id)
    rulebook = locked_rulebook(rulebook_id or _rulebook_that_decided(logged.kind, logged.version_sha256))
    if rulebook.kind != logged.kind:
        raise ScenarioUnusable(f"The decision was taken by rules of kind {logged.kind!r}.")
    expected = expected_of(kind_of(logged.kind), logged.facts, logged.outcome)
    return _add(rulebook, (checked_name(name), logged.facts, expected, checked_note(note)), actor, now)


@writes
def replace_scenario(*, scenario_id: UUID, draft: ScenarioDraft, actor: Actor, now: datetime) -> Scenario:
    """Retire a scenario and keep another in its place. Raises as `add_scenario`, and ScenarioRetired."""
    set_change_actor(actor)
    old = _locked(scenario_id)
    (texts,) = _texts(old.rulebook, [draft], now)
    _retire(old, now)
    return _add(old.rulebook, texts, actor, now)


@writes
def retire_scenario(*, scenario_id: UUID, actor: Actor, now: datetime) -> Scenario:
    """Retire a scenario: no version is tried on it any more. It is kept. Raises NotFound, ScenarioRetired."""
    set_change_actor(actor)
    return _retire(_locked(scenario_id), now)


@joins
def keep_scenarios(*, rulebook: Rulebook, drafts: Sequence[ScenarioDraft], actor: Actor, now: datetime) -> int:
    """Keep the scenarios of a file with a locked rulebook, in place of those of the same names; returns how many are new or other.

    Those that the file does not name stay. Raises as `add_scenario`.
    """
    known = {each.name: each for each in scenarios_of(rulebook.pk)}
    changed = 0
    for texts in _texts(rulebook, drafts, now) if drafts else ():
        old = known.get(texts[0])
        if old is not None and (old.name, old.facts, old.expected, old.note) == texts:
            continue
        if old is not None:
            _retire(old, now)
        known[texts[0]] = _add(rulebook, texts, actor, now)
        changed += 1
    return changed


def _texts(rulebook: Rulebook, drafts: Sequence[ScenarioDraft], now: datetime) -> list[tuple[str, str, str, str]]:
    """Return name, facts, what is expected, and the note of each, checked: facts that the rulebook cannot decide on are refused."""
    kind = kind_of(rulebook.kind)
    if kind.decide is None:
        raise NotDecided("Rules of this kind decide nothing that a scenario could expect.")
    version = version_in_force_or_newest(rulebook.pk, now)
    ready = kind.ready(version.document)
    return [_text(kind, ready, version.number, draft) for draft in drafts]


def _text(kind: Kind, ready: Any, number: int, draft: ScenarioDraft) -> tuple[str, str, str, str]:
    facts = canonical_text(draft.facts)
    try:
        today = decided(kind, ready, facts)
    except Undecidable as refusal:
        raise ScenarioUnusable(
            f"{draft.name}: version {number} cannot decide on these facts: {refusal.detail}"
        ) from refusal
    expected = today if draft.expected is None else canonical_text(draft.expected)
    return checked_name(draft.name), facts, expected, checked_note(draft.note)


@joins
def _add(rulebook: Rulebook, texts: tuple[str, str, str, str], actor: Actor, now: datetime) -> Scenario:
    name, facts, expected, note = texts
    if scenarios_of(rulebook.pk).filter(name=name).exists():
        raise ScenarioNameTaken(f"{rulebook.name} has a scenario called {name!r}.")
    return Scenario.objects.create(
        id=new_id(), rulebook=rulebook, name=name, facts=facts, expected=expected, note=note, author_id=actor.id,
        recorded_at=now,
    )  # fmt: skip


@joins
def _retire(scenario: Scenario, now: datetime) -> Scenario:
    scenario.retired_at = now
    scenario.save(update_fields=["retired_at"])
    return scenario


@joins
def _locked(scenario_id: UUID) -> Scenario:
    """Lock the rulebook and return the scenario. Raises NotFound, ScenarioRetired."""
    rulebook = locked_rulebook(scenario_of(scenario_id).rulebook_id)
    found = scenario_of(scenario_id)
    found.rulebook = rulebook
    if found.retired_at is not None:
        raise ScenarioRetired("Another one may have its name.")
    return found


def _rulebook_that_decided(kind: str, sha256: bytes) -> UUID:
    found = RulebookVersion.objects.filter(rulebook__kind=kind, sha256=sha256).order_by("number").first()
    if found is None:
        raise NotFound("There is no rulebook with the version that decided.")
    return found.rulebook_id
