"""What came back waits until somebody says what it is: good, damaged or scrapped."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test import Client

from apps.audit.models import EventRecord
from apps.inventory.contract import ReturnItem, receive_to_inspect, reserve_lines, ship
from apps.inventory.decisions.facts import MovementResult
from apps.inventory.decisions.facts.bins import BinMove
from apps.inventory.decisions.facts.inspecting import Finding, FoundOnLine
from apps.inventory.models import Inspection, InspectionFinding, Reservation, Stock, StockMovement
from apps.inventory.services.bins import move_goods
from apps.inventory.services.inspecting import inspect_goods, inspect_return, record_findings
from apps.ledger.contract import balances_of_role
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import run
from tests.factories.counting import counted
from tests.factories.inventory import NOW, Place, a_place, demand, joined, ship_request, stocked
from tests.factories.web import make_user

LATER = NOW + timedelta(hours=1)
API, PAGE = "/api/v1/inventory/inspections", "/inspections/"


def came_back(place: Place, quantity: int, *, product: int = 0, ref: str = "R-1") -> Inspection:
    """Sell and take back goods that have to be looked at."""
    line = demand(place, quantity, product=product)
    joined(reserve_lines, [line])
    shipped = joined(ship, [ship_request(line)], actor=SYSTEM).lines[0]
    item = ReturnItem(shipped.shipment_line_id, Decimal(quantity), True, f"test:{new_id()}", NOW, return_ref=ref)
    for _ in range(2):
        assert not joined(receive_to_inspect, [item], actor=SYSTEM).refused
    return Inspection.objects.get(line_id=line.line_id)


def found(inspection: Inspection, good: int = 0, damaged: int = 0, scrapped: int = 0, ref: str = "f:1") -> Finding:
    return Finding(inspection.pk, Decimal(good), Decimal(damaged), Decimal(scrapped), ref, LATER, "Looked at")


def record(*findings: Finding) -> MovementResult:
    return joined(record_findings, findings, now=LATER, actor=SYSTEM)


def lies() -> tuple[Decimal, ...]:
    row = Stock.objects.get()
    return row.on_hand, row.on_hold, row.damaged, row.free


@pytest.fixture
def place() -> Place:
    place = a_place()
    stocked(place, 6)
    return place


@pytest.mark.django_db
class TestFindings:
    def test_each_part_goes_its_way_and_what_is_scrapped_is_posted(self, place: Place) -> None:
        row = came_back(place, 6)
        assert lies() == (6, 6, 0, 0)
        result = record(found(row, good=3, damaged=1, scrapped=1))
        assert (list(result.made), list(result.known), list(result.refused)) == (["f:1"], [], [])
        assert lies() == (5, 1, 1, 3)
        row.refresh_from_db()
        assert (row.good, row.damaged, row.scrapped, row.waits) == (3, 1, 1, 1)
        assert [each.amount_minor for each in balances_of_role("stock")] == [1250]
        told = EventRecord.objects.get(name="inventory.return_inspected")
        assert told.payload["good"] == "3" and told.payload["note"] == "Looked at"
        assert StockMovement.objects.get(kind="scrap").value_minor == -250

    def test_the_same_finding_twice_is_recorded_once(self, place: Place) -> None:
        row = came_back(place, 6)
        record(found(row, good=2))
        again = record(found(row, good=2), found(row, good=2, ref="f:2"), found(row, good=2, ref="f:2"))
        assert (list(again.made), list(again.known)) == (["f:2"], ["f:1"])
        assert lies() == (6, 2, 0, 4)

    def test_what_is_good_goes_to_those_who_wait(self, place: Place) -> None:
        row = came_back(place, 6)
        line = demand(place, 5)
        assert joined(reserve_lines, [line])[line.line_id].backordered == 5
        record(found(row, damaged=2))
        assert not Reservation.objects.filter(line_id=line.line_id).exists()
        record(found(row, good=4, ref="f:2"))
        assert Reservation.objects.get(line_id=line.line_id).quantity == 4

    @pytest.mark.parametrize(
        ("code", "changes"),
        [
            ("more_than_waits", {"good": Decimal(7)}),
            ("more_than_waits", {"good": Decimal(3), "damaged": Decimal(3), "scrapped": Decimal(1)}),
            ("quantity_out_of_range", {"good": Decimal(0)}),
            ("quantity_out_of_range", {"good": Decimal(3), "damaged": Decimal(-1)}),
            ("quantity_out_of_range", {"good": Decimal("0.5")}),
            ("unknown_inspection", {"inspection_id": UUID(int=7)}),
        ],
    )
    def test_what_is_refused_leaves_its_neighbours_alone(
        self, place: Place, code: str, changes: dict[str, Any]
    ) -> None:
        row = came_back(place, 6)
        result = record(replace(found(row, good=1), **changes), found(row, good=1, ref="f:2"))
        assert [refusal.code for refusal in result.refused] == [code]
        assert (list(result.made), lies()) == (["f:2"], (6, 5, 0, 1))

    def test_two_findings_in_one_call_find_at_most_what_waits(self, place: Place) -> None:
        row = came_back(place, 6)
        result = record(found(row, good=4), found(row, damaged=4, ref="f:2"))
        assert [refusal.code for refusal in result.refused] == ["more_than_waits"]
        assert lies() == (6, 2, 0, 4)

    def test_nobody_else_moves_what_waits_for_inspection(self, place: Place) -> None:
        came_back(place, 6)
        stocked(place, 2)
        place_ids = (place.warehouses[0].id, place.products[0].id)
        keep = BinMove(*place_ids, Decimal(2), "shelf", "held", LATER, "m:1")
        take = BinMove(*place_ids, Decimal(3), "held", "shelf", LATER, "m:2")
        result = joined(move_goods, [keep, take], now=LATER, actor=SYSTEM)
        assert [(refusal.code, "wait for inspection" in refusal.detail) for refusal in result.refused] == [
            ("bin_short", True)
        ]
        assert not joined(
            move_goods, [replace(take, quantity=Decimal(2), source_ref="m:3")], now=LATER, actor=SYSTEM
        ).refused

    def test_by_the_name_of_the_return(self, place: Place) -> None:
        row = came_back(place, 6, ref="wms:1:return:7")
        told = [FoundOnLine(row.line_id, Decimal(4), Decimal(1), Decimal(0))]
        terms: dict[str, Any] = {
            "source_ref": "wms:1:inspection:3",
            "note": "",
            "occurred_at": NOW,
            "now": LATER,
            "actor": SYSTEM,
        }
        assert joined(inspect_return, "wms:1:return:8", told, **terms).refused[0].code == "unknown_return"
        strange = [FoundOnLine(new_id(), Decimal(1), Decimal(0), Decimal(0))]
        assert joined(inspect_return, row.return_ref, strange, **terms).refused[0].code == "unknown_line"
        assert len(joined(inspect_return, row.return_ref, told, **terms).made) == 1
        assert len(joined(inspect_return, row.return_ref, told, **terms).known) == 1
        more = joined(inspect_return, row.return_ref, told, **{**terms, "source_ref": "wms:1:inspection:4"})
        assert more.refused[0].code == "more_than_waits"
        assert lies() == (6, 1, 1, 4)

    def test_the_database_keeps_what_was_found(self, place: Place) -> None:
        row = came_back(place, 6)
        record(found(row, good=1))
        for statement in (
            "UPDATE inventory_inspection SET good = 7",
            "UPDATE inventory_inspection SET damaged = -1",
            "UPDATE inventory_inspection SET quantity = 9",
            "UPDATE inventory_inspectionfinding SET good = 2",
            "DELETE FROM inventory_inspectionfinding",
            "DELETE FROM inventory_inspection",
        ):
            with pytest.raises(DatabaseError):
                joined_run(statement)

    def test_statements_do_not_grow(self) -> None:
        counts = []
        for number, size in ((0, 1), (1, 8)):
            place = a_place(code=f"E{number}", products=size)
            stocked(place, 2)
            rows = [came_back(place, 2, product=each, ref=f"{number}:{each}") for each in range(size)]
            findings = [found(row, 1, 0, 1, f"{number}:{row.pk}") for row in rows]
            with counted() as seen:
                record(*findings)
            counts.append(seen.count)
        assert counts[0] == counts[1]


def joined_run(statement: str) -> None:
    with transaction.atomic():
        run(statement)


@pytest.mark.django_db(transaction=True)
def test_inspectors_at_once_find_each_unit_once(place: Place) -> None:
    row = came_back(place, 6)
    waiting = demand(place, 2)
    joined(reserve_lines, [waiting])

    def work(number: int) -> int:
        try:
            # Each says it twice, as somebody whose line broke does.
            made = 0
            for _ in range(2):
                result = inspect_goods([found(row, good=1, ref=f"f:{number}")], now=LATER, actor=SYSTEM)
                made += len(result.made)
            return made
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(work, range(12))) == 6
    assert lies() == (6, 0, 0, 4)
    assert InspectionFinding.objects.count() == 6
    assert Reservation.objects.get(line_id=waiting.line_id).quantity == 2


def signed_in(*permissions: str) -> Client:
    client = Client()
    client.force_login(make_user(*permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db(transaction=True)
class TestApi:
    def post(self, client: Client, body: Any, key: str = "k1") -> Any:
        return client.post(API, body, content_type="application/json", headers={"Idempotency-Key": key})

    def test_what_waits_and_what_was_found(self, place: Place) -> None:
        row = came_back(place, 6)
        client = signed_in("inventory.view_stock", "inventory.inspect_returns")
        (shown,) = client.get(API).json()["items"]
        assert (shown["id"], shown["waits"], shown["sku"]) == (str(row.pk), "6", "UK-P00000")
        body = {"findings": [{"inspection_id": str(row.pk), "good": "2", "scrapped": "1", "source_ref": "I-1"}]}
        assert self.post(client, body).json()["made"] == ["I-1"]
        assert self.post(client, body, "k2").json()["known"] == ["I-1"]
        assert lies() == (5, 3, 0, 2)
        assert client.get(f"{API}?sku=nothing").json()["items"] == []

    def test_wrong_roles_change_nothing(self, place: Place) -> None:
        row = came_back(place, 6)
        body = {"findings": [{"inspection_id": str(row.pk), "good": "2", "source_ref": "I-1"}]}
        assert self.post(signed_in("inventory.view_stock", "inventory.move_bins"), body).status_code == 403
        assert signed_in("inventory.inspect_returns").get(API).status_code == 403
        assert Client().get(API).status_code in (401, 403)
        assert lies() == (6, 6, 0, 0)

    @pytest.mark.parametrize(
        "change",
        [
            {"good": "-1"},
            {"good": "NaN"},
            {"good": "1.00001"},
            {"inspection_id": "x"},
            {"source_ref": ""},
            {"strange": 1},
        ],
    )
    def test_bad_bodies_are_told(self, place: Place, change: dict[str, Any]) -> None:
        row = came_back(place, 6)
        client = signed_in("inventory.inspect_returns")
        body = {"findings": [{"inspection_id": str(row.pk), "good": "2", "source_ref": "I-1"} | change]}
        answer = self.post(client, body)
        assert answer.status_code in (400, 422) and answer.json()["errors"]
        assert self.post(client, {"findings": []}, "k2").status_code in (400, 422)
        assert lies() == (6, 6, 0, 0)


@pytest.mark.django_db(transaction=True)
class TestPage:
    def test_people_say_what_they_found(self, place: Place) -> None:
        row = came_back(place, 6)
        assert signed_in("masterdata.view_products").get(PAGE).status_code == 403
        reader = signed_in("inventory.view_stock")
        text = reader.get(PAGE).content.decode()
        assert "UK-P00000" in text and "Say what was found" not in text
        typed = {"good": "4", "damaged": "1", "reference": "A", "note": "Scratched"}
        given = {"verb": "find", "ids": [str(row.pk)]} | {f"find-{name}": value for name, value in typed.items()}
        assert reader.post(PAGE, given).status_code == 403
        client = signed_in("inventory.view_stock", "inventory.inspect_returns")
        assert "Say what was found" in client.get(PAGE).content.decode()
        assert client.post(PAGE, given).status_code in (200, 302, 303)
        assert lies() == (6, 1, 1, 4)
        assert "1 still wait" in client.post(PAGE, given | {"find-reference": "B"}, follow=True).content.decode()
        assert lies() == (6, 1, 1, 4)
        client.post(PAGE, {"verb": "all_damaged", "ids": [str(row.pk)]})
        assert lies() == (6, 0, 2, 4)
        assert "UK-P00000" not in client.get(PAGE).content.decode()
        assert "UK-P00000" in client.get(f"{PAGE}?done=1").content.decode()
