"""The pages of rebates: what they show, and their verbs by role."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from apps.billing.models import Invoice
from apps.pricing.models import RebateAgreement
from apps.pricing.permissions import APPROVE_REBATES, DRAFT_REBATES, SETTLE_REBATES, VIEW_REBATES
from apps.pricing.selectors.rebates import find_agreements
from apps.pricing.services.rebate_agreements import draft_rebates
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything
from tests.factories.billing import NOW, World, make_world
from tests.factories.pages import NASTY, shown, signed_in, told, words
from tests.factories.rebates import ANALYST, a_draft, an_agreement, bought, deliver

pytestmark = pytest.mark.django_db(transaction=True)

FORM = {
    "code": "RB-7", "name": NASTY[:120], "customer": "C-DE1", "customer_group": "", "legal_entity": "DE1", "currency": "EUR",
    "from_date": "2026-01-01", "until_date": "2027-01-01", "basis": "turnover", "reward": "percent", "is_retrospective": "on",
    "tiers": "100 1\n500: 2.5%\n\n", "skus": "A-1", "category": "", "settlement": "quarterly",
}  # fmt: skip


@pytest.fixture
def world() -> World:
    world = make_world()
    forget_everything()
    return world


def send(client: Client, address: str, verb: str, **fields: Any) -> str:
    return told(client, address, verb=verb, **{f"{verb}-{name}": value for name, value in fields.items()})


def test_pages_are_closed_to_others(world: World) -> None:
    stranger = signed_in("orders.view_orders")
    for address in ("/rebates/", "/rebate-exposure/", f"/rebates/{new_id()}/"):
        assert Client().get(address).status_code == 302
        shown(stranger, address, 403)
    shown(signed_in(VIEW_REBATES), f"/rebates/{new_id()}/", 404)


def test_a_draft_is_written_and_approved_by_somebody_else(world: World) -> None:
    analyst = signed_in(VIEW_REBATES, DRAFT_REBATES, APPROVE_REBATES)
    text = send(analyst, "/rebates/", "draft", **FORM)
    row = RebateAgreement.objects.get()
    assert [(tier.least, tier.rate) for tier in row.tiers.all()] == [(100, 1), (500, 2.5)]
    assert "Rebate agreement RB-7" in text and "Somebody else approves what you wrote" in text
    assert "<script>alert" not in shown(analyst, "/rebates/")
    approver = signed_in(VIEW_REBATES, APPROVE_REBATES)
    assert "being counted" in send(approver, f"/rebates/{row.id}/", "approve")
    row.refresh_from_db()
    assert row.state == "approved"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"tiers": "a b"}, "Line 1 of the tiers"), ({"tiers": "1 2\n1e99 5"}, "Line 2 of the tiers"), ({"customer": "NONE"}, "NONE"),
        ({"customer": ""}, "not for both or none"), ({"tiers": "\n"}, "This field is required"), ({"skus": "NONE"}, "NONE"),
        ({"until_date": "2025-01-01"}, "ends before it begins"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(world: World, change: dict[str, str], says: str) -> None:
    client = signed_in(VIEW_REBATES, DRAFT_REBATES)
    sent = {f"draft-{name}": value for name, value in {**FORM, **change}.items()}
    answer = client.post("/rebates/", {"verb": "draft", **sent}, follow=True)
    assert says in words(answer.content.decode())
    assert not RebateAgreement.objects.exists()


def test_an_agreement_shows_its_scale_its_months_and_its_documents(world: World) -> None:
    row = an_agreement(world)
    issued = bought(world, 60_000)
    deliver(issued.id)
    controller = signed_in(VIEW_REBATES, SETTLE_REBATES)
    text = words(shown(controller, f"/rebates/{row.id}/"))
    for expected in (
        "Rebate by what was bought",
        "Earned and settled by month",
        issued.number,
        "18.00",
        "True-up",
        "Everything",
    ):
        assert expected in text, expected
    assert "1 credit note issued." in send(controller, f"/rebates/{row.id}/", "settle")
    note = Invoice.objects.get(about_id=row.id)
    text = words(shown(controller, f"/rebates/{row.id}/"))
    assert (note.number or "") in text and "Nothing is open" in text
    reader = signed_in("billing.view_invoices", VIEW_REBATES)
    assert "RB-1" in words(shown(reader, f"/invoices/{note.id}/"))
    assert reader.get(f"/invoices/{note.id}/pdf").content[:5] == b"%PDF-"


def test_the_exposure_stands_beside_the_ledger(world: World) -> None:
    an_agreement(world)
    an_agreement(world, code="RB-2", basis="quantity", reward="amount_per_unit", tiers=((10, 1), (20, 2)))
    deliver(bought(world, 60_000, quantity=12).id)
    viewer = signed_in(VIEW_REBATES)
    text = words(shown(viewer, "/rebate-exposure/"))
    assert "EUR 30.00" in text and "The ledger's account: 30.00" in text and "EUR 400.00" in text
    assert "RB-2" not in words(shown(viewer, "/rebate-exposure/?q=RB-1&open=open&customer=C-DE1"))
    assert "No" in words(shown(viewer, "/rebate-exposure/?customer=NONE"))


def test_it_ends_early_and_a_draft_is_discarded(world: World) -> None:
    row = an_agreement(world, until_date=date(2190, 1, 1))
    approver = signed_in(VIEW_REBATES, APPROVE_REBATES, DRAFT_REBATES)
    assert "ends tomorrow at the earliest" in send(
        approver, f"/rebates/{row.id}/", "end", until_date="2026-01-02", reason="x"
    )
    assert "does not count any more" in send(
        approver, f"/rebates/{row.id}/", "end", until_date="2180-01-01", reason="They left"
    )
    assert "They left" in words(shown(approver, f"/rebates/{row.id}/"))
    (draft,) = draft_rebates([a_draft(world, code="RB-9")], actor=ANALYST, now=NOW)
    send(approver, f"/rebates/{draft.id}/", "discard")
    assert not RebateAgreement.objects.filter(code="RB-9").exists()
    assert [hit.title for hit in find_agreements("rb-1", 5)] == ["RB-1"]


def test_a_viewer_changes_nothing(world: World) -> None:
    row = an_agreement(world)
    deliver(bought(world, 60_000).id)
    viewer = signed_in(VIEW_REBATES)
    for verb in ("settle", "end"):
        assert viewer.post(f"/rebates/{row.id}/", {"verb": verb}).status_code == 403
    assert viewer.post("/rebates/", {"verb": "draft"}).status_code == 403
    assert not Invoice.objects.filter(kind="credit_note").exists()
