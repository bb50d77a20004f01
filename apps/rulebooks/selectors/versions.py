"""Reading rulebooks and their versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Prefetch, QuerySet

from apps.rulebooks.decisions.phases import Period, Phase, phase
from apps.rulebooks.models import Activation, Rulebook, RulebookVersion
from ordercash.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class RulebookFacts:
    """A rulebook with its versions, the newest first."""

    id: UUID
    kind: str
    name: str
    legal_entity: str
    versions: tuple[RulebookVersion, ...]

    def in_force(self, at: datetime) -> RulebookVersion | None:
        """Return the version in force at an instant."""
        return next((version for version in self.versions if phase_of(version, at) == "active"), None)

    @property
    def activations(self) -> list[tuple[Activation, int]]:
        """Return every activation with its version's number, the newest first; those withdrawn before they began are not told."""
        told = [(each, version.number) for version in self.versions for each in version.activations.all()]
        told = [(each, number) for each, number in told if each.until_at is None or each.until_at > each.from_at]
        return sorted(told, key=lambda row: (row[0].from_at, row[0].recorded_at), reverse=True)


def rulebooks(kind: str = "") -> list[RulebookFacts]:
    """Return every rulebook (of a kind) by kind and entity; three statements. There are tens of them, not thousands."""
    found = _rulebooks().order_by("kind", "name")
    return [_facts(rulebook) for rulebook in (found.filter(kind=kind) if kind else found)]


def rulebook(rulebook_id: UUID) -> RulebookFacts:
    """Return one rulebook with its versions; raises NotFound."""
    found = _rulebooks().filter(pk=rulebook_id).first()
    if found is None:
        raise NotFound("There is no such rulebook.")
    return _facts(found)


def version_of(version_id: UUID) -> RulebookVersion:
    """Return one version with its rulebook; raises NotFound."""
    found = RulebookVersion.objects.select_related("rulebook").filter(pk=version_id).first()
    if found is None:
        raise NotFound("There is no such version.")
    return found


def version_in_force_or_newest(rulebook_id: UUID, at: datetime) -> RulebookVersion:
    """Return the version of a rulebook that is in force at an instant, or its newest when none is. Raises NotFound."""
    facts = rulebook(rulebook_id)
    found = facts.in_force(at) or next(iter(facts.versions), None)
    if found is None:
        raise NotFound("The rulebook has no version yet.")
    return found


def count_in_review() -> int:
    """Return how many versions wait for somebody to approve them."""
    return RulebookVersion.objects.filter(state=RulebookVersion.State.IN_REVIEW).count()


def document_of(version: RulebookVersion) -> Any:
    """Return the document of a version as plain values."""
    return orjson.loads(version.document)


def phase_of(version: RulebookVersion, at: datetime) -> Phase:
    """Say in words where a version stands at an instant; its activations are read unless they were fetched with it."""
    return phase(version.state, periods_of(version.activations.all()), at)


def periods_of(activations: Iterable[Activation]) -> list[Period]:
    """Return activations as plain periods."""
    rollback = Activation.Kind.ROLLBACK
    return [Period(each.version_id, each.from_at, each.until_at, each.kind == rollback) for each in activations]


def _rulebooks() -> QuerySet[Rulebook]:
    newest_first = RulebookVersion.objects.order_by("-number").prefetch_related("activations")
    return Rulebook.objects.select_related("legal_entity").prefetch_related(Prefetch("versions", newest_first))


def _facts(found: Rulebook) -> RulebookFacts:
    code = found.legal_entity.code if found.legal_entity else ""
    return RulebookFacts(found.id, found.kind, found.name, code, tuple(found.versions.all()))
