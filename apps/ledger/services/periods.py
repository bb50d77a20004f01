"""Closing the books: softly, so that it can be taken back, or for good."""

from datetime import date, datetime
from uuid import UUID

from apps.audit.contract import record_events, set_change_actor
from apps.ledger.events import period_changed
from apps.ledger.models import Period
from apps.ledger.states import PERIOD
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict
from ordercash.kernel.transactions import writes


class PeriodOverlaps(Conflict):
    """Another period covers some of these days."""

    code, title = "period_overlaps", "The days belong to another period"


@writes
def change_period(
    *, legal_entity_id: UUID, from_date: date, until_date: date, verb: str, actor: Actor, now: datetime
) -> Period:
    """Do "soft_close", "close" or "reopen" to the days [from_date, until_date) of a legal entity.

    Waits for those who are posting to the entity. A soft close tells people and can be taken back; only a closed period refuses
    entries, and it stays closed. Raises WrongState, PeriodOverlaps.
    """
    set_change_actor(actor)
    period = _period(legal_entity_id, from_date, until_date)
    period.state = PERIOD.after(period.state, verb)
    period.save()
    told = period_changed(
        period_id=period.id, legal_entity_id=legal_entity_id, from_date=from_date, until_date=until_date, state=period.state,
        occurred_at=now, actor_id=actor.id,
    )  # fmt: skip
    record_events([told])
    return period


def _period(legal_entity_id: UUID, from_date: date, until_date: date) -> Period:
    touching = Period.objects.select_for_update().filter(
        legal_entity_id=legal_entity_id, from_date__lt=until_date, until_date__gt=from_date
    )
    found = list(touching)
    if not found:
        return Period(legal_entity_id=legal_entity_id, from_date=from_date, until_date=until_date)
    if len(found) > 1 or (found[0].from_date, found[0].until_date) != (from_date, until_date):
        raise PeriodOverlaps(f"From {found[0].from_date} until {found[0].until_date} is a period of its own.")
    return found[0]
