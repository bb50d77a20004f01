"""Reading periods."""

from uuid import UUID

from apps.ledger.models import Period


def periods_of(legal_entity_id: UUID, *, limit: int = 60) -> list[Period]:
    """Return the periods of a legal entity, the newest first; days without one are open."""
    return list(Period.objects.filter(legal_entity_id=legal_entity_id).order_by("-from_date")[:limit])
