"""What lay where and when: the stock card of a row with its running balance, and balances as of a day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.inventory.models import Lot, Stock
from ordercash.kernel.errors import NotFound
from ordercash.kernel.sql import fetch

# The running balances are those of everything until the row, whatever part of the card is asked for.
CARD: Final = """
SELECT c.seq, c.at, c.kind, c.quantity, c.damaged_change, c.held_change, c.value_minor, l.code, c.source_ref, c.balance, c.worth
  FROM (SELECT *, sum(quantity) OVER turn AS balance, (sum(value_minor) OVER turn)::bigint AS worth
          FROM inventory_stockcard WHERE stock_id = %s
        WINDOW turn AS (ORDER BY at, seq)) c
  LEFT JOIN inventory_lot l ON l.id = c.lot_id
 WHERE (%s::timestamptz IS NULL OR c.at < %s) ORDER BY c.at DESC, c.seq DESC LIMIT %s
"""

AS_OF: Final = """
SELECT coalesce(sum(quantity), 0), coalesce(sum(damaged_change), 0), coalesce(sum(held_change), 0), coalesce(sum(value_minor), 0)::bigint
  FROM inventory_stockcard WHERE stock_id = %s AND at < %s
"""

DAILY: Final = """
WITH moved AS (
    SELECT stock_id, greatest((at AT TIME ZONE %s)::date, %s::date) AS day, sum(quantity) AS quantity
      FROM inventory_stockcard WHERE stock_id = ANY(%s::uuid[]) GROUP BY 1, 2
)
SELECT s.stock_id, d.day::date, coalesce(sum(m.quantity) OVER (PARTITION BY s.stock_id ORDER BY d.day), 0)
  FROM unnest(%s::uuid[]) AS s (stock_id)
 CROSS JOIN generate_series(%s::date, %s::date, interval '1 day') AS d (day)
  LEFT JOIN moved m ON m.stock_id = s.stock_id AND m.day = d.day
"""


@dataclass(frozen=True, slots=True)
class CardRow:
    """A change of a stock row, and what lay there and was worth after it."""

    id: UUID
    at: datetime
    kind: str
    quantity: Decimal
    damaged_change: Decimal
    held_change: Decimal
    value_minor: int
    lot_code: str | None
    source_ref: str
    balance: Decimal
    worth_minor: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What lay in a stock row at an instant, and what it was worth."""

    on_hand: Decimal
    damaged: Decimal
    on_hold: Decimal
    value_minor: int


def stock_row(stock_id: UUID) -> Stock:
    """Return one stock row with its product and warehouse; raises NotFound."""
    found = Stock.objects.select_related("product__unit", "warehouse__legal_entity").filter(pk=stock_id).first()
    if found is None:
        raise NotFound("There is no such stock.")
    return found


def stock_card(stock_id: UUID, *, limit: int, before: datetime | None = None) -> list[CardRow]:
    """Return the newest changes of a stock row with their running balances, or the newest before an instant. One statement."""
    return [CardRow(*row) for row in fetch(CARD, [stock_id, before, before, limit])]


def balance_as_of(stock_id: UUID, at: datetime) -> Balance:
    """Return what lay there just before an instant. One statement."""
    return Balance(*fetch(AS_OF, [stock_id, at])[0])


def daily_balances(
    stock_ids: Collection[UUID], *, first: date, last: date, zone: str
) -> dict[UUID, dict[date, Decimal]]:
    """Return what lay in stock rows at the end of each day of a zone, first to last, both included. One statement for all."""
    ids = list(stock_ids)
    found: dict[UUID, dict[date, Decimal]] = {id: {} for id in ids}
    for stock_id, day, balance in fetch(DAILY, [zone, first, ids, ids, first, last]) if ids else ():
        found[stock_id][day] = balance
    return found


def lots_of(stock_id: UUID) -> list[Lot]:
    """Return the lots of a stock row that are not empty, the first to expire first. One statement."""
    found = Lot.objects.select_related("stock__warehouse__legal_entity").filter(stock_id=stock_id, on_hand__gt=0)
    return list(found.order_by("expires_on", "code"))
