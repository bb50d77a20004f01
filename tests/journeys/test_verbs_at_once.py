"""Verbs on one order at the same time: parts ship and are invoiced while others are cancelled, and nobody is sent away."""

from threading import Event

import pytest
from django.db import connection

from apps.orders.services.bill import ALL_MODES, bill_orders
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from tests.journeys.running import together
from tests.journeys.site import JSON, Person, Site, parts, quantities

PARTS = 12


def deadlocks() -> int:
    """Return how many deadlocks PostgreSQL has untied in this test's database, as far as its connections have told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def invoice_all() -> None:
    """Invoice whatever is owed, as the job does every few minutes."""
    now = clock.now()
    bill_orders(until=now, modes=ALL_MODES, dated="supply", actor=SYSTEM, now=now)


@pytest.mark.parametrize("by", ["relay", "job"])
def test_parts_ship_and_are_invoiced_while_others_are_cancelled(site: Site, by: str) -> None:
    order = site.order_desk.places(("MUG-BLUE", str(2 * PARTS)), customer="C-1004")
    one_part, before, done = parts(order, MUG_BLUE="1"), deadlocks(), Event()
    verbs = {"ship": (site.warehouse, {}), "cancel": (site.order_desk, {"reason": "One less"})}

    def work(number: int) -> None:
        if number == len(verbs):
            while not done.is_set():
                site.works_by_itself() if by == "relay" else invoice_all()
        else:
            verb = list(verbs)[number]
            person, body = verbs[verb]
            try:
                one_by_one(person, f"orders/{order['id']}/{verb}", {**body, "lines": one_part})
            finally:
                done.set()

    together(len(verbs) + 1, work)
    site.works_by_itself()
    order = site.order_desk.order(order)
    assert (quantities(order, "cancelled"), quantities(order, "shipped")) == ({"MUG-BLUE": "12"}, {"MUG-BLUE": "12"})
    assert sum(int(line["quantity"]) for row in site.ar_clerk.invoices(order) for line in lines_of(site, row)) == PARTS
    assert deadlocks() == before
    site.holds()


def one_by_one(person: Person, path: str, body: JSON) -> None:
    """Send the same body under a new key, part after part."""
    for _ in range(PARTS):
        person.do(path, body)


def lines_of(site: Site, invoice: JSON) -> list[JSON]:
    """Look at an invoice's lines."""
    lines: list[JSON] = site.ar_clerk.get(f"invoices/{invoice['id']}")["lines"]
    return lines


@pytest.mark.parametrize("verb", ["cancel", "ship", "return"])
def test_no_piece_is_taken_in_parts(site: Site, verb: str) -> None:
    order = site.order_desk.places(("MUG-BLUE", "4"), ("TEA-FOR-TWO", "3"))
    if verb == "return":
        site.warehouse.do(f"orders/{order['id']}/ship")
        site.works_by_itself()
    before = site.order_desk.order(order)
    somebody = site.with_roles("order_desk", "warehouse", "ar_clerk")
    for sku, quantity in (("MUG_BLUE", "0.5"), ("TEA_FOR_TWO", "0.3333")):
        body = (
            {"reason": "Half", "restock": True} if verb == "return" else {"reason": "Half"} if verb == "cancel" else {}
        )
        said = somebody.refused(f"orders/{order['id']}/{verb}", {**body, "lines": parts(order, **{sku: quantity})})
        assert said["reason"] == "quantity_not_divisible"
        assert "is sold by the" in said["detail"]
    assert site.order_desk.order(order) == before
    site.holds()
