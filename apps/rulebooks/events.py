"""Facts that rulebooks tell."""

from datetime import datetime
from uuid import UUID

from ordercash.kernel.events import Event


def version_activated(
    *,
    version_id: UUID,
    rulebook_id: UUID,
    kind: str,
    number: int,
    from_at: datetime,
    occurred_at: datetime,
    actor_id: UUID,
) -> Event:
    """A version is in force from `from_at` on."""
    return Event(
        "rulebooks.version_activated",
        1,
        "rulebook",
        rulebook_id,
        {"version_id": version_id, "kind": kind, "number": number, "from_at": from_at},
        occurred_at,
        actor_id,
    )


def version_retired(
    *, version_id: UUID, rulebook_id: UUID, kind: str, number: int, reason: str, occurred_at: datetime, actor_id: UUID
) -> Event:
    """A version is no longer in force; `reason` when nothing takes its place."""
    return Event(
        "rulebooks.version_retired",
        1,
        "rulebook",
        rulebook_id,
        {"version_id": version_id, "kind": kind, "number": number, "reason": reason},
        occurred_at,
        actor_id,
    )


def rolled_back(
    *,
    version_id: UUID,
    rulebook_id: UUID,
    kind: str,
    number: int,
    from_number: int,
    reason: str,
    occurred_at: datetime,
    actor_id: UUID,
) -> Event:
    """An earlier version is in force again, from now on."""
    return Event(
        "rulebooks.rolled_back",
        1,
        "rulebook",
        rulebook_id,
        {"version_id": version_id, "kind": kind, "number": number, "from_number": from_number, "reason": reason},
        occurred_at,
        actor_id,
    )


def version_withdrawn(
    *, version_id: UUID, rulebook_id: UUID, kind: str, number: int, occurred_at: datetime, actor_id: UUID
) -> Event:
    """A version that was planned does not begin; the one before it goes on."""
    return Event(
        "rulebooks.version_withdrawn",
        1,
        "rulebook",
        rulebook_id,
        {"version_id": version_id, "kind": kind, "number": number},
        occurred_at,
        actor_id,
    )
