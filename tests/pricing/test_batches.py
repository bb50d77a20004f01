"""Many prices at once: looked at first, then all or none; large ones by a worker."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError

from apps.audit.services.jobs import run_due_jobs
from apps.pricing.models import PriceBatch, PriceBatchRow, PriceList, PriceRecord
from apps.pricing.selectors.price_export import csv_of, exported_prices, xlsx_of
from apps.pricing.services import batches
from apps.pricing.services.batches import (
    BatchRefused,
    PriceEdit,
    ask_for_edit,
    ask_for_file,
    begin_writing,
    discard_batch,
    read_batch,
    write_batch,
)
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.states import WrongState
from tests.factories.counting import counted
from tests.factories.masterdata import NOW, a_product, a_user, an_actor, an_entity, sold_by
from tests.factories.pricing import SINCE, a_price, a_price_list

pytestmark = pytest.mark.django_db(transaction=True)

ANALYST = an_actor()
LATER = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def analyst() -> None:
    a_user(id=ANALYST.id)


def a_file(prices: PriceList, text: str, *, now: datetime = NOW, **values: Any) -> PriceBatch:
    asked = {"name": "prices.csv", "content": text.encode(), "is_whole": False} | values
    made = ask_for_file(prices.pk, **asked, actor=ANALYST, now=now)
    return read_batch(made.pk, now=now)


def carried_out(batch: PriceBatch, now: datetime = LATER) -> PriceBatch:
    begin_writing(batch.pk, actor=ANALYST, now=now)
    return write_batch(batch.pk, now=now)


def counts(batch: PriceBatch) -> dict[str, int]:
    return {name: number for name, number in batch.counts.items() if name != "plan" and number}


def in_force(at: datetime) -> dict[str, str]:
    rows = PriceRecord.objects.select_related("product").filter(valid_from_at__lte=at)
    found = [row for row in rows if row.valid_until_at is None or row.valid_until_at > at]
    return {f"{row.product.sku} {row.unit} {row.min_quantity:.0f}": f"{row.unit_price:.2f}" for row in found}


@pytest.fixture
def prices() -> PriceList:
    mug, cup, pot = a_product("MUG", category="tableware"), a_product("CUP"), a_product("POT")
    sold_by(mug, "box", "12")
    known = a_price_list()
    a_price(known, mug, "2.50")
    a_price(known, mug, "2.20", min_quantity=Decimal(48))
    a_price(known, mug, "27.00", unit="box")
    a_price(known, cup, "1.50")
    assert pot
    return known


FILE = "sku,unit,min_quantity,unit_price,valid_until\nMUG,,,2.75,\nMUG,box,0,27,\nPOT,,,24,\nCUP,,,,2026-06-01\n"


def test_a_file_is_looked_at_and_then_carried_out(prices: PriceList) -> None:
    batch = a_file(prices, FILE)
    assert (batch.state, counts(batch)) == ("ready", {"new": 1, "changed": 1, "ended": 1, "unchanged": 1})
    before = in_force(LATER)
    assert before == {"MUG  0": "2.50", "MUG  48": "2.20", "MUG box 0": "27.00", "CUP  0": "1.50"}
    done = carried_out(batch)
    assert (done.state, done.written_at, done.written_by) == ("done", LATER, ANALYST.id)
    assert in_force(LATER) == before | {"MUG  0": "2.75", "POT  0": "24.00"}
    assert "CUP  0" not in in_force(datetime(2026, 6, 1, tzinfo=UTC))
    assert in_force(LATER - timedelta(microseconds=1)) == before
    old = PriceRecord.objects.get(product__sku="MUG", unit_price=Decimal("2.50"))
    assert (old.valid_until_at, {row.history_type for row in old.history.all()}) == (LATER, {"+", "~"})
    told = fetch(
        "SELECT operation FROM audit_changerecord WHERE table_name = 'pricing_pricerecord' AND actor_id = %s",
        [ANALYST.id],
    )
    assert sorted(row[0] for row in told) == ["insert", "insert", "update", "update"]
    again = a_file(prices, FILE.splitlines()[0] + "\nMUG,,,2.75,\n", now=LATER)
    assert counts(again) == {"unchanged": 1}


def test_refused_rows_are_told_and_nothing_is_written(prices: PriceList) -> None:
    batch = a_file(prices, "sku,unit,unit_price\nMUG,,3\nNOPE,,1\nCUP,box,1\nPOT,,=1+1\n")
    rows = PriceBatchRow.objects.filter(batch=batch, action="refused")
    assert [(row.row_number, row.sku, row.column, row.code) for row in rows] == [
        (3, "NOPE", "sku", "unknown_product"), (4, "CUP", "unit", "unknown_unit"), (5, "POT", "unit_price", "formula"),
    ]  # fmt: skip
    with pytest.raises(BatchRefused):
        begin_writing(batch.pk, actor=ANALYST, now=LATER)
    assert PriceRecord.objects.count() == 4
    discard_batch(batch.pk, actor=ANALYST, now=LATER)
    with pytest.raises(WrongState):
        begin_writing(batch.pk, actor=ANALYST, now=LATER)


def test_what_was_changed_meanwhile_is_looked_at_again(prices: PriceList) -> None:
    batch = a_file(prices, "sku,unit_price\nPOT,24\n")
    a_price(prices, a_product("LATECOMER"), "9")
    rival = a_file(prices, "sku,unit_price\nPOT,25\n")
    assert carried_out(rival).state == "done"
    back = carried_out(batch, LATER + timedelta(minutes=1))
    assert (back.state, counts(back)) == ("ready", {"changed": 1})
    assert "meanwhile" in back.problem
    assert in_force(LATER)["POT  0"] == "25.00"


def test_a_file_that_cannot_be_read_fails_with_its_reason(prices: PriceList) -> None:
    batch = a_file(prices, "name,colour\nMUG,blue\n")
    assert (batch.state, "missing: sku, unit_price" in batch.problem) == ("failed", True)
    with pytest.raises(BatchRefused):
        ask_for_file(prices.pk, name="x", content=b"", is_whole=False, actor=ANALYST, now=NOW)
    with pytest.raises(NotFound):
        ask_for_file(new_id(), name="x", content=b"x", is_whole=False, actor=ANALYST, now=NOW)
    with pytest.raises(NotFound):
        read_batch(new_id(), now=NOW)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_that_comes_back_as_it_went_changes_nothing(prices: PriceList, kind: str) -> None:
    a_price(prices, a_product("=1+1"), "3.000001", valid_until_at=NOW + timedelta(days=9), per=Decimal(100))
    a_price(prices, a_product("NEXT"), "8", valid_from_at=NOW + timedelta(days=9))
    rows = exported_prices(prices.pk, at=NOW)
    content = "".join(csv_of(rows)).encode() if kind == "csv" else xlsx_of(rows)
    batch = a_file(prices, "", name=f"prices.{kind}", content=content, is_whole=True)
    assert counts(batch) == {"unchanged": 6}


def test_a_file_that_is_the_whole_list_ends_the_rest(prices: PriceList) -> None:
    batch = a_file(prices, "sku,unit_price\nCUP,1.50\n", is_whole=True)
    assert counts(batch) == {"ended": 3, "unchanged": 1}
    carried_out(batch)
    assert in_force(LATER) == {"CUP  0": "1.50"}
    assert PriceRecord.objects.count() == 4


def test_instants_are_of_the_legal_entity_s_zone() -> None:
    a_product("MUG")
    tokyo = a_price_list("TOKYO", legal_entity=an_entity("JP01", time_zone="Asia/Tokyo"))
    carried_out(a_file(tokyo, "sku,unit_price,valid_from\nMUG,5,2026-07-01\n"))
    assert PriceRecord.objects.get().valid_from_at == datetime(2026, 6, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            PriceEdit(2, percent=Decimal(10)),
            {"MUG  0": "2.75", "MUG  48": "2.42", "MUG box 0": "29.70", "CUP  0": "1.65"},
        ),
        (PriceEdit(1, percent=Decimal("-3"), sku="mug"), {"MUG  0": "2.40", "MUG  48": "2.10", "MUG box 0": "26.20"}),
        (
            PriceEdit(2, amount=Decimal("0.25"), category="tableware"),
            {"MUG  0": "2.75", "MUG  48": "2.45", "MUG box 0": "27.25"},
        ),
    ],
)
def test_one_rule_changes_many_prices(prices: PriceList, edit: PriceEdit, expected: dict[str, str]) -> None:
    before = in_force(NOW)
    batch = read_batch(ask_for_edit(prices.pk, edit=edit, actor=ANALYST, now=NOW).pk, now=NOW)
    assert counts(batch) == {"changed": len(expected)}
    assert carried_out(batch).state == "done"
    assert in_force(LATER) == before | expected


def test_an_edit_may_wait_for_its_day_and_never_falls_below_zero(prices: PriceList) -> None:
    day = NOW + timedelta(days=30)
    edit = PriceEdit(2, amount=Decimal("-0.50"), sku="CUP", begins_at=day)
    assert (
        carried_out(read_batch(ask_for_edit(prices.pk, edit=edit, actor=ANALYST, now=NOW).pk, now=NOW)).state == "done"
    )
    assert (in_force(LATER)["CUP  0"], in_force(day)["CUP  0"]) == ("1.50", "1.00")
    low = read_batch(ask_for_edit(prices.pk, edit=PriceEdit(2, amount=Decimal(-2)), actor=ANALYST, now=NOW).pk, now=NOW)
    assert counts(low)["refused"] == 1
    for wrong in (PriceEdit(2), PriceEdit(2, percent=Decimal(-101)), PriceEdit(2, percent=Decimal(1), begins_at=SINCE)):
        with pytest.raises(BatchRefused):
            ask_for_edit(prices.pk, edit=wrong, actor=ANALYST, now=NOW)


def test_prices_that_came_are_planned_for(prices: PriceList) -> None:
    """A list that was empty a moment ago must not have its quotes planned for an empty one."""
    analysed = "SELECT reltuples FROM pg_class WHERE relname = 'pricing_pricerecord'"
    run("TRUNCATE pricing_pricerecord CASCADE")
    run("ANALYZE pricing_pricerecord")
    skus = [a_product().sku for _ in range(8)]
    rows = [f"{sku},{price}.00,{scale}" for sku in skus for scale, price in enumerate(range(200, 50, -1))]
    carried_out(a_file(prices, "sku,unit_price,from_quantity\n" + "\n".join(rows)))
    assert fetch(analysed) == [(1200.0,)]


def test_large_ones_are_read_and_written_by_a_worker(prices: PriceList, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(batches, "AT_ONCE_ROWS", 0)
    made = ask_for_file(prices.pk, name="x.csv", content=FILE.encode(), is_whole=False, actor=ANALYST, now=NOW)
    assert made.job_id is not None
    run_due_jobs(clock=lambda: NOW)
    made.refresh_from_db()
    assert (made.state, counts(made)["new"]) == ("ready", 1)
    assert begin_writing(made.pk, actor=ANALYST, now=LATER).job_id is not None
    run_due_jobs(clock=lambda: LATER)
    made.refresh_from_db()
    assert made.state == "done"
    assert in_force(LATER)["POT  0"] == "24.00"
    assert write_batch(made.pk, now=LATER).state == "done"


def test_statements_do_not_grow_with_rows(prices: PriceList) -> None:
    products = [a_product() for _ in range(300)]

    def statements(some: list[Any]) -> tuple[int, int]:
        text = "\n".join(["sku,unit_price", *(f"{product.sku},{len(some)}" for product in some)])
        with counted() as reading:
            batch = a_file(prices, text)
        with counted() as writing:
            carried_out(batch)
        return reading.count, writing.count

    statements(products[:1])
    few, many = statements(products[:2]), statements(products)
    assert many[0] <= few[0] + 1
    assert many[1] <= few[1] + 1


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("kind = 'x'", "price_batch_kind_word"),
        ("state = 'lost'", "price_batch_state_word"),
        ("state = 'done'", "price_batch_done_at_some_time"),
    ],
)
def test_a_batch_is_in_a_state_that_is_known(prices: PriceList, change: str, constraint: str) -> None:
    batch: UUID = a_file(prices, FILE).pk
    with pytest.raises(IntegrityError, match=constraint):
        run(f"UPDATE pricing_pricebatch SET {change} WHERE id = %s", [batch])
    with pytest.raises(IntegrityError, match="price_batch_row_action_word"):
        run("UPDATE pricing_pricebatchrow SET action = 'x'")
