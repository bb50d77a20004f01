"""Costs: what a file comes to, all of it or nothing; the pages and the API, and who may."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.pricing.decisions.cost_plan import CostRow, PresentCost, plan_costs
from apps.pricing.models import CostRecord
from apps.pricing.permissions import CHANGE_COSTS, VIEW_COSTS
from apps.pricing.services.cost_files import CostFileRefused, CostsStale, import_costs, look_at_costs
from tests.factories.masterdata import NOW, a_currency, a_product, an_actor, an_entity
from tests.factories.pages import NASTY, shown, signed_in, told, words
from tests.factories.pricing import SINCE
from tests.factories.web import make_user
from tests.pricing.test_api import client

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(days=1)
KEY = (uuid4(), None, "GBP")


def a_row(cost: str, begins: datetime | None = None, until: datetime | None = None, row: int = 2) -> CostRow:
    return CostRow(row, "MUG", "GBP", "", KEY, Decimal(cost), begins, until)


def a_cost(sku: str, cost: str, **values: Any) -> CostRecord:
    plain = {"valid_from_at": SINCE, "currency": a_currency(), "unit_cost": Decimal(cost)}
    return CostRecord.objects.create(product=a_product(sku), **(plain | values))


@pytest.mark.parametrize(
    ("row", "action", "code", "until"),
    [
        (a_row("2"), "unchanged", "", None),
        (a_row("3"), "changed", "", LATER),
        (a_row("3", LATER), "refused", "cost_overlap", None),
        (a_row("3", NOW - timedelta(days=1)), "refused", "in_the_past", None),
        (a_row("3", NOW, NOW), "refused", "ends_before_it_begins", None),
        (a_row("3", NOW, LATER + timedelta(days=1)), "refused", "cost_overlap", None),
        (a_row("3", LATER + timedelta(days=9)), "changed", "", None),
    ],
)
def test_a_row_comes_to_what_the_present_costs_allow(
    row: CostRow, action: str, code: str, until: datetime | None
) -> None:
    present = [PresentCost(uuid4(), Decimal(2), SINCE, LATER), PresentCost(uuid4(), Decimal(5), LATER, None)]
    (found,) = plan_costs([row], {KEY: present}, now=NOW).told
    assert (found.action, found.code) == (action, code)
    assert until is None or found.until == until


def test_two_rows_for_the_same_time_are_refused() -> None:
    plan = plan_costs([a_row("3"), a_row("4", row=3)], {}, now=NOW)
    assert [(each.action, each.code) for each in plan.told] == [("new", ""), ("refused", "cost_overlap")]


FILE = b"sku,currency,unit_cost,legal_entity,valid_from\nMUG,GBP,2.5,,\nPOT,GBP,9,UK01,2026-12-01\n"


def test_a_file_is_carried_out_as_it_was_looked_at() -> None:
    old = a_cost("MUG", "2")
    a_product("POT")
    an_entity("UK01")
    plan = look_at_costs(FILE, zone="Europe/London", now=NOW)
    assert plan.counts == {"new": 1, "changed": 1, "unchanged": 0, "refused": 0}
    assert CostRecord.objects.count() == 1
    import_costs(FILE, zone="Europe/London", looked_at=plan.fingerprint, actor=an_actor(), now=LATER)
    old.refresh_from_db()
    assert old.valid_until_at == LATER
    rows = CostRecord.objects.exclude(pk=old.pk).order_by("unit_cost").values_list("unit_cost", "valid_from_at")
    assert list(rows) == [(Decimal("2.5"), LATER), (Decimal(9), datetime(2026, 12, 1, tzinfo=UTC))]
    with pytest.raises(CostsStale):
        import_costs(FILE, zone="Europe/London", looked_at=plan.fingerprint, actor=an_actor(), now=LATER)


def test_refused_rows_write_nothing() -> None:
    a_cost("MUG", "2")
    file = b"sku,currency,unit_cost,legal_entity\nMUG,GBP,3,\nNOPE,GBP,1,\nMUG,XXX,1,\nMUG,GBP,-1,\nMUG,GBP,1,ZZ\nMUG,GBP,=1,\n"
    plan = look_at_costs(file, zone="UTC", now=NOW)
    refused = [(each.row, each.column, each.code) for each in plan.told if each.action == "refused"]
    assert refused == [
        (3, "sku", "unknown_product"), (4, "currency", "unknown_currency"), (5, "unit_cost", "too_small"),
        (6, "legal_entity", "unknown_legal_entity"), (7, "unit_cost", "formula"),
    ]  # fmt: skip
    with pytest.raises(CostFileRefused):
        import_costs(file, zone="UTC", looked_at="", actor=an_actor(), now=NOW)
    assert CostRecord.objects.count() == 1


def upload(browser: Client, text: str) -> str:
    file = SimpleUploadedFile("costs.csv", text.encode(), content_type="text/csv")
    return browser.post("/costs/import/", {"verb": "look", "file": file}).content.decode()


def hidden(html: str) -> dict[str, str]:
    return {name: re.search(f'name="{name}" value="([^"]*)"', html)[1] for name in ("content", "looked_at", "name")}  # type: ignore[index]


def test_a_file_is_looked_at_on_its_page_and_carried_out() -> None:
    a_cost("MUG", "2")
    browser = signed_in(VIEW_COSTS, CHANGE_COSTS)
    assert "Columns: sku" in words(shown(browser, "/costs/import/"))
    page = upload(browser, "sku,currency,unit_cost\nMUG,GBP,2.75\n")
    assert "Nothing is written yet" in page
    for part in ("costs.csv", "Changed", "2.00", "2.75", "Carry out"):
        assert part in words(page)
    assert CostRecord.objects.count() == 1
    assert "Costs are kept: 0 new, 1 changed." in told(browser, "/costs/import/", verb="carry_out", **hidden(page))
    stale = browser.post("/costs/import/", {"verb": "carry_out", **hidden(page)})
    assert stale.status_code == 409
    assert "Costs were changed meanwhile" in words(stale.content.decode())
    assert CostRecord.objects.count() == 2


def test_a_file_that_cannot_be_used_says_why() -> None:
    browser = signed_in(VIEW_COSTS, CHANGE_COSTS)
    assert "missing: currency, unit_cost" in words(upload(browser, "sku\nMUG\n"))
    page = upload(browser, f'sku,currency,unit_cost\n"{NASTY.replace(chr(34), chr(34) * 2)}",GBP,1\n')
    assert "There is no such product." in words(page)
    assert 'value="carry_out"' not in page
    assert browser.post("/costs/import/", {"verb": "look"}).status_code == 422
    assert browser.post("/costs/import/", {"verb": "carry_out", "content": "%"}).status_code == 422


def test_costs_are_listed_added_by_hand_and_ended() -> None:
    a_cost("MUG", "2.5", legal_entity=an_entity("UK01"))
    a_cost("OLD", "1", valid_until_at=SINCE.replace(year=2021))
    browser = signed_in(VIEW_COSTS, CHANGE_COSTS)
    text = words(shown(browser, "/costs/"))
    assert "2.50" in text
    assert "OLD" not in text
    assert "OLD" in words(shown(browser, "/costs/?valid=all"))
    assert "MUG" not in words(shown(browser, "/costs/?q=po"))
    a_product("CUP")
    values = {"add-sku": "CUP", "add-unit_cost": "1.25", "add-currency": "GBP"}
    assert "The cost of CUP is added." in told(browser, "/costs/", verb="add", **values)
    assert "A cost for this time exists already" in told(browser, "/costs/", verb="add", **values)
    row = CostRecord.objects.get(product__sku="CUP")
    assert "The cost is ended." in told(browser, "/costs/", verb="end", ids=str(row.pk), **{"end-until_at": ""})
    row.refresh_from_db()
    assert row.valid_until_at is not None


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_costs_are_taken_out_as_a_file_that_changes_nothing_when_it_comes_back(kind: str) -> None:
    a_cost("MUG", "2.5", legal_entity=an_entity("UK01"))
    answer = signed_in(VIEW_COSTS).get(f"/costs/file?as={kind}")
    content = b"".join(answer.streaming_content) if kind == "csv" else answer.content
    assert look_at_costs(content, zone="UTC", now=NOW).counts["unchanged"] == 1


def test_whoever_may_only_look_changes_nothing() -> None:
    row = a_cost("MUG", "2")
    for browser in (signed_in(VIEW_COSTS), signed_in()):
        for address, verb in (("/costs/", "add"), ("/costs/", "end"), ("/costs/import/", "look")):
            assert browser.post(address, {"verb": verb, "ids": str(row.pk)}).status_code == 403
        shown(browser, "/costs/import/", 403)
    shown(signed_in(), "/costs/", 403)
    shown(signed_in(), "/costs/file", 403)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user(VIEW_COSTS, CHANGE_COSTS))
    assert strict.post("/costs/", {"verb": "end", "ids": str(row.pk)}).status_code == 403
    row.refresh_from_db()
    assert row.valid_until_at is None
    assert CostRecord.objects.count() == 1


def test_a_file_of_costs_over_the_api() -> None:
    a_cost("MUG", "2")
    caller = client(CHANGE_COSTS)
    body = {"text": "sku,currency,unit_cost\nMUG,GBP,3\n"}
    look = caller.post(
        "/api/v1/costs/import", body | {"dry_run": True}, format="json", headers={"Idempotency-Key": "a"}
    )
    assert look.status_code == 200, look.content
    assert look.json()["counts"] == {"new": 0, "changed": 1, "unchanged": 0, "refused": 0}
    assert CostRecord.objects.count() == 1
    sent = body | {"looked_at": look.json()["looked_at"]}
    done = caller.post("/api/v1/costs/import", sent, format="json", headers={"Idempotency-Key": "b"})
    assert (done.status_code, done.json()["is_done"]) == (200, True)
    again = caller.post("/api/v1/costs/import", sent, format="json", headers={"Idempotency-Key": "b"})
    assert again.content == done.content
    stale = caller.post("/api/v1/costs/import", sent, format="json", headers={"Idempotency-Key": "c"})
    assert (stale.status_code, stale.json()["code"]) == (409, "costs_stale")
    bad = caller.post(
        "/api/v1/costs/import", {"text": "sku,currency,unit_cost\nNO,GBP,3\n"}, format="json", headers={"Idempotency-Key": "d"}
    )  # fmt: skip
    assert (bad.status_code, bad.json()["code"]) == (422, "cost_file_refused")
    refused = client(VIEW_COSTS).post("/api/v1/costs/import", body, format="json", headers={"Idempotency-Key": "e"})
    assert refused.status_code == 403
    assert CostRecord.objects.count() == 2
