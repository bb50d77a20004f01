"""The versions of a kind as another domain offers them: to decide by, to look at, beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.rulebooks.decisions.phases import Phase
from apps.rulebooks.selectors.in_force import InForce, version_document
from apps.rulebooks.selectors.versions import phase_of, rulebooks


@dataclass(frozen=True, slots=True)
class OfferedVersion:
    """A version of a kind: whose it is, where it stands, and when it is in force, half-open; `legal_entity` "" is everybody's."""

    id: UUID
    rulebook_id: UUID
    name: str
    number: int
    legal_entity: str
    phase: Phase
    sha256: bytes
    periods: tuple[tuple[datetime, datetime | None], ...]

    @property
    def label(self) -> str:
        """What the version is called in a choice."""
        return f"{self.name} v{self.number} · {self.phase}"


def offered_versions(kind: str, at: datetime) -> list[OfferedVersion]:
    """Return every version of a kind, rulebook by rulebook, the newest first; four statements."""
    return [
        OfferedVersion(
            each.pk, book.id, book.name, each.number, book.legal_entity, phase_of(each, at), bytes(each.sha256),
            tuple(sorted((used.from_at, used.until_at) for used in each.activations.all()
                         if used.until_at is None or used.until_at > used.from_at)),
        )
        for book in rulebooks(kind)
        for each in book.versions
    ]  # fmt: skip


def made_ready(kind: str, versions: Sequence[OfferedVersion]) -> list[InForce]:
    """Return versions ready to decide by, drafts too; texts that were seen before cost no statement."""
    return [version_document(kind, each.sha256) for each in versions]
