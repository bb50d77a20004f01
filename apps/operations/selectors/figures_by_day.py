"""Figures per day for the charts: only of the days that are drawn, each found and read by an index."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from ordercash.kernel import sql
from ordercash.kernel.remembered import remembered

DAYS_DRAWN: Final = 30
SECONDS_KEPT: Final = 60.0


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day: orders placed and their gross amount, what was invoiced, and what was settled of receivables, in minor units."""

    day: date
    orders: int = 0
    ordered_minor: int = 0
    invoiced_minor: int = 0
    settled_minor: int = 0


# Steps from day to day backwards along the index on the time of orders, instead of reading the orders between.
_ORDERS: Final = """
WITH RECURSIVE days(day) AS (
    (SELECT (ordered_at AT TIME ZONE %s)::date FROM orders_order ORDER BY ordered_at DESC, id DESC LIMIT 1)
    UNION ALL
    SELECT (SELECT (o.ordered_at AT TIME ZONE %s)::date FROM orders_order o
             WHERE o.ordered_at < (days.day::timestamp AT TIME ZONE %s) ORDER BY o.ordered_at DESC, o.id DESC LIMIT 1)
      FROM days WHERE days.day IS NOT NULL
)
SELECT found.day, sums.orders, sums.ordered
  FROM (SELECT day FROM days WHERE day IS NOT NULL LIMIT %s) found
 CROSS JOIN LATERAL (
    SELECT count(*) AS orders, coalesce(sum(o.gross_minor) FILTER (WHERE o.currency = %s), 0)::bigint AS ordered
      FROM orders_order o
     WHERE o.ordered_at >= (found.day::timestamp AT TIME ZONE %s)
       AND o.ordered_at < ((found.day + 1)::timestamp AT TIME ZONE %s)
 ) sums
"""

# Receivable accounts: what is debited was invoiced, what is credited was paid, credited or written off.
_POSTED: Final = """
WITH RECURSIVE accounts AS (SELECT id FROM ledger_account WHERE role = 'receivable'),
days(day) AS (
    (SELECT max(p.last) FROM accounts a
      CROSS JOIN LATERAL (SELECT entry_date AS last FROM ledger_posting WHERE account_id = a.id
                           ORDER BY entry_date DESC, id DESC LIMIT 1) p)
    UNION ALL
    SELECT (SELECT max(p.last) FROM accounts a
             CROSS JOIN LATERAL (SELECT entry_date AS last FROM ledger_posting WHERE account_id = a.id AND entry_date < days.day
                                  ORDER BY entry_date DESC, id DESC LIMIT 1) p)
      FROM days WHERE days.day IS NOT NULL
)
SELECT found.day, sums.invoiced, sums.settled
  FROM (SELECT day FROM days WHERE day IS NOT NULL LIMIT %s) found
 CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.amount_minor) FILTER (WHERE p.amount_minor > 0), 0)::bigint AS invoiced,
           coalesce(-sum(p.amount_minor) FILTER (WHERE p.amount_minor < 0), 0)::bigint AS settled
      FROM accounts a JOIN ledger_posting p ON p.account_id = a.id AND p.entry_date = found.day AND p.currency = %s
 ) sums
"""


@remembered(seconds=SECONDS_KEPT)
def figures_by_day(currency: str, zone: str) -> tuple[DayFigures, ...]:
    """Return the last days that have orders or postings, oldest first, at most a minute old; amounts in one currency.

    Orders fall on days of `zone`, postings on the business days that they were posted to.
    """
    ordered = {row[0]: row[1:] for row in sql.fetch(_ORDERS, [zone, zone, zone, DAYS_DRAWN, currency, zone, zone])}
    posted = {row[0]: row[1:] for row in sql.fetch(_POSTED, [DAYS_DRAWN, currency])}
    days = sorted(ordered.keys() | posted.keys())[-DAYS_DRAWN:]
    return tuple(DayFigures(day, *ordered.get(day, (0, 0)), *posted.get(day, (0, 0))) for day in days)
