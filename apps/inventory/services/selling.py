"""What of a stock row may be sold, in SQL and in Python: the one place that says so."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from apps.inventory.services.locking import SELLABLE, LockedStock

# Of the stock row called s, at the instant of the transaction that reads it: what is free, less what others may have sold of it since
# their system was last heard (sql/freshness.sql). Only rows that others sell from have been heard of at all.
MAY_SELL: Final = SELLABLE.format(s="s.")


def may_sell(stock: LockedStock, *, now: datetime) -> Decimal:
    """Return what may be promised of a locked row at an instant; never below zero."""
    return max(stock.free, Decimal(0))
