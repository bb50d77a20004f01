"""What of a stock row may be sold, in SQL and in Python: the one place that says so."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from apps.inventory.services.locking import LockedStock

# Of the stock row called s, at the instant of the statement that reads it.
MAY_SELL: Final = "s.free"


def may_sell(stock: LockedStock, *, now: datetime) -> Decimal:
    """Return what may be promised of a locked row at an instant; never below zero."""
    return max(stock.free, Decimal(0))
