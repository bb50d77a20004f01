"""The demo company as a world for tests, and orders in it, made through the same verbs as everywhere."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from apps.masterdata.services.demo import demo_loaders, load_masters
from apps.orders.decisions.canonical import read_order
from apps.orders.models import Order
from apps.orders.services.bill import ALL_MODES, bill_orders
from apps.orders.services.ship import ShipOrder, Shipped, ship_orders
from apps.orders.services.submit import Answer, Submission, submit_orders
from apps.rulebooks.contract import forget_cached_rulebooks
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.remembered import forget_everything

KEPT_TABLES = {"django_content_type", "auth_permission", "django_migrations"}

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 4, 0, 0, tzinfo=UTC)
CLERK = Actor(id=UUID(int=7), name="order.desk", permissions=frozenset({"orders.place_orders"}))
RELEASER = Actor(
    id=UUID(int=8),
    name="approver",
    permissions=frozenset(
        {"orders.release_orders", "orders.accept_credit_risk", "orders.accept_free_goods", "orders.accept_content"}
    ),
)


_snapshot: dict[str, tuple[str, bytes]] = {}

_FILLED = """
SELECT c.table_name, string_agg(quote_ident(c.column_name), ',' ORDER BY c.ordinal_position)
  FROM information_schema.columns c
  JOIN pg_class t ON t.relname = c.table_name AND t.relnamespace = 'public'::regnamespace
 WHERE c.table_schema = 'public' AND c.is_generated = 'NEVER' AND t.relkind IN ('r', 'p') AND NOT t.relispartition
 GROUP BY c.table_name
"""


def load_company() -> None:
    """Load the demo company without its users: masters, rulebooks, prices, tax, accounts, stock.

    The first call in a process goes through the loaders; the next ones copy the rows back that it left.
    """
    if _snapshot:
        _restore()
    else:
        _load()
        _take_snapshot()
    forget_everything()
    forget_cached_rulebooks()


def _load() -> None:
    load_masters(now=NOW)
    rules = str(settings.BASE_DIR / "examples" / "rulebooks")
    call_command("rulebooks", "import", rules, "--activate", verbosity=0, stdout=_Quiet())
    for load in demo_loaders().values():
        load(NOW)


def _take_snapshot() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_FILLED)
        tables = [row for row in cursor.fetchall() if row[0] not in KEPT_TABLES]
        for table, columns in tables:
            with cursor.copy(f'COPY (SELECT {columns} FROM "{table}") TO STDOUT') as copy:
                content = b"".join(bytes(part) for part in copy)
            if content:
                _snapshot[table] = (columns, content)


def _restore() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table, (columns, content) in _snapshot.items():
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                copy.write(content)
        cursor.execute("SET session_replication_role = DEFAULT")


def document(**values: Any) -> dict[str, Any]:
    """Return a canonical order of the demo company: two mugs, a teapot and carriage for a customer who is billed per shipment."""
    lines = values.pop("lines", [("MUG-BLUE", "2"), ("TEAPOT-1L", "1"), ("CARRIAGE", "1")])
    plain = {
        "legal_entity": "UK01",
        "channel": "web",
        "customer": "C-1001",
        "currency": "GBP",
        "lines": [line if isinstance(line, dict) else {"sku": line[0], "quantity": line[1]} for line in lines],
    }
    return plain | values


def submission(key: str = "", actor: Actor = CLERK, body: bytes = b"", **values: Any) -> Submission:
    """Return a request for an order; the body's hash follows from the document unless given."""
    shape = document(**values)
    digest = hashlib.sha256(body or orjson.dumps(shape, default=str)).digest()
    return Submission(actor, key or str(uuid4()), digest, read_order(shape))


def place(now: datetime = NOW, actor: Actor = CLERK, **values: Any) -> Order:
    """Place one order and return it."""
    answer = answer_to(submission(actor=actor, **values), now=now)
    assert answer.status == 201, answer.body
    return Order.objects.get(pk=orjson.loads(answer.body)["id"])


def answer_to(wanted: Submission, now: datetime = NOW) -> Answer:
    """Submit one request."""
    return submit_orders([wanted], now=now)[0]


def ship(order: Order, lines: dict[UUID, Decimal] | None = None, at: datetime = NOW, ref: str = "") -> Shipped:
    """Ship what is reserved of an order."""
    return ship_orders([ShipOrder(order.pk, ref or str(uuid4()), at, lines)], actor=SYSTEM)


def bill(*orders: Order, now: datetime = NOW, until: datetime = LATER) -> Sequence[Any]:
    """Invoice what the orders owe."""
    ids = [order.pk for order in orders] or None
    return bill_orders(until=until, order_ids=ids, modes=ALL_MODES, actor=SYSTEM, now=now)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that run inside."""
    seen: list[str] = []

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield seen


class _Quiet:
    """Somewhere for commands to write in tests."""

    def write(self, text: str) -> None:
        """Keep nothing."""
