"""Drafts of rebate agreements changed by their author, and what was settled before goods came back."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import DatabaseError
from rest_framework.test import APIClient

from apps.audit.models import EventRecord
from apps.masterdata.models import Product
from apps.pricing.models import RebateAgreement, RebateTier
from apps.pricing.permissions import APPROVE_REBATES, DRAFT_REBATES, VIEW_REBATES
from apps.pricing.selectors.rebates import accounts, exposures
from apps.pricing.services.rebate_agreements import (
    DraftOfAnother,
    RebateCodeTaken,
    RebateRefused,
    approve_rebate,
    change_rebate,
    draft_rebates,
)
from apps.pricing.services.rebate_settlements import NothingToSettle, settle_rebate
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from ordercash.kernel.states import WrongState
from tests.factories.billing import NOW, World, make_world
from tests.factories.masterdata import a_user
from tests.factories.pages import shown, signed_in, told, words
from tests.factories.rebates import ANALYST, APPROVER, TIERS, a_draft, an_agreement, bought, deliver, given_back, totals

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> World:
    world = make_world()
    forget_everything()
    return world


def terms_of(row: RebateAgreement) -> tuple[Sequence[tuple[Decimal, Decimal]], list[str], str, str]:
    row.refresh_from_db()
    skus = sorted(row.products.values_list("product__sku", flat=True))
    return list(row.tiers.values_list("least", "rate")), skus, row.scope, row.settlement


def test_its_author_writes_a_draft_anew(world: World) -> None:
    (row,) = draft_rebates([a_draft(world, skus=["A-1"])], actor=ANALYST, now=NOW)
    kept = RebateTier.objects.get(least=100).pk
    tiers = ((Decimal(100), Decimal(1)), (Decimal(500), Decimal("3.5")))
    changed = a_draft(world, code="RB-2", name="Better", tiers=tiers, settlement="monthly", category="lamps")
    change_rebate(row.pk, draft=changed, actor=ANALYST, now=NOW)
    assert terms_of(row) == (list(tiers), [], "category", "monthly")
    assert (row.code, row.name, row.state, row.author_id) == ("RB-2", "Better", "draft", ANALYST.id)
    # What is the same was not written again.
    assert RebateTier.objects.get(least=100).pk == kept
    change_rebate(row.pk, draft=a_draft(world, skus=["A-1"]), actor=ANALYST, now=NOW)
    assert terms_of(row) == (list(TIERS), ["A-1"], "products", "at_end")
    assert EventRecord.objects.filter(name="pricing.rebate_changed", aggregate_id=row.pk).count() == 2
    approve_rebate(row.pk, actor=APPROVER, now=NOW)
    with pytest.raises(WrongState):
        change_rebate(row.pk, draft=a_draft(world), actor=ANALYST, now=NOW)


def test_nobody_else_writes_in_it(world: World) -> None:
    """Whoever approves it has not written in it."""
    (row,) = draft_rebates([a_draft(world)], actor=ANALYST, now=NOW)
    with pytest.raises(DraftOfAnother):
        change_rebate(row.pk, draft=a_draft(world, name="Mine"), actor=APPROVER, now=NOW)
    with pytest.raises(DatabaseError, match="who wrote it stays"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE pricing_rebateagreement SET author_id = new_id()")
    assert RebateAgreement.objects.get().name == ""


@pytest.mark.parametrize(
    "values",
    [{"tiers": ()}, {"skus": ["NONE"]}, {"tiers": ((Decimal(0), Decimal(101)),)}, {"until_date": date(2026, 1, 1)}, {"customer_id": None}],
)  # fmt: skip
def test_what_makes_no_sense_changes_nothing(world: World, values: dict[str, Any]) -> None:
    (row,) = draft_rebates([a_draft(world)], actor=ANALYST, now=NOW)
    before = terms_of(row)
    with pytest.raises(RebateRefused):
        change_rebate(row.pk, draft=a_draft(world, **values), actor=ANALYST, now=NOW)
    draft_rebates([a_draft(world, code="RB-2")], actor=ANALYST, now=NOW)
    with pytest.raises(RebateCodeTaken):
        change_rebate(row.pk, draft=a_draft(world, code="RB-2", tiers=TIERS[:1]), actor=ANALYST, now=NOW)
    assert terms_of(row) == before


def test_over_the_api(world: World) -> None:
    author, other = APIClient(), APIClient()
    author.force_authenticate(a_user(VIEW_REBATES, DRAFT_REBATES))
    other.force_authenticate(a_user(VIEW_REBATES, DRAFT_REBATES))
    body: dict[str, Any] = {
        "code": "RB-1", "legal_entity": "DE1", "customer": "C-DE1", "currency": "EUR", "from_date": "2026-01-01",
        "tiers": [{"least": "100", "rate": "1"}], "settlement": "monthly",
    }  # fmt: skip
    made = author.post("/api/v1/rebates", body, format="json").json()
    address = f"/api/v1/rebates/{made['id']}"
    better = body | {"tiers": [{"least": "100", "rate": "2"}], "skus": ["A-1"]}
    assert other.put(address, better, format="json").json()["code"] == "draft_of_another"
    changed = author.put(address, better, format="json").json()
    assert changed == made | {"tiers": [{"least": "100", "rate": "2"}], "skus": ["A-1"]}
    wrong = author.put(address, body | {"skus": ["NONE"]}, format="json")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "unknown_product")
    reader = APIClient()
    reader.force_authenticate(a_user(VIEW_REBATES))
    assert reader.put(address, body, format="json").status_code == 403


def test_on_its_page(world: World) -> None:
    form = {
        "code": "RB-7", "name": "", "customer": "C-DE1", "customer_group": "", "legal_entity": "DE1", "currency": "EUR",
        "from_date": "2026-01-01", "until_date": "2027-01-01", "basis": "turnover", "reward": "percent", "is_retrospective": "on",
        "tiers": "100 1\n500 2.5", "skus": "A-1", "category": "", "settlement": "quarterly",
    }  # fmt: skip
    author = signed_in(VIEW_REBATES, DRAFT_REBATES)
    told(author, "/rebates/", verb="draft", **{f"draft-{name}": value for name, value in form.items()})
    row = RebateAgreement.objects.get()
    page = shown(author, f"/rebates/{row.pk}/")
    assert "500 2.5</textarea>" in page and 'value="2027-01-01"' in page
    changed = form | {"tiers": "100 1\n500 3", "skus": ""}
    text = told(
        author, f"/rebates/{row.pk}/", verb="change", **{f"change-{name}": value for name, value in changed.items()}
    )
    assert "Changed." in text
    assert terms_of(row) == ([(100, 1), (500, 3)], [], "everything", "quarterly")
    other = signed_in(VIEW_REBATES, DRAFT_REBATES, APPROVE_REBATES)
    assert "changed by its author" in shown(other, f"/rebates/{row.pk}/")


def test_what_was_settled_before_goods_came_back_is_carried_forward_and_shown(world: World) -> None:
    Product.objects.filter(sku="A-1").update(category="lamps")
    row = an_agreement(world)
    issued = bought(world, 100_000, quantity=2)
    deliver(issued.id)
    settle_rebate(row.pk, actor=SYSTEM, now=NOW)
    deliver(given_back(issued.id, Decimal(1)).id)
    (exposed,) = exposures(list(accounts(only="ahead")), now=NOW)
    assert (exposed.open_minor, exposed.ahead_minor, exposed.is_over) == (-3_500, 3_500, False)
    reader = APIClient()
    reader.force_authenticate(a_user(VIEW_REBATES))
    viewer = signed_in(VIEW_REBATES)
    with time_machine.travel(NOW, tick=False):
        (told_of,) = reader.get("/api/v1/rebates/exposure?only=ahead").json()["items"]
        assert (told_of["open"], told_of["settled_ahead"], told_of["is_over"]) == ("-35.00", "35.00", False)
        assert reader.get("/api/v1/rebates/exposure?only=behind").status_code == 422
        text = words(shown(viewer, f"/rebates/{row.pk}/"))
    assert "EUR 35.00 was settled for goods that came back; it is taken off what is earned next." in text
    with time_machine.travel(datetime(2027, 1, 2, tzinfo=UTC), tick=False):
        viewer = signed_in(VIEW_REBATES)
        assert "the agreement is over: ask it of the customer" in words(shown(viewer, f"/rebates/{row.pk}/"))
        assert "35.00" in words(shown(viewer, "/rebate-exposure/?open=ahead"))
    with pytest.raises(NothingToSettle):
        settle_rebate(row.pk, actor=SYSTEM, now=NOW + timedelta(days=1))
    # What is earned next pays it first.
    deliver(bought(world, 60_000).id)
    (note,) = settle_rebate(row.pk, actor=SYSTEM, now=NOW).issued
    assert (note.net_minor, totals(row)) == (500, [(110_000, 5_500, 5_500)])
    assert not accounts(only="ahead").exists()
