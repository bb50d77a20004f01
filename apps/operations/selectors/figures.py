"""Today's figures. Every statement reads a bounded number of rows by an index, so that a million orders cost no more than a thousand.

What is more than the bound is told as "more than": nobody works through a thousand rows by their exact number.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from ordercash.kernel import sql

# Rows that a figure counts at most, and those that a figure of money adds up at most.
MOST_COUNTED: Final = 1_000
MOST_ORDERS: Final = 20_000
MOST_ADDED: Final = 2_000
MOST_ACCOUNTS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Bounded:
    """A number of rows up to a bound; `amounts` are their sums in minor units by currency, `oldest` what is longest ago."""

    rows: int
    bound: int
    amounts: Mapping[str, int]
    oldest: date | datetime | None = None

    @property
    def is_more(self) -> bool:
        return self.rows > self.bound

    @property
    def text(self) -> str:
        """The number as it is shown: "17" or "1,000+"."""
        return f"{self.bound:,}+" if self.is_more else f"{self.rows:,}"


@dataclass(frozen=True, slots=True)
class OrdersCame:
    """How many orders came on each of the last fourteen days, today last; `is_more` when the first of them are not counted."""

    days: tuple[int, ...]
    is_more: bool

    @property
    def today(self) -> int:
        return self.days[-1]

    @property
    def week(self) -> int:
        return sum(self.days[7:])

    @property
    def week_before(self) -> int:
        return sum(self.days[:7])


@dataclass(frozen=True, slots=True)
class QueueLoad:
    """A queue with its work; the oldest case among those with the most money at risk."""

    code: str
    name: str
    cases: Bounded
    overdue: int
    oldest_case_id: UUID | None


_CAME: Final = """
SELECT (ordered_at AT TIME ZONE %s)::date AS day, count(*)
  FROM (SELECT ordered_at FROM orders_order WHERE ordered_at >= %s ORDER BY ordered_at DESC, id DESC LIMIT %s) came GROUP BY day
"""
_HELD: Final = """
SELECT '', count(*), 0::bigint, min(ordered_at)
  FROM (SELECT ordered_at FROM orders_order WHERE state = 'held' ORDER BY ordered_at, id LIMIT %s) found
"""
_AT_RISK: Final = """
SELECT currency, count(*), sum(money_at_risk_minor)::bigint, min(opened_at)
  FROM (SELECT currency, money_at_risk_minor, opened_at FROM exceptions_case WHERE state IN ('open', 'claimed')
         ORDER BY money_at_risk_minor DESC, id DESC LIMIT %s) found GROUP BY currency
"""
_BACKORDERED: Final = """
SELECT '', count(*), 0::bigint, min(occurred_at) FROM (SELECT occurred_at FROM inventory_backorder LIMIT %s) found
"""
_OWED: Final = """
SELECT currency, count(*), sum(net_minor + tax_minor)::bigint, min(business_date)
  FROM (SELECT currency, net_minor, tax_minor, business_date FROM billing_billingobligation WHERE state = 'owed'
         ORDER BY business_date, bundle_id LIMIT %s) found GROUP BY currency
"""
_OVERDUE: Final = """
SELECT currency, count(*), sum(open_minor)::bigint, min(due_date)
  FROM (SELECT currency, open_minor, due_date FROM billing_invoice
         WHERE state = 'issued' AND kind = 'invoice' AND due_date < %s ORDER BY due_date, id LIMIT %s) found GROUP BY currency
"""
_RECEIVABLE: Final = """
SELECT currency, count(*), sum(invoices_minor)::bigint, NULL
  FROM (SELECT currency, invoices_minor FROM billing_creditexposure WHERE invoices_minor <> 0 LIMIT %s) found GROUP BY currency
"""
_UNAPPLIED: Final = """
SELECT currency, count(*), sum(unapplied_minor)::bigint, min(received_at)
  FROM (SELECT currency, unapplied_minor, received_at FROM billing_payment WHERE unapplied_minor > 0 ORDER BY id LIMIT %s) found
 GROUP BY currency
"""
_QUEUES: Final = """
SELECT q.code, q.name, found.cases, found.oldest, found.overdue, found.oldest_id
  FROM exceptions_queue q CROSS JOIN LATERAL (
    SELECT count(*) AS cases, min(opened_at) AS oldest, count(*) FILTER (WHERE due_at < %s) AS overdue,
           (array_agg(id ORDER BY opened_at, id))[1] AS oldest_id
      FROM (SELECT id, opened_at, due_at FROM exceptions_case c WHERE c.queue_id = q.code AND c.state IN ('open', 'claimed')
             ORDER BY c.money_at_risk_minor DESC, c.id DESC LIMIT %s) first
  ) found WHERE found.cases > 0 ORDER BY found.overdue DESC, found.oldest
"""
_CURRENCY: Final = """
SELECT currency FROM (SELECT currency FROM orders_order ORDER BY ordered_at DESC, id DESC LIMIT 200) latest
 GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1
"""
_EVENTS: Final = """
SELECT id, name, aggregate, aggregate_id, thread_id, occurred_at, recorded_at, actor_id, payload ->> 'number'
  FROM audit_eventrecord ORDER BY id DESC LIMIT %s
"""


_NUMBERS: Final = "SELECT id, number FROM orders_order WHERE id = ANY(%s::uuid[])"
_NEWEST: Final = """
SELECT o.id, o.number, o.state, o.ordered_at, c.id, c.code, c.name, o.currency, o.gross_minor
  FROM (SELECT * FROM orders_order ORDER BY ordered_at DESC, id DESC LIMIT %s) o
  LEFT JOIN masterdata_customer c ON c.id = o.customer_id ORDER BY o.ordered_at DESC, o.id DESC
"""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that just came."""

    id: UUID
    number: str
    state: str
    ordered_at: datetime
    customer_id: UUID | None
    customer_code: str | None
    customer_name: str | None
    currency: str
    gross_minor: int


@dataclass(frozen=True, slots=True)
class EventTold:
    """An event of the log, for a glance."""

    id: UUID
    name: str
    aggregate: str
    aggregate_id: UUID
    thread_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    actor_id: UUID | None
    number: str | None


def orders_came(*, today: date, from_at: datetime, zone: str) -> OrdersCame:
    """Return how many orders came per day of a zone since `from_at`, the beginning of the thirteenth day before today."""
    found: dict[date, int] = dict(sql.fetch(_CAME, [zone, from_at, MOST_ORDERS + 1]))  # type: ignore[arg-type]
    is_more = sum(found.values()) > MOST_ORDERS
    if is_more:
        found.pop(min(found))
    return OrdersCame(tuple(found.get(today - timedelta(days=back), 0) for back in range(13, -1, -1)), is_more)


def held_orders() -> Bounded:
    """Return the orders that are held."""
    return _bounded(_HELD, [], MOST_COUNTED)


def money_at_risk() -> Bounded:
    """Return the open cases with their money, those with the most first."""
    return _bounded(_AT_RISK, [], MOST_COUNTED)


def backordered() -> Bounded:
    """Return the order lines that wait for goods."""
    return _bounded(_BACKORDERED, [], MOST_COUNTED)


def owed() -> Bounded:
    """Return what was shipped and is not invoiced."""
    return _bounded(_OWED, [], MOST_ADDED)


def overdue(*, on: date) -> Bounded:
    """Return the invoices that were due before a day, the longest overdue first."""
    return _bounded(_OVERDUE, [on], MOST_ADDED)


def receivables() -> Bounded:
    """Return what customers owe on invoices: the kept sum of each customer, which `prove` compares with the invoices."""
    return _bounded(_RECEIVABLE, [], MOST_ACCOUNTS)


def unapplied() -> Bounded:
    """Return the payments of which something is left."""
    return _bounded(_UNAPPLIED, [], MOST_COUNTED)


def queue_loads(*, now: datetime) -> list[QueueLoad]:
    """Return the queues that have work, those with overdue cases first."""
    return [
        QueueLoad(code, name, Bounded(cases, MOST_COUNTED, {}, oldest), late, oldest_id)
        for code, name, cases, oldest, late, oldest_id in sql.fetch(_QUEUES, [now, MOST_COUNTED + 1])
    ]


def main_currency() -> str:
    """Return the currency of most of the latest orders, "" without any."""
    return next((row[0] for row in sql.fetch(_CURRENCY)), "")


def order_numbers(order_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the numbers of orders by id."""
    return dict(sql.fetch(_NUMBERS, [list(order_ids)])) if order_ids else {}  # type: ignore[arg-type]


def newest_orders(limit: int) -> list[NewOrder]:
    """Return the orders that came last."""
    return [NewOrder(*row) for row in sql.fetch(_NEWEST, [limit])]


def latest_events(limit: int) -> list[EventTold]:
    """Return what was told last."""
    return [EventTold(*row) for row in sql.fetch(_EVENTS, [limit])]


def _bounded(statement: str, params: Sequence[Any], bound: int) -> Bounded:
    rows = sql.fetch(statement, [*params, bound + 1])
    moments = [row[3] for row in rows if row[3] is not None]
    return Bounded(
        rows=sum(row[1] for row in rows),
        bound=bound,
        amounts={row[0]: row[2] for row in rows if row[0]},
        oldest=min(moments) if moments else None,
    )


@dataclass(frozen=True, slots=True)
class Systems:
    """The systems of warehouses: how many ever spoke, how many are silent, how many of their messages wait for somebody."""

    speaking: int
    silent: int
    messages: int


_SYSTEMS: Final = """
SELECT (SELECT count(*) FROM inventory_syncfeed), (SELECT count(*) FROM inventory_syncfeed WHERE stopped_since IS NOT NULL),
       (SELECT count(*) FROM (SELECT FROM exceptions_case
                               WHERE subject_kind = 'warehouse_message' AND state IN ('open', 'claimed') LIMIT %s) c)
"""


def warehouse_systems() -> Systems:
    """Return how the systems of warehouses are doing; one statement."""
    return Systems(*sql.fetch(_SYSTEMS, [MOST_COUNTED + 1])[0])
