"""Quotes over HTTP: 100,000 price records, carts of 50 lines, one caller after another through a real server on loopback."""

import http.client
import json
import os
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.contrib.auth.models import Group  # noqa: E402

from apps.masterdata.models import Currency, Customer, LegalEntity, Product, UnitOfMeasure, User  # noqa: E402
from apps.masterdata.services.keys import create_api_key  # noqa: E402
from apps.pricing.models import PriceList, PriceRecord  # noqa: E402
from bench.company import load_company  # noqa: E402
from bench.http import serve  # noqa: E402
from bench.measure import machine, say  # noqa: E402
from ordercash.kernel import clock  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402
from ordercash.kernel.statistics import refresh_statistics  # noqa: E402

PRODUCTS, LISTS, SCALES = 5_000, 10, 2
LINES, RUNS, REQUESTS = 50, 5, 200
LIMIT_MS = 100
SINCE = datetime(2020, 1, 1, tzinfo=UTC)


def price_records() -> list[str]:
    """Make 5,000 products with prices in ten lists from two quantities on: 100,000 records; returns the SKUs."""
    unit = UnitOfMeasure.objects.get(code=Product.objects.exclude(kind="bundle").values_list("unit", flat=True)[0])
    tax = Product.objects.values_list("tax_class", flat=True)[0]
    products = Product.objects.bulk_create(
        [
            Product(sku=f"QB-{n:05d}", name=f"Product {n}", kind="goods", tax_class=tax, unit=unit)
            for n in range(PRODUCTS)
        ]
    )
    customer = Customer.objects.get(code="C-1001")
    scopes = [{"customer": customer}, *([{}] * (LISTS - 1))]
    lists = PriceList.objects.bulk_create(
        [
            PriceList(
                code=f"QB-{n}", currency=Currency.objects.get(code="GBP"), valid_from_at=SINCE, priority=n, **scope
            )
            for n, scope in enumerate(scopes)
        ]
    )
    records = (
        PriceRecord(
            price_list=each, product=product, unit_price=Decimal(100 + place % 90) / 10, valid_from_at=SINCE,
            min_quantity=10 * scale,
        )
        for place, product in enumerate(products)
        for each in lists
        for scale in range(SCALES)
    )  # fmt: skip
    PriceRecord.objects.bulk_create(records, batch_size=5_000)
    # As whoever imports prices does.
    refresh_statistics()
    return [product.sku for product in products]


def api_key() -> str:
    """Return the token of a program that may make quotes."""
    user = User.objects.create_user(username=f"bench.quotes.{uuid4().hex[:6]}")
    user.groups.add(Group.objects.get(name="integration_engineer"))
    now = clock.now()
    made = create_api_key(
        username=user.username, name="bench", expires_at=now + timedelta(days=1), scopes=(), actor=SYSTEM, now=now
    )
    return made.secret


def ask(connection: http.client.HTTPConnection, token: str, body: bytes) -> float:
    """Make one quote and return its milliseconds."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    started = time.perf_counter()
    connection.request("POST", "/api/v1/pricing/quotes", body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 201:
        raise SystemExit(content[:2000].decode())
    return (time.perf_counter() - started) * 1000


def bodies(skus: list[str]) -> list[bytes]:
    """Return carts of 50 lines, every one of other products."""
    return [
        json.dumps(
            {
                "legal_entity": "UK01", "customer": "C-1001", "currency": "GBP",
                "lines": [{"sku": skus[(cart * LINES + line) % len(skus)], "quantity": str(1 + line)} for line in range(LINES)],
            }
        ).encode()
        for cart in range(REQUESTS)
    ]  # fmt: skip


def main() -> None:
    """Measure and say; fails when the p95 of the median run is above the limit."""
    load_company()
    skus = price_records()
    say(machine())
    say(f"{PriceRecord.objects.count():,} price records, {LINES} lines a cart, {REQUESTS} quotes a run, {RUNS} runs")
    assert LegalEntity.objects.filter(code="UK01").exists()
    server, port = serve(gather=False)
    try:
        connection, token = http.client.HTTPConnection("127.0.0.1", port), api_key()
        wanted = bodies(skus)
        for body in wanted[:40]:
            ask(connection, token, body)
        found = []
        for run in range(RUNS):
            times = sorted(ask(connection, token, body) for body in wanted)
            p95 = times[int(len(times) * 0.95) - 1]
            found.append(p95)
            say(f"run {run + 1}: median {statistics.median(times):.1f} ms, p95 {p95:.1f} ms, most {times[-1]:.1f} ms")
    finally:
        server.terminate()
        server.wait()
    middle = statistics.median(found)
    say(f"p95, median of {RUNS} runs: {middle:.1f} ms (limit {LIMIT_MS} ms)")
    sys.exit(middle >= LIMIT_MS)


if __name__ == "__main__":
    main()
