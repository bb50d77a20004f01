"""The relay: stamp what was committed, then serve every subscriber. All of it may be repeated and doubled without harm."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from apps.audit.ports import Subscription
from apps.audit.selectors import has_unstamped_events
from apps.audit.services.delivery import deliver, start_cursors
from apps.audit.services.sequencer import stamp_positions

Clock = Callable[[], datetime]


def subscriptions_of_site() -> Sequence[Subscription]:
    """Return the subscriptions that the site names in ORDERCASH_SUBSCRIPTIONS."""
    found: Sequence[Any] = import_string(settings.ORDERCASH_SUBSCRIPTIONS)
    return found


def relay_round(subscriptions: Sequence[Subscription], *, now: datetime) -> int:
    """Stamp and deliver once; return how much moved, 0 when there is nothing to do."""
    moved = stamp_positions()
    for subscription in subscriptions:
        moved += deliver(subscription, now=now)
    return moved


def relay_until_idle(
    subscriptions: Sequence[Subscription], *, clock: Clock, pause: Callable[[float], None], rounds: int = 600
) -> bool:
    """Relay until nothing moves and no committed event waits for its position; returns False when it gave up waiting.

    Waiting is for transactions that were open when the events were written; each wait is 50 ms, at most `rounds` in a row.
    """
    start_cursors(subscriptions)
    waited = 0
    while waited < rounds:
        if relay_round(subscriptions, now=clock()):
            waited = 0
        elif not has_unstamped_events():
            return True
        else:
            waited += 1
            pause(0.05)
    return False
