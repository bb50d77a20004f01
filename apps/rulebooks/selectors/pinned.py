"""Which version took a decision, by the hash that is pinned on it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ordercash.kernel import sql


class Pinned(NamedTuple):
    """A version that decided: its id, "Prices v4", and the hash that names its text."""

    id: UUID
    name: str
    sha256: bytes


def pinned_version(kind: str, sha256: bytes, at: datetime) -> Pinned | None:
    """Return the version with this text; when several have it, the one in force at the instant, or else the first. One statement."""
    found = sql.fetch(
        "SELECT v.id, r.name || ' v' || v.number, v.sha256 FROM rulebooks_rulebookversion v"
        " JOIN rulebooks_rulebook r ON r.id = v.rulebook_id LEFT JOIN rulebooks_activation a"
        "   ON a.version_id = v.id AND a.from_at <= %s AND (a.until_at IS NULL OR a.until_at > %s)"
        " WHERE r.kind = %s AND v.sha256 = %s ORDER BY a.id IS NULL, r.legal_entity_id NULLS FIRST, v.number LIMIT 1",
        [at, at, kind, bytes(sha256)],
    )
    return Pinned(found[0][0], found[0][1], bytes(found[0][2])) if found else None
