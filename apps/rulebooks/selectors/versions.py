"""Reading rulebooks and their versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Prefetch, QuerySet

from apps.rulebooks.models import Rulebook, RulebookVersion
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
        return next((version for version in self.versions if phase_of(version, at) == "in force"), None)


def rulebooks(kind: str = "") -> list[RulebookFacts]:
    """Return every rulebook (of a kind) by kind and entity; two statements. There are tens of them, not thousands."""
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


def document_of(version: RulebookVersion) -> Any:
    """Return the document of a version as plain values."""
    return orjson.loads(version.document)


def phase_of(version: RulebookVersion, at: datetime) -> str:
    """Say in words where a version stands at an instant: its state, or for a used one "scheduled", "in force", "ended"."""
    if version.from_at is None or version.state not in {"active", "retired"}:
        return str(version.state).replace("_", " ")
    if version.until_at is not None and version.until_at <= at:
        return "ended"
    return "in force" if version.from_at <= at else "scheduled"


def _rulebooks() -> QuerySet[Rulebook]:
    newest_first = RulebookVersion.objects.order_by("-number")
    return Rulebook.objects.select_related("legal_entity").prefetch_related(Prefetch("versions", newest_first))


def _facts(found: Rulebook) -> RulebookFacts:
    code = found.legal_entity.code if found.legal_entity else ""
    return RulebookFacts(found.id, found.kind, found.name, code, tuple(found.versions.all()))
