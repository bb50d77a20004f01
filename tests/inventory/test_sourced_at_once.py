"""Everything at once, by eight hands: orders with rules of sourcing, full days, substitutes and wishes for later; goods come, leave and are
given up. No day is overfull, no line is two products, nothing is sold twice, and nobody ties a knot."""

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, connections

from apps.inventory.contract import (
    DemandLine,
    ReceiptDraft,
    ReleaseItem,
    receive_stock,
    release_lines,
    reserve_lines,
    ship,
)
from apps.inventory.decisions.document import AVAILABILITY, BACKORDERS, SOURCING
from apps.inventory.models import CapacityDay, Reservation, Warehouse
from apps.inventory.services.reserving_near import BEGINNING, reserve_page
from apps.inventory.services.sharing import fill_backorders, serve_kept_back
from apps.operations.selectors.prove import prove
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import writes
from tests.factories.inventory import NOW, Place, ship_request
from tests.factories.near_and_far import RULES, near_and_far, wanted
from tests.factories.rulebooks import put_in_force

STEPS, HANDS = 25, 8
PER_DAY = (30, 20)


class Hand(threading.Thread):
    """Somebody who does this and that with orders of his own."""

    def __init__(self, place: Place, number: int, failed: list[BaseException]) -> None:
        super().__init__()
        self.place, self.dice, self.failed = place, random.Random(number), failed
        self.mine: list[DemandLine] = []

    def run(self) -> None:
        deeds: list[Callable[[], object]] = [
            self.order,
            self.give_up,
            self.ship,
            self.receive,
            self.choose_again,
            self.wake,
        ]
        try:
            for _ in range(STEPS):
                (deed,) = self.dice.choices(deeds, weights=(10, 3, 2, 3, 1, 1))
                deed()
        except BaseException as error:
            self.failed.append(error)
        finally:
            connections.close_all()

    def order(self) -> None:
        order, code = new_id(), self.dice.choice(["EH1 1YZ", "EC2V 7HN"])
        day = NOW.date() + timedelta(days=9) if self.dice.random() < 0.2 else None
        lines = [
            replace(
                wanted(self.place, self.dice.randint(1, 4), number, code=code, sku=self.place.products[number].sku),
                order_id=order,
                wanted_on=day,
            )
            for number in self.dice.sample([0, 1], self.dice.randint(1, 2))
        ]
        writes(reserve_lines)(lines)
        self.mine += lines

    def give_up(self) -> None:
        if self.mine:
            line = self.mine.pop(self.dice.randrange(len(self.mine)))
            writes(release_lines)([ReleaseItem(line.line_id, Decimal(self.dice.randint(1, 4)))], now=NOW)

    def ship(self) -> None:
        if self.mine:
            writes(ship)([ship_request(self.dice.choice(self.mine))], actor=SYSTEM)

    def receive(self) -> None:
        where, what = self.dice.choice(self.place.warehouses), self.dice.choice(self.place.products)
        draft = ReceiptDraft(
            where.id, what.id, Decimal(self.dice.randint(1, 5)), Decimal("2.5"), NOW, f"test:{new_id()}"
        )
        writes(receive_stock)([draft], actor=SYSTEM)

    def choose_again(self) -> None:
        writes(serve_kept_back)(after=UUID(int=0), now=NOW, limit=100)

    def wake(self) -> None:
        reserve_page(after=BEGINNING, now=NOW + timedelta(days=7))


@pytest.mark.django_db(transaction=True)
def test_everything_at_once() -> None:
    place = near_and_far()
    for warehouse, most in zip(place.warehouses, PER_DAY, strict=True):
        Warehouse.objects.filter(pk=warehouse.pk).update(handling_per_day=most)
    put_in_force(SOURCING, RULES)
    skus = [product.sku for product in place.products]
    pairs = [{"of": skus[0], "by": skus[1]}, {"of": skus[1], "by": skus[0]}]
    put_in_force(BACKORDERS, {"policies": [{"name": "either", "substitutes": pairs}]})
    put_in_force(AVAILABILITY, {"rules": [{"name": "standard", "reserve_within_days": 3}]})
    before = _deadlocks()
    failed: list[BaseException] = []
    hands = [Hand(place, number, failed) for number in range(HANDS)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert failed == []
    assert _deadlocks() == before
    writes(fill_backorders)(now=NOW, limit=1000)
    broken = {each.code for each in prove().equalities if not each.holds}
    assert not {code for code in broken if code[:2] in ("07", "18", "19", "20")}
    for warehouse, most in zip(place.warehouses, PER_DAY, strict=True):
        for day in CapacityDay.objects.filter(warehouse=warehouse):
            assert Reservation.objects.filter(warehouse=warehouse, planned_on=day.day).count() <= day.planned <= most
    products: dict[UUID, set[UUID]] = {}
    for line_id, product_id in Reservation.objects.values_list("line_id", "product_id"):
        products.setdefault(line_id, set()).add(product_id)
    assert all(len(found) == 1 for found in products.values())


def _deadlocks() -> int:
    """Return how many knots were untied in this database; connections tell of theirs when they close."""
    connection.close()
    return int(fetch("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0][0])
