"""Goods in lots: which lot goods come to and are taken from, what expires, what never leaves."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.exceptions.models import Case
from apps.inventory.contract import (
    AdjustmentDraft,
    ReleaseItem,
    ReturnItem,
    adjust_counted,
    receive_returns,
    release_lines,
    reserve_lines,
    ship,
)
from apps.inventory.decisions.facts.bins import BinMove
from apps.inventory.decisions.lots import LotLeft, can_leave, cannot_leave, pick_lots
from apps.inventory.models import Backorder, Lot, Reservation, ShipmentLine, Stock
from apps.inventory.services.bins import move_goods
from apps.inventory.services.expiring import expire_lots
from apps.masterdata.services.masters import LotsRefused
from apps.masterdata.services.products import change_product
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.inventory import NOW, a_place, demand, joined, ship_request, stocked
from tests.factories.lots import TODAY, a_place_of_lots, agree, in_days, lots, received, reserved_lots
from tests.factories.web import make_user

LATER = NOW + timedelta(days=3)


class TestPicking:
    @given(
        st.lists(st.tuples(st.none() | st.integers(-5, 20), st.integers(0, 9)), max_size=8),
        st.integers(1, 30),
        st.integers(0, 6),
    )
    def test_first_expired_first_out_and_never_an_expired_one(self, given, wanted, least):
        rows = [
            LotLeft(new_id(), f"L{n}", None if days is None else in_days(days), Decimal(left))
            for n, (days, left) in enumerate(given)
        ]
        picked = pick_lots(rows, Decimal(wanted), TODAY, least)
        able = [lot for lot in rows if lot.expires_on is None or (lot.expires_on - TODAY).days > least]
        assert sum(quantity for _, quantity in picked) == min(wanted, sum(lot.left for lot in able))
        assert all(0 < quantity <= lot.left and lot in able for lot, quantity in picked)
        taken = {lot.id: quantity for lot, quantity in picked}
        for lot, _ in picked:
            earlier = [o for o in able if (o.expires_on or date.max) < (lot.expires_on or date.max)]
            assert all(taken.get(o.id, 0) == o.left for o in earlier)
        assert cannot_leave(rows, TODAY, least) == sum(lot.left for lot in rows if lot not in able)

    def test_the_day_of_expiry_is_the_first_on_which_a_lot_cannot_leave(self):
        assert can_leave(in_days(1), TODAY) and not can_leave(TODAY, TODAY)
        assert can_leave(in_days(4), TODAY, 3) and not can_leave(in_days(3), TODAY, 3)


@pytest.mark.django_db
class TestReceiving:
    def test_a_lot_and_its_expiry_are_named(self):
        place = a_place_of_lots()
        assert [r.code for r in received(place, 5, "").refused] == ["lot_missing"]
        assert [r.code for r in received(place, 5, "A").refused] == ["expiry_missing"]
        assert [r.code for r in received(place, 5, " A", 9).refused] == ["lot_code_unusable"]
        assert received(place, 5, "A", 9, ref="r:1").made == ["r:1"]
        assert received(place, 5, "A", 9, ref="r:1").known == ["r:1"]
        assert received(place, 2, "A").made, "the lot is known, and so is its expiry"
        assert [r.code for r in received(place, 5, "A", 8).refused] == ["expiry_differs"]
        assert lots() == {"A": (7, 0, 0, 0)}
        agree()

    def test_shelf_life_says_when_a_lot_expires(self):
        place = a_place_of_lots(shelf_life_days=30)
        assert received(place, 5, "A").made and received(place, 5, "B", 10).made
        assert set(Lot.objects.values_list("code", "expires_on")) == {("A", in_days(30)), ("B", in_days(10))}

    def test_goods_without_lots_name_none(self):
        place = a_place()
        assert [r.code for r in received(place, 5, "A", 9).refused] == ["lots_not_kept"]
        stocked(place, 5)
        assert not Stock.objects.get().has_lots and not Lot.objects.exists()

    def test_counts_are_of_a_lot(self):
        place = a_place_of_lots()
        received(place, 5, "A", 9)
        place_of = place.warehouses[0].id, place.products[0].id
        draft = AdjustmentDraft(*place_of, Decimal(-2), NOW, "c:1")

        def code(draft):
            return [r.code for r in joined(adjust_counted, [draft], actor=SYSTEM).refused]

        assert code(draft) == ["lot_missing"]
        assert code(replace(draft, lot_code="X")) == ["lot_unknown"]
        assert code(replace(draft, lot_code="A", quantity=Decimal(-6))) == ["lot_short"]
        assert code(replace(draft, lot_code="A")) == []
        assert code(replace(draft, lot_code="N", quantity=Decimal(3), source_ref="c:2", expires_on=in_days(4))) == []
        assert lots() == {"A": (3, 0, 0, 0), "N": (3, 0, 0, 0)}
        agree()

    def test_whether_a_product_is_kept_in_lots_changes_while_none_of_it_lies_there(self):
        place = a_place()
        stocked(place, 1)
        change = {"changes": {"tracks_lots": True, "shelf_life_days": 9}, "actor": SYSTEM, "now": NOW}
        with pytest.raises(LotsRefused):
            joined(change_product.__wrapped__, place.products[0].id, **change)


@pytest.mark.django_db
class TestTaking:
    def test_what_expires_first_goes_first(self):
        place = a_place_of_lots()
        for code, days in (("LATE", 40), ("EVER", None), ("SOON", 4), ("TODAY", 0), ("PAST", -3)):
            received(place, 5, code, days) if days is not None else None
        assert reserve_lines([line := demand(place, 7)])[line.line_id].reserved == 7
        assert reserved_lots(line.line_id) == {"SOON": 5, "LATE": 2}
        assert reserve_lines([rest := demand(place, 9)])[rest.line_id].backordered == 6
        assert reserved_lots(rest.line_id) == {"LATE": 3}
        agree()

    def test_goods_that_come_go_to_those_who_wait_by_lot(self):
        place = a_place_of_lots()
        line = demand(place, 6)
        reserve_lines([line])
        received(place, 4, "OLD", 0)
        assert reserved_lots(line.line_id) == {} and Backorder.objects.get().quantity == 6
        received(place, 4, "A", 9)
        received(place, 4, "B", 5)
        assert reserved_lots(line.line_id) == {"A": 4, "B": 2} and not Backorder.objects.exists()
        agree()

    def test_what_is_released_is_that_which_lasts_longest(self):
        place = a_place_of_lots()
        received(place, 4, "A", 9)
        received(place, 4, "B", 5)
        reserve_lines([line := demand(place, 7)])
        release_lines([ReleaseItem(line.line_id, Decimal(4))], now=NOW)
        assert reserved_lots(line.line_id) == {"B": 3}
        agree()

    def test_lots_ship_and_return_to_themselves(self):
        place = a_place_of_lots()
        received(place, 4, "A", 9)
        received(place, 4, "B", 5)
        reserve_lines([line := demand(place, 6)])
        shipped = ship([ship_request(line, lines={line.line_id: Decimal(5)})], actor=SYSTEM)
        assert lots() == {"A": (3, 1, 0, 0), "B": (0, 0, 0, 0)}
        by_lot = {row.lot.code: row for row in ShipmentLine.objects.select_related("lot")}
        assert {code: row.quantity for code, row in by_lot.items()} == {"A": 1, "B": 4} and not shipped.refused
        receive_returns([ReturnItem(by_lot["B"].id, Decimal(3), True, "back:1", NOW)], actor=SYSTEM)
        assert lots()["B"] == (3, 0, 0, 0)
        agree()

    def test_an_expired_lot_never_ships(self):
        place = a_place_of_lots()
        received(place, 4, "A", 2)
        reserve_lines([line := demand(place, 4)])
        late = NOW + timedelta(days=2)
        refused = ship([ship_request(line, shipped_at=late)], actor=SYSTEM).refused
        assert [r.code for r in refused] == ["lot_expired"]
        assert ship([ship_request(line, shipped_at=late - timedelta(days=1))], actor=SYSTEM).lines
        agree()


@pytest.mark.django_db(transaction=True)
class TestExpiring:
    def test_an_expired_lot_is_put_on_hold_and_its_promises_are_kept_otherwise(self):
        place = a_place_of_lots()
        received(place, 4, "A", 2)
        joined(reserve_lines, [line := demand(place, 3)])
        received(place, 2, "B", 9)
        assert expire_lots(now=NOW, limit=10) == 0
        assert expire_lots(now=LATER, limit=10) == 1
        assert lots() == {"A": (4, 0, 4, 0), "B": (2, 2, 0, 0)}
        assert reserved_lots(line.line_id) == {"B": 2} and Backorder.objects.get().quantity == 1
        assert expire_lots(now=LATER, limit=10) == 0
        case = Case.objects.get(subject_kind="lot")
        assert case.closed_at is None and "A" in case.title
        agree()
        stock = Stock.objects.get()
        move = BinMove(stock.warehouse_id, stock.product_id, Decimal(4), "held", "scrap", LATER, "s:1", "old", "A")
        assert not joined(move_goods, [replace(move, lot_code="B", source_ref="s:0")], now=LATER, actor=SYSTEM).made
        assert joined(move_goods, [move], now=LATER, actor=SYSTEM).made == ["s:1"]
        case.refresh_from_db()
        assert case.closed_at is not None and lots()["A"] == (0, 0, 0, 0)
        agree()

    def test_what_lasts_is_left_alone(self):
        place = a_place_of_lots()
        received(place, 4, "A", 4)
        assert expire_lots(now=LATER, limit=10) == 0 and Reservation.objects.count() == 0


@pytest.mark.django_db(transaction=True)
class TestEdges:
    @pytest.fixture
    def place(self):
        place = a_place_of_lots()
        received(place, 4, "A-7", 9)
        received(place, 3, "B-9", 60)
        return place

    def test_receipts_over_the_api_name_the_lot(self, place):
        client = signed_in("inventory.receive_stock", "inventory.view_stock")
        row = {"sku": "UK-P00000", "warehouse": "UK-1", "quantity": "3", "unit_cost": "2", "source_ref": "r:1"}
        answer = post(client, "/api/v1/stock/receipts", {"receipts": [row]}).json()
        assert [each["code"] for each in answer["received"]["refused"]] == ["lot_missing"]
        more = {**row, "lot_code": "C", "expires_on": "2026-05-01"}
        answer = post(client, "/api/v1/stock/receipts", {"receipts": [more]}).json()
        assert answer["received"]["made"] == ["r:1"]
        assert lots()["C"] == (3, 0, 0, 0)
        found = client.get("/api/v1/inventory/lots?sku=UK-P00000&expiring_before=2026-04-01").json()["items"]
        assert [(each["lot"], each["free"]) for each in found] == [("A-7", "4")]
        assert len(client.get("/api/v1/inventory/lots?limit=2").json()["items"]) == 2
        assert client.get("/api/v1/inventory/lots?expiring_before=soon").status_code == 422

    def test_who_was_sent_goods_of_a_lot(self, place):
        joined(reserve_lines, [line := demand(place, 5)])
        joined(ship, [ship_request(line, lines={line.line_id: Decimal(3)})], actor=SYSTEM)
        client = signed_in("inventory.view_stock")
        told = client.get(f"/api/v1/inventory/lots/{Lot.objects.get(code='A-7').pk}").json()
        assert [(each["order_id"], each["quantity"]) for each in told["sent"]] == [(str(line.order_id), "3")]
        assert [(each["order_id"], each["quantity"]) for each in told["promised"]] == [(str(line.order_id), "1")]
        assert client.get(f"/api/v1/inventory/lots/{new_id()}").status_code == 404
        text = client.get(f"/lots/{Lot.objects.get(code='A-7').pk}/").content.decode()
        assert "1 order of 1 customer still have goods" in text and "SH-" in text

    def test_the_pages(self, place):
        client = signed_in("inventory.view_stock", "inventory.receive_stock", "inventory.move_bins")
        text = client.get("/lots/").content.decode()
        assert "A-7" in text and "B-9" in text and ("Expired" in text or "Lasts" in text)
        assert "A-7" not in client.get("/lots/?q=B-9").content.decode()
        assert client.get("/lots/?within=31&warehouse=UK-1").status_code == 200
        assert "A-7" in client.get(f"/stock/{Stock.objects.get().pk}/").content.decode()
        form = {"sku": "UK-P00000", "warehouse": "UK-1", "quantity": "5", "unit_cost": "3", "reference": "D-1"}
        posted = {"verb": "receive"} | {f"receive-{name}": value for name, value in form.items()}
        client.post("/stock/", posted)
        assert "name the lot" in client.get("/stock/").content.decode() and "A-7" in lots()
        client.post("/stock/", posted | {"receive-lot": "N", "receive-expires_on": "2027-01-01"})
        assert lots()["N"] == (5, 0, 0, 0)
        assert signed_in("orders.view_orders").get("/lots/").status_code == 403

    def test_masters_say_whether_goods_are_kept_in_lots(self, place):
        client = signed_in("masterdata.view_products", "masterdata.change_products")
        made = client.post(
            "/api/v1/products",
            {"sku": "MILK", "name": "Milk", "unit": "C62", "tracks_lots": True, "shelf_life_days": 7},
            "application/json",
        )
        assert made.status_code == 201 and (made.json()["tracks_lots"], made.json()["shelf_life_days"]) == (True, 7)
        here = f"/api/v1/products/{made.json()['id']}"
        assert client.patch(here, {"tracks_lots": False}, "application/json").json()["tracks_lots"] is False
        assert client.patch(here, {"shelf_life_days": 0}, "application/json").status_code == 422
        there = f"/api/v1/products/{place.products[0].pk}"
        refused = client.patch(there, {"tracks_lots": False}, "application/json")
        assert (refused.status_code, refused.json()["code"]) == (409, "lots_refused")


def post(client, path, body):
    return client.post(path, body, "application/json", headers={"Idempotency-Key": str(new_id())})


def signed_in(*permissions):
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client
