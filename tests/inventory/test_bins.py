"""Goods that lie there and are not free: moved, thrown away, used elsewhere, kept back; the card tells each step."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import EventRecord
from apps.inventory.contract import reserve_lines
from apps.inventory.decisions.facts import MovementResult
from apps.inventory.decisions.facts.bins import BinMove, SafetyStock
from apps.inventory.models import Reservation, Stock, StockMovement
from apps.inventory.selectors.stockcard import balance_as_of, stock_card
from apps.inventory.services.bins import move_goods, set_safety_stock
from apps.ledger.contract import balances_of_role
from ordercash.kernel.actor import SYSTEM
from tests.factories.counting import counted
from tests.factories.inventory import NOW, Place, a_place, demand, joined, stocked
from tests.factories.web import make_user

LATER = NOW + timedelta(hours=1)


def a_move(place: Place, quantity: int | str, way: str, ref: str = "m:1", **changes: Any) -> BinMove:
    from_bin, to_bin = way.split(" > ")
    known = BinMove(
        place.warehouses[0].id, place.products[0].id, Decimal(quantity), from_bin, to_bin, LATER, ref, "Looked at"
    )
    return replace(known, **changes)


def move(*moves: BinMove) -> MovementResult:
    return joined(move_goods, moves, now=LATER, actor=SYSTEM)


def lies() -> tuple[Decimal, ...]:
    row = Stock.objects.get()
    return row.on_hand, row.reserved, row.on_hold, row.damaged, row.free


@pytest.mark.django_db
class TestBins:
    @pytest.fixture
    def place(self) -> Place:
        place = a_place()
        stocked(place, 10)
        joined(reserve_lines, [demand(place, 4)])
        return place

    def test_from_place_to_place(self, place: Place) -> None:
        assert list(move(a_move(place, 3, "shelf > held"), a_move(place, 1, "held > damaged", "m:2")).made) == [
            "m:1",
            "m:2",
        ]
        assert lies() == (10, 4, 2, 1, 3)
        again = move(a_move(place, 3, "shelf > held"))
        assert (list(again.made), list(again.known)) == ([], ["m:1"])
        move(a_move(place, 2, "held > shelf", "m:3"))
        assert lies() == (10, 4, 0, 1, 5)
        assert [event.payload["product_ids"] for event in EventRecord.objects.filter(name="inventory.stock_bins_moved")]
        assert Stock.objects.get().value_minor == 2500

    def test_what_leaves_costs_the_average_and_is_posted(self, place: Place) -> None:
        move(
            a_move(place, 2, "shelf > damaged"),
            a_move(place, 2, "damaged > scrap", "m:2"),
            a_move(place, 1, "shelf > elsewhere", "m:3"),
        )
        assert lies() == (7, 4, 0, 0, 3)
        assert Stock.objects.get().value_minor == 1750
        left = StockMovement.objects.filter(quantity__lt=0).order_by("source_ref")
        told = [(m.kind, m.quantity, m.damaged_change, m.value_minor) for m in left]
        assert told == [("scrap", -2, -2, -500), ("issue", -1, 0, -250)]
        assert [each.amount_minor for each in balances_of_role("stock")] == [1750]

    @pytest.mark.parametrize(
        ("code", "changes"),
        [
            ("bin_short", {"quantity": Decimal(7)}),
            ("bin_short", {"from_bin": "held", "to_bin": "shelf"}),
            ("unknown_bin", {"to_bin": "shelf"}),
            ("unknown_bin", {"to_bin": "moon"}),
            ("quantity_out_of_range", {"quantity": Decimal(0)}),
        ],
    )
    def test_what_is_refused_moves_nothing(self, place: Place, code: str, changes: dict[str, Any]) -> None:
        result = move(replace(a_move(place, 1, "shelf > held"), **changes), a_move(place, 1, "shelf > held", "m:2"))
        assert [refusal.code for refusal in result.refused] == [code]
        assert lies() == (10, 4, 1, 0, 5)
        nowhere = move(a_move(place, 1, "shelf > held", "m:3", warehouse_id=place.entity.id))
        assert nowhere.refused[0].code == "unknown_warehouse"

    def test_what_comes_back_to_the_shelf_goes_to_those_who_wait(self, place: Place) -> None:
        move(a_move(place, 6, "shelf > held"))
        line = demand(place, 5)
        assert joined(reserve_lines, [line])[line.line_id].backordered == 5
        move(a_move(place, 6, "held > shelf", "m:2"))
        assert Reservation.objects.get(line_id=line.line_id).quantity == 5

    def test_safety_stock_is_kept_from_promises(self, place: Place) -> None:
        wanted = SafetyStock(place.warehouses[0].id, place.products[0].id, Decimal(5))
        assert joined(set_safety_stock, [wanted], now=LATER, actor=SYSTEM) == []
        line = demand(place, 2)
        assert joined(reserve_lines, [line])[line.line_id].reserved == 1
        joined(set_safety_stock, [replace(wanted, quantity=Decimal(0))], now=LATER, actor=SYSTEM)
        assert Reservation.objects.get(line_id=line.line_id).quantity == 2
        wrong = [replace(wanted, quantity=Decimal(-1)), replace(wanted, warehouse_id=place.entity.id)]
        refused = joined(set_safety_stock, wrong, now=LATER, actor=SYSTEM)
        assert [refusal.code for refusal in refused] == ["quantity_out_of_range", "unknown_warehouse"]

    def test_the_card(self, place: Place) -> None:
        move(a_move(place, 2, "shelf > damaged"), a_move(place, 2, "damaged > scrap", "m:2"))
        card = stock_card(Stock.objects.get().pk, limit=10)
        assert [(row.kind, row.balance, row.worth_minor) for row in card] == [
            ("scrap", 8, 2000), ("bin", 10, 2500), ("receipt", 10, 2500)
        ]  # fmt: skip
        then = balance_as_of(Stock.objects.get().pk, LATER)
        assert (then.on_hand, then.damaged, then.value_minor) == (10, 0, 2500)

    def test_statements_do_not_grow(self) -> None:
        place = a_place(products=20, code="DE")
        stocked(place, 10)
        counts = []
        for number in (2, 20):
            moves = [
                a_move(place, 1, "shelf > scrap", f"m:{number}:{n}", product_id=place.products[n].id)
                for n in range(number)
            ]
            with counted() as asked:
                move(*moves)
            counts.append(asked.count)
        assert counts[0] == counts[1]


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db(transaction=True)
class TestEdges:
    @pytest.fixture
    def place(self) -> Place:
        place = a_place()
        stocked(place, 10)
        return place

    def test_over_the_api(self, place: Place) -> None:
        client = signed_in("inventory.view_stock", "inventory.move_bins", "inventory.change_safety_stock")
        row = {"sku": "UK-P00000", "warehouse": "UK-1"}
        moves = {"moves": [{**row, "quantity": "3", "from_bin": "shelf", "to_bin": "held", "source_ref": "m:1"}]}
        for _ in range(2):
            made = client.post("/api/v1/inventory/bins", moves, "application/json", headers={"Idempotency-Key": "k"})
            assert made.json() == {"made": ["m:1"], "known": [], "refused": []}
        kept = client.put("/api/v1/inventory/safety-stock", {"rows": [{**row, "quantity": "2"}]}, "application/json")
        assert kept.status_code == 204
        card = client.get(f"/api/v1/stock/{Stock.objects.get().pk}/card").json()
        assert (card["held"], card["safety_stock"], card["free"]) == ("3", "2", "5")
        assert [change["kind"] for change in card["changes"]] == ["bin", "receipt"]
        wrong = client.put(
            "/api/v1/inventory/safety-stock", {"rows": [{**row, "sku": "X", "quantity": "2"}]}, "application/json"
        )
        assert wrong.json()["errors"][0]["pointer"] == "/rows/0/sku"

    def test_the_page(self, place: Place) -> None:
        here = f"/stock/{Stock.objects.get().pk}/"
        client = signed_in("inventory.view_stock", "inventory.move_bins", "inventory.change_safety_stock")
        form = {"from_bin": "shelf", "to_bin": "damaged", "quantity": "2", "note": "Dropped", "reference": "D-1"}
        posted = {"verb": "move"} | {f"move-{name}": value for name, value in form.items()}
        assert client.post(here, posted).status_code == 303
        assert client.post(here, {"verb": "keep_back", "keep_back-quantity": "1"}).status_code == 303
        assert lies() == (10, 0, 0, 2, 7)
        assert "As of the end of the day" in client.get(f"{here}?day=2026-03-02").content.decode()
        client.post(here, posted | {"move-reference": "D-2", "move-quantity": "99"})
        assert "cannot go" in client.get(here).content.decode()
        assert here in client.get("/stock/").content.decode()
        closed = signed_in("inventory.view_stock")
        assert closed.post(here, posted).status_code == closed.post(here, {"verb": "keep_back"}).status_code == 403
        assert signed_in("orders.view_orders").get(here).status_code == 403
