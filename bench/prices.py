"""Intake by plain list prices and by a realistic book of rules, turn by turn: POST of one order, and batches of 500."""

import os
import random
import statistics
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

import orjson  # noqa: E402
import yaml  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.test import Client  # noqa: E402

from apps.masterdata.models import User  # noqa: E402
from apps.masterdata.services.keys import create_api_key  # noqa: E402
from apps.pricing.decisions.rules import RULES_KIND  # noqa: E402
from apps.rulebooks.services.transfer import RulebookFile, install_rulebooks  # noqa: E402
from bench.company import COUNT, load_company  # noqa: E402
from bench.measure import machine, say  # noqa: E402
from ordercash.kernel import clock  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402
from ordercash.kernel.memory import collect_rarely  # noqa: E402

POSTS, BATCH, BATCHES, TURNS = 300, 500, 3, 7
MOST_SLOWER = 0.15


def realistic() -> dict[str, Any]:
    """Return a book of five accesses, twenty discounts in four groups, two floors and two charges."""
    groups = [
        {"name": "seasonal", "order": 10, "method": "best_for_customer"},
        {"name": "clearance", "order": 20, "method": "highest_priority"},
        {"name": "volume", "order": 30, "method": "all_in_sequence"},
        {"name": "loyalty", "order": 40, "method": "all_on_list", "level": "order"},
    ]
    line = [group["name"] for group in groups[:3]]
    conditions = (
        "quantity >= {n}", 'country in ["GB", "IE"] && quantity >= {n}', 'sku == "BENCH-{n}"', 'channel == "web" && net > {n}.0',
        'category == "tableware"', 'customer == "B{n}"',
    )  # fmt: skip
    discounts = [
        {
            "name": f"rule_{n}", "group": line[n % 3], "priority": n, "give": {"percent": str(1 + n % 7)},
            "when": conditions[n % len(conditions)].format(n=n % 9 + 1),
        }
        for n in range(18)
    ]  # fmt: skip
    discounts += [
        {"name": "large", "group": "loyalty", "give": {"tiers": [{"from": {"GBP": "100.00"}, "percent": "2"}]}},
        {"name": "regular", "group": "loyalty", "give": {"percent": "1"}, "when": 'customer_group == "retail"'},
    ]
    return {
        "accesses": [
            {"name": "agreed", "source": "agreed_price"},
            {"name": "contract", "source": "price_list", "scope": "customer"},
            {"name": "group_list", "source": "price_list", "scope": "customer_group"},
            {"name": "zone_list", "source": "price_list", "scope": "zone"},
            {"name": "base_list", "source": "price_list", "scope": "everybody"},
        ],
        "groups": groups,
        "discounts": discounts,
        "charges": [
            {"name": "freight", "sku": "CARRIAGE", "give": {"tiers": [
                {"from": {"GBP": "0.00"}, "amount": {"GBP": "4.90"}}, {"from": {"GBP": "80.00"}, "amount": {"GBP": "0.00"}}]}},
            {"name": "wrapping", "sku": "GIFT-WRAP", "give": {"amount": {"GBP": "1.50"}}, "when": 'channel == "shop"'},
        ],
        "floors": [{"name": "margin", "min_margin_percent": "5"}, {"name": "least", "min_price": {"GBP": "0.10"}}],
    }  # fmt: skip


def put_in_force(document: Any) -> None:
    """Let these rules decide from now on."""
    install_rulebooks(files=[RulebookFile(RULES_KIND, "Pricing rules", document)], now=clock.now())


def order() -> dict[str, Any]:
    """Return an order of three lines."""
    return {
        "legal_entity": "UK01", "channel": "web", "customer": f"B{random.randint(1, COUNT)}", "currency": "GBP",
        "lines": [
            {"sku": f"BENCH-{sku}", "quantity": random.randint(1, 5)} for sku in random.sample(range(1, COUNT + 1), 3)
        ],
    }  # fmt: skip


def posted(client: Client, path: str, body: Any) -> None:
    """Send a request and see that it is answered well."""
    answer = client.post(
        f"/api/v1/{path}", orjson.dumps(body), content_type="application/json", HTTP_IDEMPOTENCY_KEY=str(uuid4())
    )
    if answer.status_code not in (200, 201):
        raise SystemExit(f"NOT MEASURED: {answer.status_code} {answer.content[:300]!r}")


def one_by_one(client: Client) -> float:
    """Return the orders per second of single requests."""
    bodies = [order() for _ in range(POSTS)]
    started = time.perf_counter()
    for body in bodies:
        posted(client, "orders", body)
    return POSTS / (time.perf_counter() - started)


def in_batches(client: Client) -> float:
    """Return the orders per second of batches."""
    bodies = [[order() for _ in range(BATCH)] for _ in range(BATCHES)]
    started = time.perf_counter()
    for body in bodies:
        posted(client, "orders:batch", body)
    return BATCH * BATCHES / (time.perf_counter() - started)


def main() -> None:
    load_company()
    collect_rarely()
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
    client = Client(SERVER_NAME="localhost", headers={"authorization": f"Bearer {key.secret}"})
    shipped = yaml.safe_load((settings.BASE_DIR / "examples" / "rulebooks" / "pricing_rules.yaml").read_text("utf-8"))
    books = {"plain": shipped["document"], "realistic": realistic()}
    say(f"machine: {machine()}; orders of 3 lines, median of {TURNS} turns, the two books in turn")
    for name, work in (("POST, one order a request", one_by_one), (f"POST, batches of {BATCH}", in_batches)):
        rates: dict[str, list[float]] = {book: [] for book in books}
        for turn in range(TURNS + 1):
            for book in books if turn % 2 else reversed(books):
                put_in_force(books[book])
                client.get("/api/v1/")
                rate = work(client)
                if turn:
                    rates[book].append(rate)
        plain, rich = (statistics.median(rates[book]) for book in ("plain", "realistic"))
        say(
            f"{name}: {plain:,.0f} orders/s plain, {rich:,.0f} realistic: {1 - rich / plain:+.1%} (at most {MOST_SLOWER:.0%})"
        )
    put_in_force(books["plain"])


if __name__ == "__main__":
    main()
