"""kill -9 at any moment: whoever asks again with the same key, or starts the same command again, ends where nothing had happened.

The moments are random; each run draws others, and a failure names its seed.
"""

import csv
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count

from apps.audit.models import EventRecord, Job
from apps.billing.models import Invoice, Payment
from apps.integrations.decisions.mapping_file import read_mapping
from apps.integrations.services.stock_plan import load_stock, plan_stock
from apps.inventory.models import Reservation, Shipment
from apps.orders.models import IntakeRow, Order, OrderLine, ReturnLine
from ordercash.kernel.actor import SYSTEM
from tests.factories.orders import NOW, document
from tests.journeys.running import FULL, Victims, insist, together
from tests.journeys.site import Site, receipt

MAPPING = settings.BASE_DIR / "examples" / "mappings" / "online_retail.yaml"
KILLED = -9


@pytest.fixture
def victims(site: Site) -> Iterator[Victims]:
    """A process that forks what is killed, on this test's database."""
    process = Victims()
    yield process
    process.close()


@pytest.fixture
def chance(record_property: Callable[[str, object], None]) -> random.Random:
    """Random moments, with their seed in the output of a failure."""
    seed = random.SystemRandom().randrange(10**6)
    record_property("seed", seed)
    print("seed", seed)  # noqa: T201 - pytest shows it with a failure
    return random.Random(seed)


def test_the_web_server_dies_in_the_middle_of_every_verb(site: Site, victims: Victims, chance: random.Random) -> None:
    people = {role: site.with_roles(role).secret for role in ("order_desk", "warehouse", "ar_clerk")}
    count, deaths = (600, 120) if FULL else (48, 12)
    # Enough in one warehouse for all of them, so that every order is one shipment and one invoice.
    goods = [receipt(sku, "2000", f"R-{sku}") for sku in ("MUG-BLUE", "TEAPOT-1L")]
    site.warehouse.do("stock/receipts", {"receipts": goods})

    def ask(role: str, method: str, path: str, body: Any = None, key: str = "") -> Any:
        return insist(victims.port, method, f"/api/v1/{path}", body, secret=people[role], key=key)

    def whole_way(number: int) -> str:
        order = ask("order_desk", "POST", "orders", document(customer="C-1004"), f"place {number}")
        ask("warehouse", "POST", f"orders/{order['id']}/ship", {}, f"ship {number}")
        ask("ar_clerk", "POST", f"orders/{order['id']}/bill")
        (invoice,) = ask("ar_clerk", "GET", f"invoices?order_id={order['id']}")["items"]
        money = {"legal_entity": "UK01", "currency": "GBP", "amount_minor": invoice["gross_minor"]}
        money["invoice_numbers"] = [invoice["number"]]
        assert ask("ar_clerk", "POST", "payments", money, f"pay {number}")["unapplied_minor"] == 0
        return str(order["id"])

    def keep_killing(_: int) -> list[str]:
        for _ in range(deaths):
            victims.start("serve", kill_after=chance.uniform(0.05, 0.5))
            assert victims.ended() == KILLED
        victims.start("serve")
        return []

    ids = together(5, lambda n: keep_killing(n) if n == 4 else [whole_way(i) for i in range(n, count, 4)])
    orders = {order_id for group in ids for order_id in group}
    assert len(orders) == Order.objects.count() == count
    each_order_has(shipments=1, invoices=1)
    assert Payment.objects.count() == count
    # The same keys once more: the same answers, and nothing new.
    assert {whole_way(number) for number in range(0, count, 5)} <= orders
    each_order_has(shipments=1, invoices=1)
    assert Payment.objects.count() == count
    site.works_by_itself()
    assert set(Order.objects.values_list("state", flat=True)) == {"closed"}
    nothing_is_told_twice()
    site.holds()


def test_importer_and_days_die_and_start_again(
    site: Site, victims: Victims, chance: random.Random, tmp_path: Path
) -> None:
    path = a_file(tmp_path, chance, documents=1_500 if FULL else 150)
    load_stock(plan_stock(path, read_mapping(MAPPING.read_text("utf-8"))), actor=SYSTEM, now=NOW)
    commands = (
        ("import_orders", str(path), "--mapping", str(MAPPING), "--batch", "60"),
        ("run_day", "--until-idle", "--collect"),
        ("relay", "--until-idle"),
    )
    for command in commands:
        deaths = until_done(victims, chance, *command, most=60 if FULL else 6)
        assert deaths
    first = counts()
    assert first["orders"] and first["returns"] and first["payments"]
    nothing_is_told_twice()
    site.holds()
    # All of it once more: nothing is made twice.
    for command in commands:
        assert victims.run(*command) == 0
    assert counts() == first
    nothing_is_told_twice()
    site.holds()


def test_the_worker_dies_with_its_job_and_another_takes_it_over(
    site: Site, victims: Victims, chance: random.Random
) -> None:
    orders = [site.order_desk.places(customer="C-1004") for _ in range(40 if FULL else 12)]
    for order in orders:
        site.warehouse.do(f"orders/{order['id']}/ship")
    for _ in range(60 if FULL else 8):
        if victims.run("run_due_jobs", kill_after=chance.uniform(0.02, 0.25)) != KILLED:
            break
        fall_silent()
    fall_silent()
    assert victims.run("run_due_jobs") == 0
    assert not Job.objects.exclude(state="done").exists()
    each_order_has(shipments=1, invoices=1)
    nothing_is_told_twice()
    site.holds()


def fall_silent() -> None:
    """Let the heartbeat of a dead worker be a minute old, and count its death as none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_job SET heartbeat_at = heartbeat_at - interval '5 minutes', attempts = 0 WHERE state = 'running'"
        )


def until_done(victims: Victims, chance: random.Random, *command: str, most: int) -> int:
    """Kill a command again and again, later each time, then let it come to its end; returns how often it died."""
    deaths = 0
    for attempt in range(1, most + 1):
        # The first time before any machine can be done with it.
        latest = min(0.005 * 3**attempt, 0.15 * attempt)
        status = victims.run(*command, kill_after=chance.uniform(0.0, latest))
        assert status in (0, KILLED)
        deaths += status == KILLED
    assert victims.run(*command) == 0
    return deaths


def each_order_has(*, shipments: int, invoices: int) -> None:
    """Assert that every order was shipped and invoiced exactly so often, and that nothing of it stays reserved."""
    for model, wanted in ((Shipment, shipments), (Invoice, invoices)):
        counted = set(model.objects.values("order_id").annotate(n=Count("pk")).values_list("n", flat=True))
        assert counted == {wanted}
        assert model.objects.count() == wanted * Order.objects.count()
    assert not Reservation.objects.exists()


def nothing_is_told_twice() -> None:
    """Assert that no order was confirmed, invoiced, closed or credited twice, and no document issued twice."""
    once = [
        "orders.order_confirmed", "orders.order_held", "orders.order_invoiced", "orders.order_closed",
        "inventory.shipment_shipped", "billing.invoice_issued", "billing.credit_note_issued", "billing.payment_recorded",
    ]  # fmt: skip
    told = EventRecord.objects.filter(name__in=once).values("name", "aggregate_id").annotate(n=Count("id"))
    assert [row for row in told if row["n"] > 1] == []


def counts() -> dict[str, int]:
    """Return how much of everything there is."""
    models = {
        "orders": Order, "lines": OrderLine, "returns": ReturnLine, "rows": IntakeRow, "shipments": Shipment,
        "reservations": Reservation, "invoices": Invoice, "payments": Payment, "events": EventRecord,
    }  # fmt: skip
    return {name: model.objects.count() for name, model in models.items()}


def a_file(folder: Path, chance: random.Random, *, documents: int) -> Path:
    """Write ten days of sales with a cancellation after every tenth document."""
    path, start = folder / "sales.csv", datetime(2010, 12, 1, 8, 0)  # noqa: DTZ001 - the file's clock has no zone
    header = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        for number in range(documents):
            at, who = start + timedelta(days=10 * number / documents), f"{18000 + number % 7}.0"
            codes = chance.sample(range(20001, 20030), chance.randint(1, 6))
            for code in codes:
                sold = [code, f"ARTICLE {code}", chance.randint(2, 9), at, "1.25", who, "United Kingdom"]
                writer.writerow([600000 + number, *sold])
            if not number % 10:
                back = [codes[0], f"ARTICLE {codes[0]}", -1, at + timedelta(hours=30), "1.25", who, "United Kingdom"]
                writer.writerow([f"C{600000 + number}", *back])
    return path
