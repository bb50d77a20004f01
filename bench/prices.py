"""What rules cost intake: orders of three lines by plain list prices, by the shipped book and by a realistic one, turn by turn.

Plain list prices are a book of one access, the list of everybody, and nothing else (`bench.price_books.plain`): the same code reads the
list's price, multiplies, and keeps the decision. In every round each book takes one turn with the same orders, in a changing sequence;
each figure is the median over the rounds of what a book took against what plain list prices took in the same round. Processor time is
that of this process and of its connection's server process together, so it does not depend on what else the machine does; wall time does.
"""

import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

import orjson  # noqa: E402
import yaml  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from apps.masterdata.models import User  # noqa: E402
from apps.masterdata.services.keys import create_api_key  # noqa: E402
from apps.pricing.decisions.document.schema import RULES_KIND  # noqa: E402
from apps.rulebooks.services.transfer import RulebookFile, install_rulebooks  # noqa: E402
from bench.company import COUNT, load_company  # noqa: E402
from bench.measure import machine, say  # noqa: E402
from bench.price_books import plain, realistic  # noqa: E402
from ordercash.kernel import clock  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402
from ordercash.kernel.memory import collect_rarely  # noqa: E402

POSTS, BATCH, ROUNDS = 60, 500, 31
MOST_SLOWER = 0.15
PLAIN = "plain list prices"

Work = Callable[[Client, Sequence[dict[str, Any]]], None]


class Spent(NamedTuple):
    """Seconds for an order: processor time of this process, the same with the database's, and by the clock on the wall."""

    python: float
    processor: float
    wall: float


def shipped() -> Any:
    """Return the book that comes with the project."""
    text = (settings.BASE_DIR / "examples" / "rulebooks" / "pricing_rules.yaml").read_text("utf-8")
    return yaml.safe_load(text)["document"]


BOOKS: dict[str, Callable[[], Any]] = {PLAIN: plain, "shipped book": shipped, "realistic book": realistic}


def put_in_force(document: Any) -> None:
    """Let these rules decide from now on."""
    install_rulebooks(files=[RulebookFile(RULES_KIND, "Pricing rules", document)], now=clock.now())


def order(draw: random.Random) -> dict[str, Any]:
    """Return an order of three lines."""
    return {
        "legal_entity": "UK01", "channel": "web", "customer": f"B{draw.randint(1, COUNT)}", "currency": "GBP",
        "lines": [{"sku": f"BENCH-{sku}", "quantity": draw.randint(1, 5)} for sku in draw.sample(range(1, COUNT + 1), 3)],
    }  # fmt: skip


def posted(client: Client, path: str, body: Any) -> None:
    """Send a request and see that it is answered well."""
    answer = client.post(
        f"/api/v1/{path}", orjson.dumps(body), content_type="application/json", HTTP_IDEMPOTENCY_KEY=str(uuid4())
    )
    if answer.status_code not in (200, 201):
        raise SystemExit(f"NOT MEASURED: {answer.status_code} {answer.content[:300]!r}")


def one_by_one(client: Client, orders: Sequence[dict[str, Any]]) -> None:
    """Send an order a request."""
    for each in orders:
        posted(client, "orders", each)


def together(client: Client, orders: Sequence[dict[str, Any]]) -> None:
    """Send all orders in one request."""
    posted(client, "orders:batch", orders)


def spent(work: Work, client: Client, orders: Sequence[dict[str, Any]]) -> Spent:
    """Return what an order takes."""
    before = clocks()
    work(client, orders)
    return Spent(*((after - since) / len(orders) for after, since in zip(clocks(), before, strict=True)))


def clocks() -> Spent:
    """Return the clocks' present readings. The server process must run on this machine, where /proc tells its time in nanoseconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    database = int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[0]) / 1e9
    python = time.process_time()
    return Spent(python, python + database, time.perf_counter())


def rounds(work: Work, client: Client, count: int) -> dict[str, list[Spent]]:
    """Let every book take its turn in every round, the first of which is not counted; returns what each took."""
    found: dict[str, list[Spent]] = {book: [] for book in BOOKS}
    for number in range(ROUNDS + 1):
        draw = random.Random(number)
        orders = [order(draw) for _ in range(count)]
        turns = list(BOOKS)[number % len(BOOKS) :] + list(BOOKS)[: number % len(BOOKS)]
        for book in turns:
            put_in_force(BOOKS[book]())
            work(client, orders[:5])
            taken = spent(work, client, orders)
            if number:
                found[book].append(taken)
    return found


def tell(name: str, found: dict[str, list[Spent]]) -> None:
    """Say what an order took by each book, and by how much intake is slower than with plain list prices."""
    say(name)
    for book, taken in found.items():
        for clock_name in Spent._fields:
            own, base = ([getattr(each, clock_name) for each in rows] for rows in (taken, found[PLAIN]))
            changes = [1 / (mine / plainly) - 1 for mine, plainly in zip(own, base, strict=True)]
            low, middle, high = statistics.quantiles(changes, n=4, method="inclusive")
            change = (
                "" if book == PLAIN else f"   throughput {middle:+.1%}   (half of the rounds {low:+.0%} to {high:+.0%})"
            )
            say(f"  {book:<18} {clock_name:<10} {statistics.median(own) * 1000:6.2f} ms an order{change}")


def signed_in() -> Client:
    """Return a caller with a key of its own."""
    user, _ = User.objects.get_or_create(username="bench.prices")
    user.groups.add(Group.objects.get(name="integration_engineer"))
    now = clock.now()
    key = create_api_key(
        username=user.username,
        name=str(uuid4())[:8],
        expires_at=now + timedelta(days=1),
        scopes=(),
        actor=SYSTEM,
        now=now,
    )
    return Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {key.secret}"})


def main() -> None:
    load_company()
    collect_rarely()
    client = signed_in()
    say(
        f"machine: {machine()}, load {os.getloadavg()[0]:.1f}; orders of 3 lines, medians of {ROUNDS} rounds; at most -{MOST_SLOWER:.0%}"
    )
    tell("POST, one order a request", rounds(one_by_one, client, POSTS))
    tell(f"POST, batches of {BATCH}", rounds(together, client, BATCH))
    say(f"load at the end {os.getloadavg()[0]:.1f}")
    put_in_force(shipped())


if __name__ == "__main__":
    main()
