"""Many prices at once over the API: looked at, committed once, refused with the row."""

import base64
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from apps.pricing.models import PriceBatch, PriceList, PriceRecord
from apps.pricing.permissions import CHANGE_PRICES, VIEW_PRICES
from apps.pricing.selectors.price_export import exported_prices, xlsx_of
from tests.factories.masterdata import NOW, a_product
from tests.factories.pricing import a_price, a_price_list
from tests.pricing.test_api import client

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def prices() -> PriceList:
    known = a_price_list()
    a_price(known, a_product("MUG", category="tableware"), "6.50")
    a_price(known, a_product("POT"), "24.00")
    return known


def ask(caller: APIClient, prices: PriceList, body: dict[str, Any], key: str = "") -> Any:
    address = f"/api/v1/price-lists/{prices.pk}/batches"
    return caller.post(address, body, format="json", headers={"Idempotency-Key": key or str(uuid4())})


def commit(caller: APIClient, id: str, key: str = "") -> Any:
    return caller.post(f"/api/v1/price-batches/{id}/commit", headers={"Idempotency-Key": key or str(uuid4())})


def csv(text: str, **values: Any) -> dict[str, Any]:
    return {"file": {"name": "prices.csv", "text": text, **values}}


def test_a_file_is_looked_at_and_committed_once(prices: PriceList) -> None:
    caller = client(CHANGE_PRICES)
    body = csv("sku,unit_price\nMUG,7\nPOT,24\n")
    made = ask(caller, prices, body, "look")
    assert made.status_code == 201, made.content
    assert ask(caller, prices, body, "look").content == made.content
    told = made.json()
    assert (told["state"], told["counts"]) == (
        "ready", {"new": 0, "changed": 1, "ended": 0, "unchanged": 1, "refused": 0},
    )  # fmt: skip
    rows = caller.get(f"/api/v1/price-batches/{told['id']}/rows?action=changed").json()["items"]
    assert [(row["row"], row["sku"], row["before"], row["after"]) for row in rows] == [(2, "MUG", "6.5", "7")]
    assert PriceRecord.objects.count() == 2
    done = commit(caller, told["id"], "go")
    assert (done.status_code, done.json()["state"]) == (200, "done"), done.content
    assert commit(caller, told["id"], "go").content == done.content
    assert commit(caller, told["id"]).status_code == 409
    assert PriceRecord.objects.filter(product__sku="MUG").count() == 2
    assert PriceBatch.objects.count() == 1
    listed = caller.get(f"/api/v1/price-lists/{prices.pk}/batches").json()["items"]
    assert [(row["id"], row["state"]) for row in listed] == [(told["id"], "done")]


def test_refused_rows_say_where_and_why_and_nothing_is_written(prices: PriceList) -> None:
    caller = client(CHANGE_PRICES)
    told = ask(caller, prices, csv("sku,unit_price\nMUG,7\nNOPE,1\nPOT,=1+1\n")).json()
    assert [(row["row"], row["column"], row["code"]) for row in told["refused"]] == [
        (3, "sku", "unknown_product"), (4, "unit_price", "formula"),
    ]  # fmt: skip
    refused = commit(caller, told["id"])
    assert (refused.status_code, refused.json()["code"]) == (422, "price_batch_refused")
    assert PriceRecord.objects.count() == 2
    assert caller.post(f"/api/v1/price-batches/{told['id']}/discard").json()["state"] == "discarded"
    assert commit(caller, told["id"]).status_code == 409


def test_a_rule_over_the_list_is_looked_at_and_committed(prices: PriceList) -> None:
    caller = client(CHANGE_PRICES)
    told = ask(caller, prices, {"rule": {"percent": "10", "category": "tableware", "decimals": 2}}).json()
    assert told["counts"]["changed"] == 1
    assert commit(caller, told["id"]).json()["state"] == "done"
    assert str(PriceRecord.objects.get(product__sku="MUG", valid_until_at=None).unit_price) == "7.150000"


def test_a_workbook_comes_as_base64(prices: PriceList) -> None:
    book = base64.b64encode(xlsx_of(exported_prices(prices.pk, at=NOW))).decode()
    told = ask(client(CHANGE_PRICES), prices, {"file": {"name": "prices.xlsx", "base64": book}}).json()
    assert told["counts"]["unchanged"] == 2, told


def test_what_changed_meanwhile_is_looked_at_again(prices: PriceList) -> None:
    caller = client(CHANGE_PRICES)
    first = ask(caller, prices, csv("sku,unit_price\nMUG,7\n")).json()
    second = ask(caller, prices, csv("sku,unit_price\nMUG,8\n")).json()
    assert commit(caller, first["id"]).status_code == 200
    stale = commit(caller, second["id"], "again")
    assert (stale.status_code, stale.json()["code"]) == (409, "price_batch_stale")
    shown = caller.get(f"/api/v1/price-batches/{second['id']}").json()
    assert (shown["state"], shown["counts"]["changed"]) == ("ready", 1)
    assert "changed meanwhile" in shown["problem"]
    assert commit(caller, second["id"], "again").json()["state"] == "done"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        (csv("x") | {"rule": {"percent": "1", "decimals": 2}}, ""),
        ({"file": {"name": "a.csv"}}, "/file"),
        ({"file": {"name": "a.xlsx", "base64": "%%"}}, "/file/base64"),
        ({"rule": {"percent": "1"}}, "/rule/decimals"),
        ({"rule": {"percent": "1", "amount": "1", "decimals": 2}}, None),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(prices: PriceList, body: dict[str, Any], pointer: str | None) -> None:
    answer = ask(client(CHANGE_PRICES), prices, body)
    assert answer.status_code == 422, answer.content
    assert pointer is None or answer.json()["errors"][0]["pointer"] == pointer
    assert not PriceBatch.objects.exists()


def test_an_unreadable_file_fails_with_its_reason(prices: PriceList) -> None:
    told = ask(client(CHANGE_PRICES), prices, csv("product,name\nMUG,Mug\n")).json()
    assert (told["state"], told["counts"]) == ("failed", None)
    assert told["problem"]


def test_whoever_may_only_look_changes_nothing(prices: PriceList) -> None:
    told = ask(client(CHANGE_PRICES), prices, csv("sku,unit_price\nMUG,7\n")).json()
    for caller in (client(VIEW_PRICES), client()):
        assert ask(caller, prices, csv("sku,unit_price\nMUG,8\n")).status_code == 403
        for path in ("commit", "discard"):
            answer = caller.post(f"/api/v1/price-batches/{told['id']}/{path}", headers={"Idempotency-Key": "k"})
            assert answer.status_code == 403
        for path in ("", "/rows"):
            assert caller.get(f"/api/v1/price-batches/{told['id']}{path}").status_code == 403
    assert PriceBatch.objects.get().state == "ready"
    assert PriceRecord.objects.count() == 2


def test_a_commit_without_a_key_is_refused(prices: PriceList) -> None:
    caller = client(CHANGE_PRICES)
    told = ask(caller, prices, csv("sku,unit_price\nMUG,7\n")).json()
    answer = caller.post(f"/api/v1/price-batches/{told['id']}/commit")
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert caller.get(f"/api/v1/price-batches/{uuid4()}").status_code == 404
    assert caller.get(f"/api/v1/price-batches/{told['id']}/rows?action=none").status_code == 422
