"""Order list and order page with a million orders behind them: p95 in process, and the plans of the list's queries."""

import os
import random
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from apps.masterdata.models import User  # noqa: E402
from apps.orders.models import Order  # noqa: E402
from bench.company import load_company  # noqa: E402
from bench.measure import machine, percentile, say  # noqa: E402

ORDERS, ROUNDS = int(os.environ.get("BENCH_ORDERS", "1000000")), 40

MANY_ORDERS = """
INSERT INTO orders_order (id, legal_entity_id, channel_id, region_id, customer_id, number, source_ref, external_number,
    purchase_order, currency, state, ordered_at, recorded_at, bill_to_id, ship_to_id, invoicing, payment_terms_days,
    net_minor, tax_minor, gross_minor, placed_by)
SELECT new_id(), e.id, c.id, c.region_id, b.customer_id, 'SO-9' || lpad(n::text, 8, '0'), 'bench:' || n, 'EXT-' || n,
       'PO-' || (n %% 5000), 'GBP',
       (ARRAY['closed', 'closed', 'closed', 'closed', 'closed', 'invoiced', 'shipped', 'partly_shipped', 'confirmed'])[1 + n %% 9],
       now() - n * interval '30 seconds', now(), b.address_id, b.address_id, 'per_shipment', 30, 6000, 1200, 7200, NULL
  FROM generate_series(1, %s) AS n
  JOIN (SELECT row_number() OVER (ORDER BY c.code) - 1 AS place, c.id AS customer_id, a.id AS address_id
          FROM masterdata_customer c JOIN masterdata_address a ON a.customer_id = c.id WHERE c.code LIKE 'B%%') b
    ON b.place = n %% 1000
 CROSS JOIN (SELECT id FROM masterdata_legalentity WHERE code = 'UK01') e
 CROSS JOIN (SELECT id, region_id FROM masterdata_channel WHERE code = 'web') c
"""
MANY_LINES = """
INSERT INTO orders_orderline (id, order_id, line_no, product_id, description, quantity, unit_price, price_source, net_minor,
    tax_category, tax_rate, tax_reason, tax_minor)
SELECT new_id(), o.id, l, p.id, 'Product', 1, 20, 'list', 2000, 'S', 20, '', 400
  FROM orders_order o CROSS JOIN generate_series(1, 3) AS l
  JOIN (SELECT row_number() OVER (ORDER BY sku) - 1 AS place, id FROM masterdata_product WHERE sku LIKE 'BENCH-%') p
    ON p.place = (abs(hashtext(o.number)) + l) % 1000
 WHERE o.source_ref LIKE 'bench:%'
"""
PAGES = {
    "order list, newest first": "/orders/",
    "order list, one state": "/orders/?state=confirmed",
    "order list, a rare state": "/orders/?state=held",
    "order list, two states": "/orders/?state=held&state=confirmed",
    "order list by number": "/orders/?q=SO-900012",
    "API list, newest first": "/api/v1/orders?limit=50",
    "API list, one state": "/api/v1/orders?state=partly_shipped&limit=50",
    "API list, two states": "/api/v1/orders?state=held,partly_shipped&limit=50",
    "search by number": "/search/?q=SO-900012345",
    "home": "/",
}


def fill() -> None:
    """Put the orders and their lines in place, and let PostgreSQL look at them."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(MANY_ORDERS, [ORDERS])
        cursor.execute(MANY_LINES)
        cursor.execute("VACUUM ANALYZE")
    say(f"{ORDERS:,} orders with 3 lines each are in place after {time.perf_counter() - started:.0f} s")


def measure(client: Client, name: str, addresses: list[str]) -> None:
    """Ask for pages and say how long they took, in milliseconds."""
    seconds = []
    for address in addresses:
        started = time.perf_counter()
        answer = client.get(address)
        seconds.append(time.perf_counter() - started)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
    half, most = percentile(seconds, 0.5) * 1000, percentile(seconds, 0.95) * 1000
    say(f"{name:28} p50 {half:6.0f} ms  p95 {most:6.0f} ms")


def explain(title: str, where: str) -> None:
    """Say which plan a list's query gets."""
    query = f"SELECT id FROM orders_order WHERE {where} ORDER BY ordered_at DESC, id DESC LIMIT 51"
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS OFF, COSTS OFF, SUMMARY OFF) {query}")
        plan = " / ".join(row[0].strip() for row in cursor.fetchall()[:3])
    say(f"plan, {title}: {plan}")


def main() -> None:
    settings.ALLOWED_HOSTS.append("testserver")
    load_company()
    fill()
    say(f"machine: {machine()}; {ROUNDS} requests each, in process, whole page rendered")
    client = Client()
    client.force_login(User.objects.get(username="auditor"))
    ids = list(Order.objects.order_by("?").values_list("id", flat=True)[: ROUNDS * 2])
    for name, address in PAGES.items():
        client.get(address)
        measure(client, name, [address] * ROUNDS)
    measure(client, "order page", [f"/orders/{order_id}/" for order_id in ids[:ROUNDS]])
    measure(client, "API order", [f"/api/v1/orders/{order_id}" for order_id in ids[ROUNDS:]])
    deep = client.get("/api/v1/orders?limit=200").json()
    for _ in range(random.randint(20, 30)):
        deep = client.get(deep["next"].split("testserver")[1]).json()
    measure(client, "API list, 5,000 rows deep", [deep["next"].split("testserver")[1]] * ROUNDS)
    explain("newest first", "true")
    explain("one state", "state = 'confirmed'")
    explain("one customer", "customer_id = (SELECT id FROM masterdata_customer WHERE code = 'B7')")
    explain("by number", "number LIKE 'SO-900012%'")


if __name__ == "__main__":
    main()
