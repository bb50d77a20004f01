"""Facts that the ledger tells. What is posted tells itself: its document's event is the fact."""

from datetime import date, datetime
from uuid import UUID

from ordercash.kernel.events import Event


def period_changed(
    *,
    period_id: UUID,
    legal_entity_id: UUID,
    from_date: date,
    until_date: date,
    state: str,
    occurred_at: datetime,
    actor_id: UUID,
) -> Event:
    """A period was closed softly, closed for good, or reopened."""
    return Event(
        f"ledger.period_{'reopened' if state == 'open' else state}",
        1,
        "period",
        period_id,
        {"from_date": from_date, "until_date": until_date},
        occurred_at,
        actor_id,
        legal_entity_id,
    )
