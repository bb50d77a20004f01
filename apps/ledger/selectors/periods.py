"""Reading periods."""

from datetime import date
from uuid import UUID

from apps.ledger.models import Period
from ordercash.kernel import sql
from ordercash.kernel.remembered import remembered


def periods_of(legal_entity_id: UUID, *, limit: int = 60) -> list[Period]:
    """Return the periods of a legal entity, the newest first; days without one are open."""
    return list(Period.objects.filter(legal_entity_id=legal_entity_id).order_by("-from_date")[:limit])


_CLOSED = "SELECT legal_entity_id, from_date, until_date FROM ledger_period WHERE state = 'closed' ORDER BY from_date"


@remembered(seconds=2)
def closed_periods() -> tuple[tuple[UUID, date, date], ...]:
    """Return (legal entity, from, until) of every closed period; `until` is the first day behind it."""
    return tuple((entity, start, end) for entity, start, end in sql.fetch(_CLOSED))


def is_closed(legal_entity_id: UUID, day: date) -> bool:
    """Say whether a business day of the entity lies in a closed period. What is posted all the same, the database refuses."""
    return closed_period_of(legal_entity_id, day) is not None


def closed_period_of(legal_entity_id: UUID, day: date) -> tuple[date, date] | None:
    """Return the closed period (first day, first day behind it) that a business day of the entity lies in, None when it is open."""
    return next(
        ((start, end) for entity, start, end in closed_periods() if entity == legal_entity_id and start <= day < end),
        None,
    )
