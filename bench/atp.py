"""POST /api/v1/inventory/atp over HTTP: one line and carts of 50, of 1,000 products over 180 days with a million rows behind them.

Carts are asked with plans from memory, and while supplies change between any two questions, so that some plans are made anew.
"""

import argparse
import http.client
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
django.setup()

from django.contrib.auth.models import Group  # noqa: E402

from apps.inventory.contract import DemandLine, OrderTag, ReceiptDraft, plan_receipts, receive_stock, reserve_lines  # noqa: E402
from apps.inventory.models import Backorder, StockMovement, Supply, Warehouse  # noqa: E402
from apps.inventory.selectors.plans import READ, STAMPS  # noqa: E402
from apps.masterdata.models import LegalEntity, Product, UnitOfMeasure, User  # noqa: E402
from apps.masterdata.services.keys import create_api_key  # noqa: E402
from bench.company import load_company  # noqa: E402
from bench.http import serve  # noqa: E402
from bench.measure import machine, percentile, say  # noqa: E402
from ordercash.kernel import clock, sql  # noqa: E402
from ordercash.kernel.actor import SYSTEM  # noqa: E402
from ordercash.kernel.ids import new_id  # noqa: E402
from ordercash.kernel.statistics import refresh_statistics  # noqa: E402
from ordercash.kernel.transactions import writes  # noqa: E402

PRODUCTS: Final = 1_000
DAYS: Final = 180
ASKED: Final = 400
RUNS: Final = 3
# p95 in milliseconds by the lines of a cart.
LIMITS: Final = {1: 30, 50: 100}

# What lies behind the plans: movements of these products, supplies that are closed, lines that wait for other products.
BEHIND: Final = {
    "stock movements": """
INSERT INTO inventory_stockmovement (id, stock_id, kind, quantity, value_minor, source_ref, occurred_at)
SELECT new_id(), s.id, 'history', CASE WHEN mod(n, 2) = 0 THEN 1 ELSE -1 END, 0, 'behind:' || p.sku || ':' || n,
       now() - n * interval '6 hours'
  FROM inventory_stock s JOIN masterdata_product p ON p.id = s.product_id, generate_series(1, 850) n WHERE p.sku LIKE 'ATP-%%'
""",
    "closed supplies": """
INSERT INTO inventory_supply (id, kind, warehouse_id, product_id, quantity, unit_cost, due_at, first_due_at, status, source_ref)
SELECT new_id(), 'purchase', s.warehouse_id, s.product_id, 10, 1, now() + n * interval '1 day', now(), 'cancelled',
       'behind:' || p.sku || ':' || n
  FROM inventory_stock s JOIN masterdata_product p ON p.id = s.product_id, generate_series(1, 100) n WHERE p.sku LIKE 'ATP-%%'
""",
    "waiting lines": """
INSERT INTO inventory_backorder (line_id, order_id, legal_entity_id, product_id, quantity, line_quantity, occurred_at)
SELECT new_id(), new_id(), w.legal_entity_id, s.product_id, 1, 1, now() - n * interval '1 hour'
  FROM inventory_stock s JOIN masterdata_product p ON p.id = s.product_id JOIN inventory_warehouse w ON w.id = s.warehouse_id,
       generate_series(1, 50) n WHERE p.sku LIKE 'BENCH-%%'
""",
}


def make_plans() -> LegalEntity:
    """Make products with goods on the shelf, ten supplies each and lines that wait for them; returns whose they are."""
    chance = random.Random(4)
    place = Warehouse.objects.filter(is_active=True).order_by("priority")[0]
    entity, now, unit = place.legal_entity, clock.now(), UnitOfMeasure.objects.filter(decimals=0)[0]
    products = Product.objects.bulk_create(
        Product(sku=f"ATP-{n:04d}", name=f"Product {n}", unit=unit) for n in range(PRODUCTS)
    )
    here, coming, lines = list[ReceiptDraft](), list[ReceiptDraft](), list[DemandLine]()
    for product in products:
        ref, goods = f"bench:{product.sku}", (place.id, product.id)
        here.append(ReceiptDraft(*goods, Decimal(chance.randint(1, 40)), Decimal(1), now, ref))
        for n in range(10):
            due = now + timedelta(days=chance.randint(1, DAYS))
            coming.append(ReceiptDraft(*goods, Decimal(chance.randint(5, 50)), Decimal(1), due, f"{ref}:{n}"))
        for _ in range(8):
            quantity, about = Decimal(chance.randint(1, 30)), OrderTag(currency="GBP")
            lines.append(DemandLine(new_id(), new_id(), entity.id, product.id, True, quantity, now, about))
    writes(receive_stock)(here, actor=SYSTEM)
    writes(plan_receipts)(coming, now=now)
    writes(reserve_lines)(lines)
    return entity


@writes
def put_behind() -> None:
    """Add the rows that the plans must not read."""
    for statement in BEHIND.values():
        sql.run(statement)


def ask(connection: http.client.HTTPConnection, token: str, body: bytes) -> float:
    """Return the milliseconds that one question takes."""
    started = time.perf_counter()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connection.request("POST", "/api/v1/inventory/atp", body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise SystemExit(content[:2000].decode())
    return (time.perf_counter() - started) * 1_000


def measure(port: int, token: str, entity: str, lines: int, *, changing: bool) -> Sequence[float]:
    """Ask one question after the other and return how long each took; each cart is of other products."""
    chance, times = random.Random(5), []
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(ASKED):
        wanted = [
            {"sku": f"ATP-{chance.randrange(PRODUCTS):04d}", "quantity": str(chance.randint(1, 60))}
            for _ in range(lines)
        ]
        if changing:
            supply = Supply.objects.filter(product__sku=wanted[0]["sku"], status="confirmed")[0]
            Supply.objects.filter(pk=supply.pk).update(quantity=supply.quantity + 1)
        times.append(ask(connection, token, json.dumps({"legal_entity": entity, "lines": wanted}).encode()))
    return times


def explain(entity_id: UUID) -> None:
    """Say how the database reads the plans of 50 products, and whether they stand."""
    ids = list(Product.objects.filter(sku__startswith="ATP-").order_by("sku").values_list("id", flat=True)[:50])
    for name, statement in (("the plans of 50 products", READ), ("whether 50 plans stand", STAMPS)):
        say(f"\n{name}:")
        for (row,) in sql.fetch("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + statement, [[entity_id] * len(ids), ids]):
            say(f"  {row}")


def token_of_desk() -> str:
    """Return the token of somebody who asks for customers."""
    user = User.objects.create_user(username="bench.atp")
    user.groups.add(Group.objects.get(name="order_desk"))
    now = clock.now()
    made = create_api_key(
        username=user.username, name="bench", expires_at=now + timedelta(days=1), scopes=(), actor=SYSTEM, now=now
    )
    return made.secret


def main() -> None:
    """Measure and say; fails where the p95 of the median run is above its limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--explain", action="store_true", help="show the plans of the two statements, too")
    given = options.parse_args()
    load_company()
    token, entity = token_of_desk(), make_plans()
    put_behind()
    refresh_statistics()
    say(
        f"{machine()}; {PRODUCTS:,} products, 10 supplies and 8 lines each over {DAYS} days; {ASKED} questions a row, {RUNS} runs"
    )
    rows = {"movements": StockMovement, "supplies": Supply, "waiting lines": Backorder}
    say("behind them: " + ", ".join(f"{model.objects.count():,} {name}" for name, model in rows.items()))
    too_slow = False
    server, port = serve(gather=False)
    try:
        for lines, limit in LIMITS.items():
            for changing in (False, True):
                measure(port, token, entity.code, lines, changing=changing)
                runs = [measure(port, token, entity.code, lines, changing=changing) for _ in range(RUNS)]
                p95 = statistics.median(percentile(run, 0.95) for run in runs)
                median = statistics.median(statistics.median(run) for run in runs)
                how = "supplies change" if changing else "nothing changes"
                say(f"{lines:3} lines, {how:16}: median {median:6.1f} ms, p95 {p95:6.1f} ms (limit {limit} ms)")
                too_slow |= p95 >= limit
    finally:
        server.terminate()
        server.wait(20)
    if given.explain:
        explain(entity.id)
    sys.exit(too_slow)


if __name__ == "__main__":
    main()
