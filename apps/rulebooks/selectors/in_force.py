"""Which version of a rulebook is in force at an instant, from a cache that costs no statement on the hot path."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.rulebooks.decisions.kinds import kind_of
from ordercash.kernel import sql
from ordercash.kernel.errors import DomainError, NotFound
from ordercash.kernel.remembered import remembered

# The list of versions is read again after this long, so that a version just activated or rolled back to decides everywhere within five
# seconds, whatever a request that is under way still takes.
LIST_SECONDS = 3.0


class NoRulebookInForce(DomainError):
    """No version of this kind is in force at the instant asked for."""

    code, title, status = "no_rulebook_in_force", "No rules are in force", 409


@dataclass(frozen=True, slots=True)
class InForce:
    """The version that decides: the SHA-256 of its canonical text (32 bytes), the parsed document (the kind's schema), and the
    same made ready by the kind's `compile`, once per hash; a kind that has none decides by the document."""

    sha256: bytes
    document: Any
    compiled: Any


@dataclass(frozen=True, slots=True)
class _Period:
    legal_entity_id: UUID | None
    from_at: datetime
    until_at: datetime | None
    sha256: bytes


_documents: dict[tuple[str, bytes], InForce] = {}


def rulebook_in_force(kind: str, *, at: datetime, legal_entity_id: UUID | None = None) -> InForce:
    """Return the version of `kind` that is in force at `at`: the legal entity's own before the general one.

    Answers from the process's memory (the list of versions is at most LIST_SECONDS old, documents are kept by their hash).
    Raises NoRulebookInForce, or KindUnknown when no domain registered the kind.
    """
    found = _find(kind, at, legal_entity_id)
    if found is None:
        forget_cached_rulebooks()
        found = _find(kind, at, legal_entity_id)
    if found is None:
        raise NoRulebookInForce(f"No rulebook of kind {kind!r} is in force at {at.isoformat()}.")
    return version_document(kind, found.sha256)


def rulebook_if_any(kind: str, *, at: datetime, legal_entity_id: UUID | None = None) -> InForce | None:
    """Return what `rulebook_in_force` does, None where no version is in force: for kinds that nobody needs.

    Nothing is asked of the database while the list of versions is remembered, also where there is none.
    """
    found = _find(kind, at, legal_entity_id)
    return version_document(kind, found.sha256) if found else None


def version_document(kind: str, sha256: bytes) -> InForce:
    """Return the parsed document of any version by its hash; raises NotFound. Kept in the process's memory."""
    return _documents.get((kind, sha256)) or _parse(kind, sha256)


def forget_cached_rulebooks() -> None:
    """Read the list of versions again at the next question; called after every change of a version, and by tests."""
    _periods.forget()


def _find(kind: str, at: datetime, legal_entity_id: UUID | None) -> _Period | None:
    general = None
    for period in _periods().get(kind, ()):
        if period.from_at <= at and (period.until_at is None or at < period.until_at):
            if period.legal_entity_id is None:
                general = period
            elif period.legal_entity_id == legal_entity_id:
                return period
    return general


@remembered(seconds=LIST_SECONDS)
def _periods() -> dict[str, list[_Period]]:
    found = sql.fetch(
        "SELECT r.kind, r.legal_entity_id, a.from_at, a.until_at, v.sha256 FROM rulebooks_activation a"
        " JOIN rulebooks_rulebookversion v ON v.id = a.version_id JOIN rulebooks_rulebook r ON r.id = a.rulebook_id"
        " WHERE a.until_at IS NULL OR a.until_at > a.from_at ORDER BY a.from_at"
    )
    periods: dict[str, list[_Period]] = {}
    for kind, legal_entity_id, from_at, until_at, sha256 in found:
        periods.setdefault(kind, []).append(_Period(legal_entity_id, from_at, until_at, bytes(sha256)))
    return periods


def _parse(kind: str, sha256: bytes) -> InForce:
    found = sql.fetch(
        "SELECT v.document FROM rulebooks_rulebookversion v JOIN rulebooks_rulebook r ON r.id = v.rulebook_id"
        " WHERE r.kind = %s AND v.sha256 = %s LIMIT 1",
        [kind, sha256],
    )
    if not found:
        raise NotFound(f"No version of kind {kind!r} has the hash {sha256.hex()}.")
    registered = kind_of(kind)
    document = registered.schema.model_validate_json(found[0][0])
    _documents[kind, sha256] = InForce(sha256, document, registered.compiled(document))
    return _documents[kind, sha256]
