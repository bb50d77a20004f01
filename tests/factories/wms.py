"""The reference warehouse system beside the demo company, without HTTP: what is sent reaches it, what it says comes here."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings

from apps.integrations.decisions.wms.bodies import Batch
from apps.integrations.decisions.wms.sending import Reply
from apps.integrations.models import MessageState, WarehouseConnection, WarehouseMessage
from apps.integrations.selectors.connections import Connection, connection_of
from apps.integrations.services.wms_applying import Round, apply_messages
from apps.integrations.services.wms_connections import ConnectionDraft, add_connection
from apps.integrations.services.wms_polling import poll_all
from apps.integrations.services.wms_receiving import take_messages
from apps.integrations.services.wms_sending import send_waiting
from apps.integrations.services.wms_telling import tell_orders
from apps.inventory.models import Stock
from apps.orders.models import Order
from examples.reference_wms.faults import Faults
from examples.reference_wms.warehouse import Warehouse
from ordercash.kernel.actor import SYSTEM
from tests.factories.orders import NOW

SECRET = "only-for-tests-of-warehouses"
BODIES = {"reserved", "shipped"}


@dataclass
class Connected:
    """A warehouse of ours and its system. Time is what `now` says; both sides read it."""

    wms: Warehouse
    connection_id: UUID
    now: datetime
    faults: Faults = field(default_factory=Faults)
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        found = connection_of(self.connection_id)
        assert found is not None
        return found

    def transport(self, connection_id: UUID, method: str, path: str, body: bytes) -> Reply:
        """Carry a request to the warehouse system as its HTTP server would."""
        self.asked.append((method, path))
        if self.faults.down:
            return Reply(None, error="Connection refused")
        if self.wms.chance.random() < self.faults.errors:
            return Reply(503)
        return self._answer(method, path.strip("/"), orjson.loads(body or b"{}"))

    def _answer(self, method: str, path: str, given: Any) -> Reply:
        if path.startswith("messages"):
            found = self.wms.messages(int(path.partition("after=")[2]))
            return Reply(200, orjson.dumps({"items": found}))
        if path == "counts":
            self.wms.count(given["sku"], given["count_id"])
            return Reply(202, b"{}")
        if path == "inspections":
            try:
                self.wms.put_inspection(given["inspection_id"], given["return_id"], given["lines"])
            except ValueError:
                return Reply(422, b'{"code": "not_understood"}')
            return Reply(202, b"{}")
        order_id = path.removeprefix("orders/")
        if method == "PUT":
            return Reply(
                202, orjson.dumps(self.wms.put_order(order_id, given["seq"], given["lines"], given["ship_to"]))
            )
        known = self.wms.order(order_id)
        return Reply(200, orjson.dumps(known)) if known else Reply(404)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def tell(self, *orders: Order) -> int:
        """Compare what orders want with what was told, as the subscription does."""
        return tell_orders([order.pk for order in orders], now=self.now)

    def send(self) -> int:
        """Send what waits."""
        return send_waiting(self.transport, now=self.now)

    def hear(self, messages: Iterable[Any] | None = None) -> Round:
        """Take what the warehouse system says, with its faults, and apply it."""
        told = self.wms.untold(1_000) if messages is None else list(messages)
        if not self.faults.down:
            sent = self.faults.on_the_way(told, self.wms.chance)
            for start in range(0, len(sent), 100):
                batch = Batch.model_validate({"messages": sent[start : start + 100]})
                take_messages(self.connection, batch.messages, now=self.now)
            self.wms.told([message["seq"] for message in told])
        return apply_messages(now=self.now, most=5_000)

    def poll(self) -> int:
        """Ask for what did not come."""
        return poll_all(self.transport, now=self.now)

    def settle(self, rounds: int = 30) -> None:
        """Let both sides talk until neither has anything to say."""
        for _ in range(rounds):
            self.wait(20)
            moved = self.poll() + self.send() + self.hear().applied
            if not moved and not self.open_messages() and not self.wms.untold():
                return
        raise AssertionError(f"still talking: {self.open_messages()}")

    def open_messages(self) -> list[str]:
        """Return the messages that have not come to an end."""
        ended = [MessageState.CONFIRMED, MessageState.APPLIED, MessageState.SUPERSEDED]
        found = WarehouseMessage.objects.exclude(state__in=ended).order_by("id")
        return [f"{row} {row.state} {row.error}" for row in found]

    def differences(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Return by SKU what lies there and what we believe, where it is not the same."""
        ours = dict(
            Stock.objects.filter(warehouse_id=self.connection.warehouse_id).values_list("product__sku", "on_hand")
        )
        theirs = {each["sku"]: Decimal(each["on_hand"]) for each in self.wms.stock()}
        return {sku: (there, ours[sku]) for sku, there in theirs.items() if there != ours[sku]}


def a_connected_warehouse(code: str = "UK-MAIN", *, seed: int = 1, **changes: Any) -> Connected:
    """Connect a warehouse of the demo company with a system that has the same on its shelves."""
    settings.ORDERCASH_WMS_SECRETS = {"TEST": (SECRET,)}
    settings.ORDERCASH_WMS_HOSTS = ("127.0.0.1",)
    draft = ConnectionDraft(code, "http://127.0.0.1:9", "TEST", **changes)
    connection_id = add_connection(draft, actor=SYSTEM, now=NOW)
    chance = random.Random(seed)
    warehouse = Warehouse(":memory:", lambda: connected.now, chance)
    connected = Connected(warehouse, connection_id, NOW + timedelta(hours=1))
    place = WarehouseConnection.objects.get(pk=connection_id).warehouse_id
    for sku, on_hand in Stock.objects.filter(warehouse_id=place).values_list("product__sku", "on_hand"):
        if on_hand == on_hand.to_integral_value():
            warehouse.receive(sku, int(on_hand))
    return connected
