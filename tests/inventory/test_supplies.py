"""Supplies: announced once, known better, received in parts and late, given up; who waits is served and pegged anew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.audit.models import EventRecord
from apps.inventory.contract import reserve_lines
from apps.inventory.decisions.facts.supplies import (
    SupplyArrival,
    SupplyChange,
    SupplyClosing,
    SupplyDraft,
    SupplyFacts,
    SupplyResult,
)
from apps.inventory.models import Backorder, Peg, Stock, StockMovement, Supply, SupplyReceipt
from apps.inventory.services.supply_arrivals import receive_supplies
from apps.inventory.services.supplying import announce_supplies, change_supplies, close_supplies
from ordercash.kernel.actor import SYSTEM
from tests.factories.counting import counted
from tests.factories.inventory import NOW, Place, a_place, demand, joined
from tests.factories.refusing import assert_refused
from tests.factories.web import make_user

DAY = timedelta(days=1)


def draft(place: Place, ref: str = "PO-1/1", quantity: int | str = 100, **changes: Any) -> SupplyDraft:
    ids = place.warehouses[0].id, place.products[0].id
    known = SupplyDraft(*ids, Decimal(quantity), Decimal("2.50"), NOW + 5 * DAY, ref, number="PO-1", status="confirmed")
    return replace(known, **changes)


def announce(*drafts: SupplyDraft) -> SupplyResult:
    return joined(announce_supplies, drafts, now=NOW, actor=SYSTEM)


def change(**changes: Any) -> SupplyResult:
    wanted = SupplyChange(Supply.objects.get().pk, **changes)
    return joined(change_supplies, [wanted], now=NOW, actor=SYSTEM)


def came(supply: SupplyFacts, quantity: int | str, ref: str, **changes: Any) -> SupplyArrival:
    return SupplyArrival(supply.id, Decimal(quantity), NOW + 6 * DAY, ref, **changes)


def receive(*arrivals: SupplyArrival) -> SupplyResult:
    return joined(receive_supplies, arrivals, now=NOW + 6 * DAY, actor=SYSTEM)


def codes(result: SupplyResult) -> Sequence[str]:
    return [refusal.code for refusal in result.refused]


def told(name: str) -> list[dict[str, Any]]:
    return [event.payload for event in EventRecord.objects.filter(name=f"inventory.supply_{name}").order_by("id")]


@pytest.mark.django_db
class TestVerbs:
    @pytest.fixture
    def place(self) -> Place:
        return a_place()

    @pytest.fixture
    def supply(self, place: Place) -> SupplyFacts:
        return announce(draft(place)).supplies[0]

    def test_announced_once(self, place: Place) -> None:
        first = announce(draft(place), draft(place, "PO-1/2", 7, number=""))
        again = announce(draft(place, quantity=999))
        assert first.supplies[0].number == "PO-1"
        assert first.supplies[1].number.startswith("SU-")
        assert list(again.supplies) == [first.supplies[0]]
        assert [event["number"] for event in told("announced")] == [row.number for row in first.supplies]

    def test_what_cannot_be_announced_is_refused_alone(self, place: Place) -> None:
        wrong = {
            "unknown_warehouse": {"warehouse_id": place.entity.id},
            "unknown_kind": {"kind": "gift"},
            "unknown_status": {"status": "received"},
            "quantity_out_of_range": {"quantity": Decimal(0)},
            "cost_negative": {"unit_cost": Decimal(-1)},
            "confidence_out_of_range": {"confidence": Decimal(101)},
        }
        result = announce(draft(place), *(draft(place, code, **changes) for code, changes in wrong.items()))
        assert {refusal.source_ref: refusal.code for refusal in result.refused} == {code: code for code in wrong}
        assert Supply.objects.count() == len(result.supplies) == 1

    def test_known_better(self, supply: SupplyFacts) -> None:
        after = change(
            due_at=NOW + 9 * DAY, quantity=Decimal(80), status="in_transit", confidence=Decimal(60)
        ).supplies[0]
        assert (after.quantity, after.open_quantity, after.status, after.version) == (80, 80, "in_transit", 1)
        assert after.first_due_at == supply.first_due_at != after.due_at
        assert Supply.objects.get().version == 1
        assert told("changed")[0]["changed"]["quantity"] == {"was": "100", "is": "80"}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT actor_id FROM audit_changerecord WHERE table_name = 'inventory_supply' ORDER BY id DESC LIMIT 1"
            )
            assert cursor.fetchone() == (SYSTEM.id,)

    def test_a_change_of_nothing_leaves_no_trace(self, supply: SupplyFacts) -> None:
        assert change(quantity=Decimal(100), status="confirmed").supplies[0] == supply
        assert told("changed") == []

    def test_changes_that_are_refused(self, place: Place, supply: SupplyFacts) -> None:
        receive(came(supply, 30, "G-1"))
        assert codes(change(version=0, quantity=Decimal(9))) == ["changed_meanwhile"]
        assert codes(change(quantity=Decimal(30))) == ["below_received"]
        assert codes(change(status="confirmed")) == ["wrong_state"]
        assert codes(change(confidence=Decimal(-1))) == ["confidence_out_of_range"]
        unknown = SupplyChange(place.entity.id, quantity=Decimal(1))
        twice = SupplyChange(supply.id, confidence=Decimal(90))
        result = joined(change_supplies, [unknown, twice, twice], now=NOW, actor=SYSTEM)
        assert codes(result) == ["unknown_supply", "named_twice"]
        assert Supply.objects.get().confidence == 90

    def test_received_in_parts(self, place: Place, supply: SupplyFacts) -> None:
        first = receive(came(supply, 30, "G-1"), came(supply, 20, "G-2", unit_cost=Decimal(3))).supplies[0]
        assert (first.received, first.open_quantity, first.status) == (50, 50, "in_transit")
        again = receive(came(supply, 30, "G-1"))
        assert (again.supplies[0].received, again.refused) == (50, [])
        last = receive(came(supply, 60, "G-3")).supplies[0]
        assert (last.received, last.open_quantity, last.status) == (110, 0, "received")
        stock = Stock.objects.get()
        assert (stock.on_hand, stock.value_minor) == (110, 7500 + 6000 + 15000)
        assert SupplyReceipt.objects.count() == 3
        assert told("received")[0] == {
            "number": "PO-1", "product_ids": [str(place.products[0].id)], "quantity": "30", "open_quantity": "70",
            "late_seconds": 86400, "source_ref": "G-1",
        }  # fmt: skip
        row = Supply.objects.get()
        assert (row.received, row.status, row.version, row.open_quantity) == (110, "received", 3, 0)

    def test_the_last_part_ends_it(self, supply: SupplyFacts) -> None:
        after = receive(came(supply, 30, "G-1", is_last=True)).supplies[0]
        assert (after.status, after.open_quantity, after.received) == ("received", 0, 30)
        assert codes(receive(came(supply, 1, "G-2"))) == ["supply_ended"]
        assert codes(change(quantity=Decimal(200))) == ["supply_ended"]
        assert codes(joined(close_supplies, [SupplyClosing(supply.id, "Over")], now=NOW, actor=SYSTEM)) == [
            "supply_ended"
        ]

    def test_arrivals_that_are_refused_move_nothing(self, place: Place, supply: SupplyFacts) -> None:
        none = replace(came(supply, 1, "G-3"), supply_id=place.entity.id)
        result = receive(came(supply, 0, "G-1"), came(supply, 1, "G-2", unit_cost=Decimal(-1)), none)
        assert codes(result) == ["quantity_out_of_range", "cost_negative", "unknown_supply"]
        assert not StockMovement.objects.exists()

    @pytest.mark.parametrize(("part", "status"), [(0, "cancelled"), (30, "received")])
    def test_closed(self, supply: SupplyFacts, part: int, status: str) -> None:
        if part:
            receive(came(supply, part, "G-1"))
        after = joined(close_supplies, [SupplyClosing(supply.id, "Sold out")], now=NOW, actor=SYSTEM).supplies[0]
        assert (after.status, after.open_quantity) == (status, 0)
        assert (told("closed")[0]["given_up"], told("closed")[0]["reason"]) == (str(100 - part), "Sold out")

    def test_who_waits_is_served_and_promises_are_pegged_anew(self, place: Place, supply: SupplyFacts) -> None:
        first, second = demand(place, 40), demand(place, 50)
        joined(reserve_lines, [first, second])
        Backorder.objects.update(promised_on=(NOW + 5 * DAY).date())
        change(confidence=Decimal(90))
        assert sum(Peg.objects.values_list("quantity", flat=True)) == 90
        change(quantity=Decimal(60))
        assert sum(Peg.objects.values_list("quantity", flat=True)) == 60
        receive(came(supply, 45, "G-1"))
        assert Stock.objects.get().reserved == 45
        assert sum(Peg.objects.values_list("quantity", flat=True)) == 15
        joined(close_supplies, [SupplyClosing(supply.id, "Sold out")], now=NOW, actor=SYSTEM)
        assert not Peg.objects.exists()

    def test_statements_do_not_grow(self, place: Place) -> None:
        def many(count: int, name: str) -> list[int]:
            with counted() as announced:
                rows = announce(*(draft(place, f"{name}{n}", 10) for n in range(count))).supplies
            with counted() as changed:
                wanted = [SupplyChange(row.id, due_at=NOW + DAY) for row in rows]
                joined(change_supplies, wanted, now=NOW, actor=SYSTEM)
            with counted() as received:
                receive(*(came(row, 4, f"G:{row.id}") for row in rows))
            return [announced.count, changed.count, received.count]

        many(1, "warm")
        assert many(2, "a") == many(40, "b")

    def test_what_the_database_refuses(self, place: Place, supply: SupplyFacts) -> None:
        receive(came(supply, 30, "G-1"))
        ended = announce(draft(place, "PO-2/1")).supplies[0]
        receive(came(ended, 100, "G-2"))
        joined(
            close_supplies, [SupplyClosing(announce(draft(place, "PO-3/1")).supplies[0].id, "x")], now=NOW, actor=SYSTEM
        )
        words = "stays what was announced"
        update = "UPDATE inventory_supply SET {} WHERE source_ref = '{}'"
        assert_refused(
            (words, update.format("kind = 'transfer'", "PO-1/1")),
            (words, update.format("first_due_at = due_at + interval '1 day'", "PO-1/1")),
            (words, update.format("source_ref = 'other'", "PO-1/1")),
            (words, update.format("received = received - 1", "PO-1/1")),
            (words, update.format("status = 'planned'", "PO-1/1")),
            (words, update.format("status = 'cancelled'", "PO-1/1")),
            (words, update.format("status = 'in_transit'", "PO-2/1")),
            (words, update.format("due_at = due_at + interval '1 day'", "PO-2/1")),
            (words, update.format("status = 'received'", "PO-3/1")),
            ("receipts of supply .* come to", update.format("received = received + 1", "PO-1/1")),
            ("append-only|refused", "DELETE FROM inventory_supply"),
        )


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


EVERYTHING = (
    "inventory.view_stock", "inventory.view_supplies", "inventory.change_supplies", "inventory.receive_stock", "orders.view_orders",
)  # fmt: skip
NEW = {
    "sku": "UK-P00000", "warehouse": "UK-1", "quantity": "100", "unit_cost": "2.5", "due_at": "2026-03-07T09:00:00Z",
    "number": "PO-1", "source_ref": "PO-1/1",
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
class TestEdges:
    @pytest.fixture
    def place(self) -> Place:
        return a_place()

    def send(self, client: Client, address: str, body: Any, key: str = "k-1", verb: str = "post") -> Any:
        send = getattr(client, verb)
        path = f"/api/v1/inventory/supplies{address}"
        return send(path, body, content_type="application/json", headers={"Idempotency-Key": key})

    def test_the_life_of_a_supply_over_the_api(self, place: Place) -> None:
        client = signed_in(*EVERYTHING)
        made = self.send(client, "", {"supplies": [NEW, {**NEW, "source_ref": "PO-1/2", "status": "confirmed"}]}).json()
        assert [row["status"] for row in made["supplies"]] == ["planned", "confirmed"]
        assert (
            self.send(client, "", {"supplies": [NEW, {**NEW, "source_ref": "PO-1/2", "status": "confirmed"}]}).json()
            == made
        )
        one = f"/{made['supplies'][0]['id']}"
        changed = self.send(
            client, one, {"status": "confirmed", "due_at": "2026-03-09T09:00:00Z", "version": 0}, verb="patch"
        )
        assert (changed.json()["status"], changed.json()["version"]) == ("confirmed", 1)
        stale = self.send(client, one, {"confidence": 50, "version": 0}, verb="patch")
        assert (stale.status_code, stale.json()["reason"]) == (409, "changed_meanwhile")
        body = {"quantity": "40", "source_ref": "G-1", "received_at": "2026-03-10T09:00:00Z"}
        came = self.send(client, f"{one}/receipts", body, "k-2").json()
        assert (came["received"], came["open"], came["receipts"][0]["value"]) == ("40", "60", "100.00")
        assert self.send(client, f"{one}/receipts", body, "k-2").json() == came
        closed = self.send(client, f"{one}/close", {"reason": "Sold out"}, "k-3").json()
        assert (closed["status"], closed["open"]) == ("received", "0")
        again = self.send(client, f"{one}/close", {"reason": "Sold out"}, "k-4")
        assert (again.status_code, again.json()["reason"]) == (409, "supply_ended")
        found = client.get("/api/v1/inventory/supplies?open=true&late=true&q=PO-1&warehouse=UK-1").json()["items"]
        assert [row["source_ref"] for row in found] == ["PO-1/2"]
        assert client.get("/api/v1/inventory/supplies?status=lost").status_code == 422

    def test_what_cannot_be_read_is_refused(self, place: Place) -> None:
        client = signed_in(*EVERYTHING)
        assert (
            self.send(client, "", {"supplies": [{**NEW, "sku": "NOPE"}]}).json()["errors"][0]["pointer"]
            == "/supplies/0/sku"
        )
        assert self.send(client, "", {"supplies": [{**NEW, "quantity": "0.5"}]}, "k-2").status_code == 422
        unknown = f"/{place.entity.id}"
        assert client.get(f"/api/v1/inventory/supplies{unknown}").status_code == 404
        assert self.send(client, f"{unknown}/close", {"reason": "x"}, "k-3").status_code == 404
        assert not Supply.objects.exists()

    def test_the_pages(self, place: Place) -> None:
        client = signed_in(*EVERYTHING)
        form = {
            "number": "PO-7", "kind": "purchase", "sku": "UK-P00000", "warehouse": "UK-1", "quantity": "100", "unit_cost": "2.5",
            "due_at": "2026-03-07T09:00", "status": "confirmed", "confidence": "90", "reference": "PO-7/1",
        }  # fmt: skip
        assert client.post("/supplies/", {"verb": "announce", **prefixed("announce", form)}).status_code == 303
        row = Supply.objects.get()
        assert "PO-7" in client.get("/supplies/?late=1&number=po&q=p00000&status=confirmed").content.decode()
        here = f"/supplies/{row.pk}/"
        line = demand(place, 30)
        joined(reserve_lines, [line])
        Backorder.objects.update(promised_on=NOW.date() + 5 * DAY, currency="GBP", net_minor=9000, line_quantity=30)
        new = {
            "due_at": "2026-03-08T09:00",
            "quantity": "120",
            "status": "in_transit",
            "confidence": "80",
            "version": "0",
        }
        assert client.post(here, {"verb": "change", **prefixed("change", new)}).status_code == 303
        page = client.get(here).content.decode()
        assert "90.00" in page
        assert "It should have come already" in page
        part = {"quantity": "20", "reference": "G-1"}
        assert client.post(here, {"verb": "receive", **prefixed("receive", part)}).status_code == 303
        assert "100 are still to come" in client.get(here).content.decode()
        assert (
            client.post(here, {"verb": "receive", **prefixed("receive", part | {"quantity": "0.5"})}).status_code == 422
        )
        assert client.post(here, {"verb": "close", "reason_close": "Sold out"}).status_code == 303
        row.refresh_from_db()
        assert (row.received, row.status, row.open_quantity) == (20, "received", 0)
        client.post(here, {"verb": "close", "reason_close": "Sold out"})
        assert "Sold out" in client.get(here).content.decode()

    def test_denied_verbs_do_nothing(self, place: Place) -> None:
        announce(draft(place))
        here = f"/supplies/{Supply.objects.get().pk}/"
        client = signed_in("inventory.view_supplies")
        for verb in ("receive", "change", "close"):
            assert client.post(here, {"verb": verb, f"reason_{verb}": "x"}).status_code == 403
        assert client.post("/supplies/", {"verb": "announce"}).status_code == 403
        assert signed_in("orders.view_orders").get(here).status_code == 403
        assert Supply.objects.get().version == 0


def prefixed(verb: str, form: dict[str, str]) -> dict[str, str]:
    return {f"{verb}-{name}": value for name, value in form.items()}
