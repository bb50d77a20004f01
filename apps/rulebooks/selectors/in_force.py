"""Which version of a rulebook is in force at an instant, from a cache that costs no statement on the hot path."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.rulebooks.decisions.kinds import kind_of
from ordercash.kernel import sql
from ordercash.kernel.errors import DomainError

# The list of versions is read again after this long; a newly activated version is used everywhere by then.
LIST_SECONDS = 5.0


class NoRulebookInForce(DomainError):
    """No version of this kind is in force at the instant asked for."""

    code, title, status = "no_rulebook_in_force", "No rules are in force", 409


@dataclass(frozen=True, slots=True)
class InForce:
    """The version that decides: the SHA-256 of its canonical text (32 bytes) and the parsed document (the kind's schema)."""

    sha256: bytes
    document: Any


@dataclass(frozen=True, slots=True)
class _Period:
    legal_entity_id: UUID | None
    from_at: datetime
    until_at: datetime | None
    sha256: bytes


@dataclass(slots=True)
class _Cache:
    periods: dict[str, list[_Period]]
    read_at: float


_cache = _Cache({}, float("-inf"))
_documents: dict[tuple[str, bytes], InForce] = {}


def rulebook_in_force(kind: str, *, at: datetime, legal_entity_id: UUID | None = None) -> InForce:
    """Return the version of `kind` that is in force at `at`: the legal entity's own before the general one.

    Answers from the process's memory (the list of versions is at most LIST_SECONDS old, documents are kept by their hash).
    Raises NoRulebookInForce, or KindUnknown when no domain registered the kind.
    """
    found = _find(_periods(kind), at, legal_entity_id) or _find(_periods(kind, fresh=True), at, legal_entity_id)
    if found is None:
        raise NoRulebookInForce(f"No rulebook of kind {kind!r} is in force at {at.isoformat()}.")
    return _documents.get((kind, found.sha256)) or _parse(kind, found.sha256)


def forget_cached_rulebooks() -> None:
    """Read the list of versions again at the next question; called after every change of a version, and by tests."""
    _cache.read_at = float("-inf")


def _find(periods: list[_Period], at: datetime, legal_entity_id: UUID | None) -> _Period | None:
    general = None
    for period in periods:
        if period.from_at <= at and (period.until_at is None or at < period.until_at):
            if period.legal_entity_id is None:
                general = period
            elif period.legal_entity_id == legal_entity_id:
                return period
    return general


def _periods(kind: str, *, fresh: bool = False) -> list[_Period]:
    if fresh or time.monotonic() - _cache.read_at > LIST_SECONDS:
        _cache.periods, _cache.read_at = _read(), time.monotonic()
    return _cache.periods.get(kind, [])


def _read() -> dict[str, list[_Period]]:
    found = sql.fetch(
        "SELECT r.kind, r.legal_entity_id, v.from_at, v.until_at, v.sha256"
        " FROM rulebooks_rulebookversion v JOIN rulebooks_rulebook r ON r.id = v.rulebook_id"
        " WHERE v.state IN ('active', 'retired') ORDER BY v.from_at"
    )
    periods: dict[str, list[_Period]] = {}
    for kind, legal_entity_id, from_at, until_at, sha256 in found:
        periods.setdefault(kind, []).append(_Period(legal_entity_id, from_at, until_at, bytes(sha256)))
    return periods


def _parse(kind: str, sha256: bytes) -> InForce:
    text = sql.fetch("SELECT document FROM rulebooks_rulebookversion WHERE sha256 = %s LIMIT 1", [sha256])[0][0]
    _documents[kind, sha256] = InForce(sha256, kind_of(kind).schema.model_validate_json(text))
    return _documents[kind, sha256]
