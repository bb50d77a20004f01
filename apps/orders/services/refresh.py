"""The case of an order that stays held after something about it was changed."""

from datetime import datetime
from typing import Final

from apps.exceptions.contract import ReasonDraft, refresh_cases
from apps.orders.services.decide import Decision
from apps.orders.services.drafts import OrderDraft
from apps.orders.services.place import held_case, reason_of
from ordercash.kernel.actor import Actor
from ordercash.kernel.transactions import joins

# Nothing is wrong any more; somebody has to say so.
READY_FOR_RELEASE: Final = "ready_for_release"


@joins
def refresh_held(draft: OrderDraft, decision: Decision, number: str, *, actor: Actor, now: datetime) -> None:
    """Let the case of a held order say what stands in its way now; where nothing does, that it waits to be released."""
    reasons = [reason_of(failure) for failure in decision.failures] or [ReasonDraft(READY_FOR_RELEASE, {})]
    refresh_cases([held_case(draft, decision, number, reasons, now=now)], actor=actor, now=now)
