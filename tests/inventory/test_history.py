"""The stock history of a system before this one: movements day by day, balances as of each day, and AdventureWorks' real file."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from django.core.management import CommandError, call_command

from apps.inventory.decisions.facts import Refusal
from apps.inventory.decisions.history import DayMoved, HistoryDraft, moves_of
from apps.inventory.models import Stock, StockMovement
from apps.inventory.selectors.stockcard import balance_as_of, daily_balances, stock_card
from apps.inventory.services.history import import_history
from apps.ledger.contract import balances_of_role
from apps.masterdata.models import Product, UnitOfMeasure
from apps.operations.selectors.prove import prove
from ordercash.kernel.actor import SYSTEM
from tests.factories.inventory import Place, a_place
from tests.integrations.real_data import IS_FULL, real

DAY = date(2026, 1, 1)


def days(*moved: tuple[int, int, int | None]) -> list[DayMoved]:
    return [
        DayMoved(DAY + timedelta(n), Decimal(came), Decimal(went), None if left is None else Decimal(left))
        for n, (came, went, left) in enumerate(moved)
    ]


def draft(place: Place, moved: list[DayMoved], ref: str = "h:1", cost: str = "1.25") -> HistoryDraft:
    return HistoryDraft(place.warehouses[0].id, place.products[0].id, moved, Decimal(cost), ref)


@pytest.mark.parametrize(
    ("code", "moved"),
    [
        ("balance_broken", days((0, 0, 5), (1, 0, 5))),
        ("quantity_negative", days((0, 0, 5), (-1, 0, 4))),
        ("below_zero", days((0, 0, 5), (0, 6, -1))),
        ("days_out_of_order", [*days((0, 0, 5)), *days((0, 0, 5))]),
    ],
)
def test_what_cannot_be_a_history(code: str, moved: list[DayMoved]) -> None:
    found = moves_of(HistoryDraft(Product().id, Product().id, moved, Decimal(1), "h"))
    assert isinstance(found, Refusal)
    assert found.code == code


@pytest.mark.django_db(transaction=True)
class TestHistories:
    @pytest.fixture
    def place(self) -> Place:
        return a_place(products=2)

    def test_days_become_movements_and_balances(self, place: Place) -> None:
        moved = days((0, 0, 10), (0, 0, 10), (5, 18, -3), (0, 0, -3), (8, 0, 5))
        result = import_history(drafts=[draft(place, moved)], actor=SYSTEM)
        assert list(result.made) == ["h:1"]
        again = import_history(drafts=[draft(place, moved)], actor=SYSTEM)
        assert (list(again.made), list(again.known)) == ([], ["h:1"])
        stock = Stock.objects.get()
        assert (stock.on_hand, stock.value_minor) == (5, 625)
        assert StockMovement.objects.filter(kind="history").count() == 4
        last = DAY + timedelta(6)
        found = daily_balances([stock.id], first=DAY, last=last, zone="Europe/London")[stock.id]
        assert list(found.values()) == [10, 10, -3, -3, 5, 5, 5]
        later = daily_balances([stock.id], first=DAY + timedelta(2), last=last, zone="Europe/London")[stock.id]
        assert list(later.values()) == [-3, -3, 5, 5, 5]
        card = stock_card(stock.id, limit=10)
        assert [row.balance for row in card] == [5, 5, -3, 15, 10]
        assert card[0].worth_minor == 625
        assert balance_as_of(stock.id, card[0].at).on_hand == -3
        assert [each.amount_minor for each in balances_of_role("stock")] == [625]
        broken = [equality.code for equality in prove().equalities if not equality.holds]
        assert not broken

    def test_the_file(self, place: Place, tmp_path: Path) -> None:
        file = tmp_path / "history.csv"
        rows = ["sku,warehouse,day,came,went,balance,unit_cost"]
        rows += [
            f"{place.products[n].sku},UK-1,2026-01-0{d},{d},0,{d * (d + 1) // 2},2" for n in (0, 1) for d in (1, 2, 3)
        ]
        file.write_text("\n".join(rows))
        for _ in range(2):
            call_command("import_movements", str(file))
        assert [(row.on_hand, row.value_minor) for row in Stock.objects.all()] == [(6, 1200), (6, 1200)]
        file.write_text("\n".join([*rows, "NOPE,UK-1,2026-01-01,1,0,1,2"]))
        with pytest.raises(CommandError, match="NOPE at UK-1"):
            call_command("import_movements", str(file))
        file.write_text("sku,day\n")
        with pytest.raises(CommandError, match="warehouse"):
            call_command("import_movements", str(file))
        file.write_text("\n".join([rows[0], f"{place.products[0].sku},UK-1,soon,1,0,1,2"]))
        with pytest.raises(CommandError, match="Line 2"):
            call_command("import_movements", str(file))


def inventory_rows() -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield the days of each product of the file."""
    wanted = ["ProductKey", "MovementDate", "UnitCost", "UnitsIn", "UnitsOut", "UnitsBalance"]
    table = pyarrow.parquet.read_table(real("adventureworks", "FactProductInventory.parquet"), columns=wanted)
    assert table.num_rows == 776_286
    for key, group in groupby(table.to_pylist(), key=lambda row: row["ProductKey"]):
        yield key, list(group)


@pytest.mark.real_data
@pytest.mark.django_db(transaction=True)
def test_adventureworks_daily_movements_reproduce_the_balances_of_the_file() -> None:
    """776,286 rows, 606 products on 1,281 days. 3,319 balances are below zero; each is reproduced, none is left at the end."""
    place = a_place(products=0, currency="USD")
    unit = UnitOfMeasure.objects.get(code="C62")
    everything = dict(inventory_rows())
    below = [key for key, rows in everything.items() if any(row["UnitsBalance"] < 0 for row in rows)]
    assert (len(everything), len(below)) == (606, 115)
    keys = sorted(everything) if IS_FULL else sorted({*random.Random(4).sample(sorted(everything), 25), *below[:15]})
    made = Product.objects.bulk_create(Product(sku=f"AW-{key}", name=f"Product {key}", unit=unit) for key in keys)
    products = dict(zip(keys, made, strict=True))
    for start in range(0, len(keys), 50):
        drafts = [
            HistoryDraft(
                place.warehouses[0].id,
                products[key].id,
                moved_days(everything[key]),
                everything[key][-1]["UnitCost"],
                f"aw:{key}",
            )
            for key in keys[start : start + 50]
        ]
        assert not import_history(drafts=drafts, actor=SYSTEM).refused
    stock = {row.product_id: row for row in Stock.objects.all()}
    first, last = everything[keys[0]][0]["MovementDate"], everything[keys[0]][-1]["MovementDate"]
    found = daily_balances([row.id for row in stock.values()], first=first, last=last, zone="Europe/London")
    compared = 0
    for key in keys:
        row = stock[products[key].id]
        told = {each["MovementDate"]: each["UnitsBalance"] for each in everything[key]}
        kept = found[row.id]
        assert {day: int(kept[day]) for day in told} == told, key
        assert row.on_hand == everything[key][-1]["UnitsBalance"]
        compared += len(told)
    assert compared == (776_286 if IS_FULL else sum(len(everything[key]) for key in keys))


def moved_days(rows: list[dict[str, Any]]) -> list[DayMoved]:
    return [
        DayMoved(row["MovementDate"], Decimal(row["UnitsIn"]), Decimal(row["UnitsOut"]), Decimal(row["UnitsBalance"]))
        for row in rows
    ]
