"""How long a lot lasts, in words."""

from datetime import date
from typing import Final

SOON_DAYS: Final = 30


def lasts(expires_on: date | None, today: date) -> tuple[str, str]:
    """Return how long a lot lasts as a word of state (lasting, expiring_soon, expired) and as a sentence."""
    if expires_on is None:
        return "lasting", "Does not expire"
    days = (expires_on - today).days
    if days <= 0:
        return "expired", "Expired today" if not days else f"Expired {-days} {_days(-days)} ago"
    words = f"Lasts {days} more {_days(days)}"
    return ("expiring_soon" if days <= SOON_DAYS else "lasting"), words


def _days(count: int) -> str:
    return "day" if count == 1 else "days"
