"""Whether something is in force, as lists of prices, costs and coupons show it and ask for it."""

from datetime import datetime
from typing import Final

VALID: Final = [("now", "In force now"), ("ahead", "Begins later"), ("all", "All, past ones too")]


def validity_of(from_at: datetime, until_at: datetime | None, now: datetime) -> str:
    """Return whether a half-open validity lies ahead, holds or is over."""
    if from_at > now:
        return "scheduled"
    return "ended" if until_at is not None and until_at <= now else "active"
