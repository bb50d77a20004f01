"""Random lives of orders and shelves against a model that counts single units: the laws hold after every step."""

import os
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.inventory.contract import (
    AdjustmentDraft,
    DemandLine,
    HoldWish,
    ReceiptDraft,
    ReleaseItem,
    ReturnItem,
    ShipRequest,
    adjust_counted,
    claim_holds,
    fill_backorders,
    hold_goods,
    line_standings,
    receive_returns,
    receive_stock,
    release_lines,
    reserve_lines,
    ship,
)
from apps.inventory.models import Reservation, ShipmentLine, Stock, StockMovement, StockSlot
from apps.inventory.services.holding import NotEnough, expire_holds, release_hold_in
from apps.ledger.models import Posting
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.inventory import NOW, a_customer, a_place, handled

PRODUCTS, WAREHOUSES = 2, 2
Shelf = tuple[int, int]  # product, warehouse: by their place in the lists
IS_FULL = os.environ.get("ORDERCASH_FULL", "") not in {"", "0"}
PARTS = 20 if IS_FULL else 1  # of one count of lives, so that workers share it
LIVES = int(os.environ.get("ORDERCASH_TEST_LIVES", "10000" if IS_FULL else "12"))
small = st.integers(1, 9)
expire = expire_holds.__wrapped__  # type: ignore[attr-defined]


@dataclass
class ModelLine:
    """What the model believes of one order line; everything in whole units."""

    demand: DemandLine
    product: int
    held: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    waiting: int = 0
    shipped: int = 0
    cancelled: int = 0


@dataclass
class ModelHold:
    """What the model believes is set aside: by product and warehouse, until it is claimed, let go or freed."""

    expires_at: datetime
    parts: dict[Shelf, int]
    is_claimed: bool = False


class Shelves(RuleBasedStateMachine):
    """Inventory beside its model; one transaction per life, rolled back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.place = a_place(products=PRODUCTS, warehouses=WAREHOUSES)
        self.customer = a_customer()
        self.on_hand: dict[Shelf, int] = defaultdict(int)
        self.lines: dict[UUID, ModelLine] = {}
        self.back: dict[UUID, list[int]] = {}
        self.holds: dict[UUID, ModelHold] = {}
        self.clock = NOW

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def free(self, shelf: Shelf) -> int:
        held = sum(line.held[shelf[1]] for line in self.lines.values() if line.product == shelf[0])
        return self.on_hand[shelf] - held - sum(hold.parts.get(shelf, 0) for hold in self.holds.values())

    def serve(self, line: ModelLine, quantity: int) -> int:
        """Give a line what the shelves have: whole from the first that can, else unit by unit in their order."""
        for warehouse in range(WAREHOUSES):
            if self.free((line.product, warehouse)) >= quantity:
                line.held[warehouse] += quantity
                return quantity
        given = 0
        for warehouse in range(WAREHOUSES):
            while given < quantity and self.free((line.product, warehouse)):
                line.held[warehouse] += 1
                given += 1
        return given

    def share(self, product: int) -> None:
        """Give what is free to those who wait for it, the oldest first."""
        waiting = [line for line in self.lines.values() if line.waiting and line.product == product]
        for line in sorted(waiting, key=lambda line: (line.demand.occurred_at, line.demand.line_id)):
            line.waiting -= self.serve(line, line.waiting)

    @initialize(quantity=small)
    def open(self, quantity: int) -> None:
        self.receive(0, 0, quantity, Decimal("1.337"))

    @rule(product=st.integers(0, 1), warehouse=st.integers(0, 1), quantity=small, cost=st.decimals(0, 20, places=3))
    def receive(self, product: int, warehouse: int, quantity: int, cost: Decimal) -> None:
        ids = self.place.warehouses[warehouse].id, self.place.products[product].id
        receive_stock([ReceiptDraft(*ids, Decimal(quantity), cost, self.clock, f"r:{new_id()}")], actor=SYSTEM)
        self.on_hand[product, warehouse] += quantity
        self.share(product)

    @rule(wanted=st.lists(st.tuples(st.integers(0, 1), small), min_size=1, max_size=4))
    def reserve(self, wanted: list[tuple[int, int]]) -> None:
        self.clock += timedelta(minutes=1)
        self.take(new_id(), wanted, None)

    def take(self, order_id: UUID, wanted: list[tuple[int, int]], hold_id: UUID | None) -> None:
        """Reserve the lines of an order: what its hold has goes to them in turn, the first warehouse first; then the shelves."""
        batch = []
        for product, quantity in wanted:
            ids = order_id, new_id(), self.place.entity.id, self.place.products[product].id
            line = DemandLine(*ids, True, Decimal(quantity), self.clock, hold_id=hold_id)
            batch.append(ModelLine(line, product))
        answers = reserve_lines([line.demand for line in batch])
        if hold_id is not None:
            self.holds[hold_id].is_claimed = True
        claimed = {line.demand.line_id: self.claimed(line, hold_id) for line in batch}
        for line in batch:
            self.lines[line.demand.line_id] = line
            rest = int(line.demand.quantity) - claimed[line.demand.line_id]
            line.waiting = rest - (self.serve(line, rest) if rest else 0)
            assert answers[line.demand.line_id].reserved == line.demand.quantity - line.waiting
        if hold_id is not None and not any(self.holds[hold_id].parts.values()):
            del self.holds[hold_id]

    def claimed(self, line: ModelLine, hold_id: UUID | None) -> int:
        """Move what the line claims out of the hold; returns how much."""
        if hold_id is None:
            return 0
        given, parts = 0, self.holds[hold_id].parts
        for warehouse in range(WAREHOUSES):
            part = min(int(line.demand.quantity) - given, parts.get((line.product, warehouse), 0))
            if part:
                parts[line.product, warehouse] -= part
                line.held[warehouse] += part
                given += part
        return given

    @rule(
        wanted=st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4)), min_size=1, max_size=3),
        minutes=st.integers(2, 9),
    )
    def set_aside(self, wanted: list[tuple[int, int]], minutes: int) -> None:
        """Hold goods, all or nothing. In which warehouses is looked at: lines tell the rest."""
        wishes = [HoldWish(self.place.entity.id, self.place.products[p].id, Decimal(n)) for p, n in wanted]
        able = all(
            sum(n for p, n in wanted if p == product) <= sum(self.free((product, w)) for w in range(WAREHOUSES))
            for product in range(PRODUCTS)
        )
        try:
            with transaction.atomic():
                made = hold_goods(
                    wishes, source_ref=f"h:{new_id()}", for_seconds=60 * minutes, actor=SYSTEM, now=self.clock
                )
        except NotEnough:
            assert not able
            return
        assert able
        parts: dict[Shelf, int] = defaultdict(int)
        for goods in made.goods:
            parts[self.shelf(goods.product_id, goods.warehouse_id)] += int(goods.quantity)
        for product in range(PRODUCTS):
            assert sum(n for p, n in wanted if p == product) == sum(n for s, n in parts.items() if s[0] == product)
        self.holds[made.id] = ModelHold(made.expires_at, parts)

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), wanted=st.lists(st.tuples(st.integers(0, 1), small), min_size=1, max_size=3))
    def claim(self, data: st.DataObject, wanted: list[tuple[int, int]]) -> None:
        """An order claims a hold, in time or not, and wants as much as it holds, more, less or something else."""
        hold_id = data.draw(st.sampled_from(list(self.holds)))
        hold, order_id = self.holds[hold_id], new_id()
        in_time = not hold.is_claimed and self.clock < hold.expires_at
        assert claim_holds({order_id: hold_id}, now=self.clock) == ({order_id} if in_time else set())
        self.take(order_id, wanted, hold_id if in_time else None)

    @precondition(lambda self: any(not hold.is_claimed for hold in self.holds.values()))
    @rule(data=st.data())
    def let_go(self, data: st.DataObject) -> None:
        hold_id = data.draw(st.sampled_from([key for key, hold in self.holds.items() if not hold.is_claimed]))
        release_hold_in(hold_id, actor=SYSTEM, now=self.clock)
        self.free_parts([hold_id])

    @rule(minutes=st.integers(0, 6))
    def time_goes_on(self, minutes: int) -> None:
        """What is over is freed, and goes to those who wait."""
        self.clock += timedelta(minutes=minutes)
        over = [key for key, hold in self.holds.items() if hold.is_claimed or hold.expires_at <= self.clock]
        assert expire(now=self.clock, limit=100) == len(over)
        self.free_parts(over)

    @rule(product=st.integers(0, 1), handling=st.sampled_from(["conditional", "row_lock", "slots"]))
    def handle(self, product: int, handling: str) -> None:
        """Let takers be kept apart otherwise; a product that lies nowhere cannot."""
        products = [self.place.products[product]]
        if Stock.objects.filter(product=products[0]).exists():
            handled(replace(self.place, products=products), handling, slots=3)

    def shelf(self, product_id: UUID, warehouse_id: UUID) -> Shelf:
        return (
            [product.id for product in self.place.products].index(product_id),
            [warehouse.id for warehouse in self.place.warehouses].index(warehouse_id),
        )

    def free_parts(self, hold_ids: list[UUID]) -> None:
        freed = {shelf[0] for key in hold_ids for shelf, quantity in self.holds[key].parts.items() if quantity}
        for key in hold_ids:
            del self.holds[key]
        for product in freed:
            self.share(product)

    @rule()
    def nothing_is_left_to_the_net(self) -> None:
        assert fill_backorders(now=self.clock, limit=9) == []

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), quantity=small)
    def cancel(self, data: st.DataObject, quantity: int) -> None:
        line = data.draw(st.sampled_from(list(self.lines.values())))
        answer = release_lines([ReleaseItem(line.demand.line_id, Decimal(quantity))], now=NOW)[line.demand.line_id]
        rest = quantity - (from_waiting := min(quantity, line.waiting))
        line.waiting -= from_waiting
        for warehouse in reversed(range(WAREHOUSES)):
            part = min(rest, line.held[warehouse])
            line.held[warehouse] -= part
            rest -= part
        line.cancelled += quantity - rest
        assert (answer.from_backorder, answer.freed) == (from_waiting, quantity - rest)
        self.share(line.product)

    @precondition(lambda self: self.lines)
    @rule(data=st.data(), quantity=st.none() | small)
    def send(self, data: st.DataObject, quantity: int | None) -> None:
        """Ship a whole order, or a quantity of one line, which may be more than is reserved."""
        line = data.draw(st.sampled_from(list(self.lines.values())))
        lines = None if quantity is None else {line.demand.line_id: Decimal(quantity)}
        facts = line.demand.order_id, self.customer, line.demand.legal_entity_id, f"s:{new_id()}", self.clock
        result = ship([ShipRequest(*facts, lines=lines)], actor=SYSTEM)
        leaving = [line] if lines else [x for x in self.lines.values() if x.demand.order_id == line.demand.order_id]
        able = sum(sum(x.held.values()) for x in leaving)
        assert bool(result.refused) == (able < (quantity or 1))
        if result.refused:
            return
        for one in leaving:
            rest = quantity or sum(one.held.values())
            for warehouse in range(WAREHOUSES):
                part = min(rest, one.held[warehouse])
                one.held[warehouse] -= part
                self.on_hand[one.product, warehouse] -= part
                one.shipped += part
                rest -= part
        for shipped in result.lines:
            self.back[shipped.shipment_line_id] = [int(shipped.quantity), 0]

    @precondition(lambda self: self.back)
    @rule(data=st.data(), quantity=small, restock=st.booleans())
    def come_back(self, data: st.DataObject, quantity: int, restock: bool) -> None:
        line_id = data.draw(st.sampled_from(list(self.back)))
        result = receive_returns(
            [ReturnItem(line_id, Decimal(quantity), restock, f"b:{new_id()}", self.clock)], actor=SYSTEM
        )
        left, returned = self.back[line_id]
        assert bool(result.refused) == (returned + quantity > left)
        if result.refused:
            return
        self.back[line_id][1] += quantity
        if restock:
            stock = ShipmentLine.objects.select_related("stock").get(id=line_id).stock
            shelf = self.shelf(stock.product_id, stock.warehouse_id)
            self.on_hand[shelf] += quantity
            self.share(shelf[0])

    @rule(product=st.integers(0, 1), warehouse=st.integers(0, 1), quantity=st.integers(-5, 5).filter(bool))
    def count(self, product: int, warehouse: int, quantity: int) -> None:
        ids = self.place.warehouses[warehouse].id, self.place.products[product].id
        result = adjust_counted([AdjustmentDraft(*ids, Decimal(quantity), self.clock, f"a:{new_id()}")], actor=SYSTEM)
        shelf = product, warehouse
        refused = self.free(shelf) + quantity < 0 or (quantity > 0 and not self.on_hand[shelf])
        assert bool(result.refused) == refused
        if not refused:
            self.on_hand[shelf] += quantity
            self.share(product)

    @invariant()
    def shelves_are_as_the_model_says(self) -> None:
        for stock in Stock.objects.select_related("product", "warehouse"):
            shelf = self.place.products.index(stock.product), self.place.warehouses.index(stock.warehouse)
            assert stock.on_hand == self.on_hand[shelf]
            slots = StockSlot.objects.filter(stock=stock)
            reserved = stock.reserved + total(slots, "taken")
            assert stock.on_hand - reserved == self.free(shelf)
            assert stock.escrowed == total(slots, "granted")
            assert min(stock.on_hand, stock.reserved, stock.on_hand - reserved) >= 0
            assert reserved == total(Reservation.objects.filter(stock=stock), "quantity")
            moved, left = StockMovement.objects.filter(stock=stock), ShipmentLine.objects.filter(stock=stock)
            assert stock.on_hand == total(moved, "quantity") - total(left, "quantity")
            assert stock.value_minor == total(moved, "value_minor") - total(left, "cost_minor")

    @invariant()
    def every_unit_of_a_line_is_somewhere(self) -> None:
        standings = line_standings({line.demand.order_id for line in self.lines.values()})
        for line_id, line in self.lines.items():
            assert line.demand.quantity == sum(line.held.values()) + line.waiting + line.shipped + line.cancelled
            if line_id in standings:
                standing = standings[line_id]
                assert (standing.reserved, standing.backordered) == (sum(line.held.values()), line.waiting)
                assert standing.shipped == line.shipped
            else:
                assert line.cancelled == line.demand.quantity

    @invariant()
    def the_shelves_are_worth_what_the_ledger_says(self) -> None:
        posted = total(Posting.objects.filter(account__role="stock"), "amount_minor")
        assert total(Stock.objects.all(), "value_minor") == posted


def total(rows, column: str) -> int | Decimal:
    return rows.aggregate(total=Sum(column))["total"] or 0


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.django_db
def test_random_lives(part):
    run_state_machine_as_test(
        Shelves,
        settings=settings(
            max_examples=max(LIVES // PARTS, 1),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
