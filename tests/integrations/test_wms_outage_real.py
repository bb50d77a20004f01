"""The warehouse system as a real process is away for ten minutes, dies in between, and says everything twice and out of order afterwards.

Orders, shipments and cancels go on meanwhile, and its people pick too little, too much, and take goods back. In the end both sides have
the same stock, nothing is lost or doubled, and every case that stands has its cause. With ORDERCASH_FULL=1 the ten minutes are real
(`make wms-outage`); otherwise they are seconds.
"""

import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db.models import Sum
from pytest_django.live_server_helper import LiveServer

from apps.audit.services.relay import relay_until_idle
from apps.exceptions.models import Case, CaseReason
from apps.integrations.contract import STOCK_RESOLUTIONS
from apps.integrations.models import MessageState, WarehouseConnection, WarehouseMessage, WarehouseOrder
from apps.integrations.services.wms_applying import apply_messages
from apps.integrations.services.wms_connections import ConnectionDraft, add_connection
from apps.integrations.services.wms_http import over_http
from apps.integrations.services.wms_polling import poll_all
from apps.integrations.services.wms_sending import send_waiting
from apps.inventory.decisions.facts.inspecting import Finding
from apps.inventory.models import GoodsReturn, Inspection, Reservation, Shipment, ShipmentLine, Stock
from apps.inventory.services.inspecting import inspect_goods
from apps.operations.selectors.prove import prove
from apps.orders.models import Order
from apps.orders.services.cancel import CancelOrder, cancel_orders
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.subscriptions import SUBSCRIPTIONS
from tests.factories.orders import load_company, place
from tests.factories.wms_process import SECRET, Process

pytestmark = pytest.mark.django_db(transaction=True)
FULL = os.environ.get("ORDERCASH_FULL") == "1"
OUTAGE_SECONDS = 600.0 if FULL else 8.0
PAUSE_SECONDS = 2.0 if FULL else 0.4  # between two orders
SETTLE_SECONDS = 300.0
KNOWN = 24
SKUS = ("MUG-BLUE", "MUG-RED", "CANDLE-VAN", "BAG-JUTE", "RIBBON-SATIN")
ENDED = [MessageState.CONFIRMED, MessageState.APPLIED, MessageState.SUPERSEDED, MessageState.SENT]
BOOKED = "wms:{}:"


@dataclass
class Floor:
    """Both sides: the process with its file, and what happened on its floor that needs a case."""

    process: Process
    callback: str
    connection_id: UUID
    orders: list[Order] = field(default_factory=list)
    cancelled: set[UUID] = field(default_factory=set)
    gone: set[UUID] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)

    def starts(self, **faults: object) -> None:
        self.process.start(self.callback, **faults)
        WarehouseConnection.objects.update(base_url=self.process.address)

    def kept(self, statement: str) -> list[tuple[str, ...]]:
        """Read the file that the process keeps."""
        rows = sqlite3.connect(f"file:{self.process.store}?mode=ro", uri=True)
        try:
            return rows.execute(statement).fetchall()
        finally:
            rows.close()

    def works(self, *, poll: bool = True) -> int:
        """One round of ours: events are handed over, messages sent and applied, what is missing is asked for."""
        relay_until_idle(SUBSCRIPTIONS, clock=clock.now, pause=time.sleep, rounds=200)
        transport = over_http(clock.now)
        moved = send_waiting(transport, now=clock.now()) + apply_messages(now=clock.now()).applied
        return moved + (poll_all(transport, now=clock.now()) if poll else 0)

    def until(self, done: Callable[[], bool]) -> None:
        limit = time.monotonic() + SETTLE_SECONDS
        while not done():
            assert time.monotonic() < limit, open_messages()
            self.works()
            time.sleep(0.05)

    def settles(self) -> None:
        """Let both sides talk until neither has anything to say."""
        self.until(lambda: not self.works() and not open_messages() and quiet() and not self.untold())

    def untold(self) -> int:
        """Return how many messages the process has that we did not take."""
        return len(self.kept("SELECT 1 FROM messages WHERE NOT is_told"))

    def places(self) -> Order:
        number = len(self.orders)
        order = place(lines=[(SKUS[number % 5], str(1 + number % 2)), (SKUS[(number + 2) % 5], "1")], customer="C-1004")
        self.orders.append(order)
        return order

    def cancels(self, *orders: Order) -> None:
        cancel_orders([CancelOrder(order.pk) for order in orders], reason="Too late", actor=SYSTEM, now=clock.now())
        self.cancelled.update(order.pk for order in orders)


def quiet() -> bool:
    """Nothing of ours waits for its confirmation."""
    return not WarehouseMessage.objects.filter(direction="out", kind="order", state=MessageState.SENT).exists()


def open_messages() -> list[tuple[str, str, str]]:
    found = WarehouseMessage.objects.exclude(state__in=ENDED)
    return list(found.values_list("kind", "state", "error"))


@pytest.fixture
def floor(live_server: LiveServer, tmp_path: Path) -> Iterator[Floor]:
    load_company()
    settings.ORDERCASH_WMS_SECRETS, settings.ORDERCASH_WMS_HOSTS = {"TEST": (SECRET,)}, ("127.0.0.1",)
    connection_id = add_connection(
        ConnectionDraft("UK-MAIN", "http://127.0.0.1:9", "TEST"), actor=SYSTEM, now=clock.now()
    )
    process = Process(tmp_path / "wms.sqlite")
    floor = Floor(process, f"{live_server.url}/api/v1/wms/{connection_id}/messages", connection_id)
    floor.starts()
    for sku, on_hand in shelves().items():
        if on_hand == on_hand.to_integral_value():
            process.floor("receive", sku=sku, quantity=int(on_hand))
    yield floor
    process.stop()


def shelves() -> dict[str, Decimal]:
    return dict(Stock.objects.filter(warehouse__code="UK-MAIN").values_list("product__sku", "on_hand"))


def line_of(order: Order, place: int = 0) -> str:
    return str(order.lines.order_by("line_no")[place].pk)


def test_ten_minutes_away_killed_in_between_and_back_with_everything_twice(floor: Floor) -> None:
    before = {sku: on_hand for sku, on_hand, *_ in floor.kept("SELECT sku, on_hand FROM stock")}
    known = [floor.places() for _ in range(KNOWN)]
    floor.settles()
    returning, early, late = known[:4], known[4:10], known[10:16]
    for order in returning:
        floor.process.floor("ship", order_id=str(order.pk))
    floor.settles()

    began = time.monotonic()
    floor.process.ask("POST", "/faults", {"down": True, "repeat": 2, "reorder": 40})
    people_go_on(floor, early, returning[:2], known[16:18])
    orders_go_on(floor, began + OUTAGE_SECONDS / 2)
    floor.process.stop()
    orders_go_on(floor, began + OUTAGE_SECONDS * 0.6)
    floor.starts(down=True, repeat=2, reorder=40)
    people_go_on(floor, late, returning[2:], known[18:20])
    orders_go_on(floor, began + OUTAGE_SECONDS)
    away = time.monotonic() - began
    assert Shipment.objects.count() == len(returning), "nothing of the outage is here before it is over"
    waited = WarehouseMessage.objects.filter(direction="out", state=MessageState.WAITING).count()
    unheard = floor.untold()

    back_at = time.monotonic()
    floor.process.ask("POST", "/faults", {"down": False})
    floor.settles()
    settled = time.monotonic() - back_at
    floor.process.floor("work")
    floor.settles()
    look_at_what_came_back(floor)
    count_what_is_in_doubt(floor)
    proven(floor, before, unheard)
    heard = WarehouseMessage.objects.filter(direction="in")
    print(  # noqa: T201 - the figures are what the run is for
        f"\naway {away:.0f} s, killed in between; {len(floor.orders)} orders, {len(floor.cancelled)} cancelled\n"
        f"when it came back {waited} messages waited here and {unheard} there; settled {settled:.1f} s later\n"
        f"{Shipment.objects.count()} shipments, {GoodsReturn.objects.count()} returns;"
        f" {heard.filter(repeats__gt=0).count()} of {heard.count()} messages were heard more than once\n"
        f"cases and their causes: {dict(sorted(reasons().items()))}"
    )


def people_go_on(floor: Floor, known: list[Order], returning: list[Order], too_late: list[Order]) -> None:
    """What happens in the warehouse while nobody hears of it: shipped, not found, too much, come back, gone all the same."""
    process = floor.process
    short, over, *plain = known
    sku = short.lines.order_by("line_no")[0].product.sku
    (there,) = (int(row[0]) for row in floor.kept(f"SELECT on_hand FROM stock WHERE sku = '{sku}'"))
    process.floor("lose", sku=sku, quantity=there)
    process.floor("ship", order_id=str(short.pk))
    process.floor("lose", sku=sku, quantity=3 - there)  # three were lost, the others lay elsewhere
    process.floor("ship", order_id=str(over.pk), more={line_of(over): 2})
    for order in plain:
        process.floor("ship", order_id=str(order.pk))
    for order in returning:
        process.floor("take_back", order_id=str(order.pk), line_id=line_of(order), quantity=1)
    floor.cancels(*too_late)
    process.floor("ship", order_id=str(too_late[0].pk))
    floor.gone.add(too_late[0].pk)
    floor.told.update({"short_pick": 1, "over_pick": 1, "wms_contradicts": 1})


def orders_go_on(floor: Floor, until: float) -> None:
    """Orders are placed and every fifth is cancelled, while we try in vain to reach the warehouse."""
    while time.monotonic() < until:
        order = floor.places()
        if len(floor.orders) % 5 == 0:
            floor.cancels(order)
        floor.works()
        time.sleep(min(PAUSE_SECONDS, max(until - time.monotonic(), 0)))


def look_at_what_came_back(floor: Floor) -> None:
    """Half is inspected there, half here: one of each is thrown away."""
    there = floor.kept("SELECT id, line_id FROM returns ORDER BY id")
    prefix = f"wms:{floor.connection_id}:return:"
    for index, (return_id, line_id) in enumerate(there):
        good, scrapped = (1, 0) if index % 2 else (0, 1)
        if index < 2:
            floor.process.floor("inspect", return_id=return_id, line_id=line_id, good=good, scrapped=scrapped)
            continue
        row = Inspection.objects.get(return_ref=prefix + return_id)
        finding = Finding(row.pk, Decimal(good), Decimal(0), Decimal(scrapped), f"page:{row.pk}", clock.now())
        assert not inspect_goods([finding], now=clock.now(), actor=SYSTEM).refused
    floor.settles()


def count_what_is_in_doubt(floor: Floor) -> None:
    """Where goods were not found, somebody has them counted and books what the count found."""
    doubtful = list(Case.objects.filter(subject_kind="stock", state="open").values_list("subject_id", flat=True))
    now = clock.now()
    STOCK_RESOLUTIONS["count_again"].function(doubtful, note="", actor=SYSTEM, now=now)
    floor.settles()
    STOCK_RESOLUTIONS["book_count"].function(doubtful, note="Three are gone", actor=SYSTEM, now=clock.now())
    floor.settles()
    floor.process.floor("work")
    floor.settles()


def reasons() -> Counter[str]:
    return Counter(CaseReason.objects.values_list("code", flat=True))


def proven(floor: Floor, before: dict[str, str], unheard: int) -> None:
    """The same stock on both sides, each shipment once, each message once, each case with its cause, and the books balance."""
    bins = Stock.objects.filter(warehouse__code="UK-MAIN").values_list("product__sku", "on_hand", "damaged", "on_hold")
    ours = {sku: tuple(map(int, parts)) for sku, *parts in bins if sku in before}
    theirs = {sku: tuple(parts) for sku, *parts in floor.kept("SELECT sku, on_hand, damaged, inspected FROM stock")}
    assert ours == theirs

    left_there = dict(floor.kept("SELECT order_id || id, sum(shipped) FROM lines GROUP BY 1 HAVING sum(shipped) > 0"))
    rows = ShipmentLine.objects.filter(shipment__warehouse__code="UK-MAIN", stock__isnull=False)
    left_here = {
        f"{o}{line}": int(n) for o, line, n in rows.values_list("order_id", "line_id").annotate(Sum("quantity"))
    }
    over = {key: n - left_here.get(key, 0) for key, n in left_there.items() if n != left_here.get(key, 0)}
    gone_all_the_same = sum(left_there[key] for key in over if key not in left_here)
    assert sum(over.values()) - gone_all_the_same == 2 * floor.told["over_pick"], over
    assert left_here.keys() <= left_there.keys()
    shipments = {row[0] for row in floor.kept("SELECT id FROM shipments")}
    prefix = BOOKED.format(floor.connection_id)
    booked = set(Shipment.objects.filter(warehouse__code="UK-MAIN").values_list("source_ref", flat=True))
    assert len(shipments) - len(booked) == floor.told["wms_contradicts"]
    assert booked <= {prefix + each for each in shipments}

    seqs = list(WarehouseMessage.objects.filter(direction="in").order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(floor.kept("SELECT 1 FROM messages")) + 1))
    assert WarehouseMessage.objects.filter(direction="in", repeats__gt=0).count() >= unheard
    assert not open_messages()
    for told in WarehouseOrder.objects.exclude(order_id__in=floor.gone):
        assert told.seq == told.answered_seq and told.told == told.confirmed

    states = Counter(Order.objects.exclude(pk__in=floor.cancelled).values_list("state", flat=True))
    assert not Reservation.objects.filter(warehouse__code="UK-MAIN").exists(), states
    assert set(Order.objects.filter(pk__in=floor.cancelled).values_list("state", flat=True)) == {"cancelled"}
    found = reasons()
    assert {code: found[code] for code in floor.told} == dict(floor.told)
    assert found.keys() <= {*floor.told, "count_difference"}, "no case without a cause"
    assert not Case.objects.filter(subject_kind="stock").exclude(state="resolved").exists()
    proof = prove()
    assert proof.holds, [equality for equality in proof.equalities if not equality.holds]
