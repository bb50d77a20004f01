"""Deliveries that the ledger cannot take: set aside with a case, invoiced when the cause is gone."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.billing.contract import invoice_obligations, oblige, why_set_aside
from apps.billing.models import BillingObligation, Invoice
from apps.billing.services.invoicing import invoice_set_aside
from apps.exceptions.contract import CaseFacts, cases_of
from apps.exceptions.models import Case, CaseReason
from apps.ledger.models import Account
from apps.masterdata.models import Currency, ExchangeRate
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from tests.factories.billing import NEXT_DAY, NOW, World, counted_statements, invoice, make_shipment, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    Currency.objects.get_or_create(code="USD", defaults={"name": "US dollar", "decimals": 2})
    return make_world()


def know_the_rate() -> None:
    ExchangeRate.objects.create(base_id="USD", quote_id="EUR", rate_date="2026-01-01", rate=Decimal("0.9"))
    forget_everything()


def open_case() -> CaseFacts:
    case = Case.objects.get(state="open")
    return cases_of(case.subject_kind, [case.subject_id])[case.subject_id]


def test_what_cannot_be_posted_is_set_aside_and_its_neighbours_go_on(world: World) -> None:
    stuck, fine = make_shipment(world, [1000, 500], currency="USD"), make_shipment(world, [100])
    (issued,) = invoice([*stuck, *fine], order_ids=[stuck[0].order_id, fine[0].order_id])
    assert issued.order_ids == (fine[0].order_id,)
    case = open_case()
    assert (case.subject_kind, case.subject_id) == ("shipment", stuck[0].shipment_id)
    assert (case.money_at_risk_minor, case.currency, case.queue) == (1785, "USD", "finance")
    (reason,) = case.reasons
    assert reason.code == "rate_missing"
    assert "USD to EUR" in reason.detail["why"]
    assert why_set_aside([stuck[0].order_id, fine[0].order_id]) == {stuck[0].order_id: reason.detail["why"]}
    assert set(BillingObligation.objects.filter(currency="USD").values_list("state", flat=True)) == {"owed"}


def test_trying_again_in_vain_adds_nothing(world: World) -> None:
    invoice(make_shipment(world, [1000], currency="USD"))
    for hours in (1, 2):
        assert invoice([], now=NOW + timedelta(hours=hours), dated="supply") == []
    assert (Case.objects.count(), CaseReason.objects.count()) == (1, 1)


def test_it_is_invoiced_and_its_case_closed_when_the_cause_is_gone(world: World) -> None:
    invoice(make_shipment(world, [1000], currency="USD"))
    know_the_rate()
    (issued,) = invoice([])
    assert Invoice.objects.get().currency == issued.currency == "USD"
    case = Case.objects.get()
    assert (case.state, case.resolution) == ("resolved", "invoice")


def test_a_case_shows_the_cause_that_stands_now(world: World) -> None:
    invoice(make_shipment(world, [1000], currency="USD"))
    know_the_rate()
    Account.objects.filter(role="revenue").delete()
    assert invoice([]) == []
    states = dict(CaseReason.objects.values_list("code", "state"))
    assert states == {"rate_missing": "resolved", "account_missing": "open"}


def test_a_collected_day_is_one_case(world: World) -> None:
    days = [make_shipment(world, [100], currency="USD", invoicing="per_day") for _ in range(2)]
    assert invoice([*days[0], *days[1]], modes=("per_day",), now=NEXT_DAY) == []
    case = open_case()
    assert case.subject_kind == "collected_day"
    know_the_rate()
    (issued,) = invoice_set_aside([case.subject_id], now=NEXT_DAY, actor=SYSTEM)
    assert issued.net_minor == 200
    assert not Case.objects.filter(state="open").exists()


def test_what_is_set_aside_never_takes_the_place_of_the_others(world: World) -> None:
    early = NOW - timedelta(hours=3)
    invoice([draft for _ in range(3) for draft in make_shipment(world, [9], currency="USD", occurred_at=early)])
    oblige(make_shipment(world, [100]))
    (issued,) = invoice([], limit=1)
    assert issued.net_minor == 100


def test_every_one_that_is_set_aside_is_tried_in_turn(world: World) -> None:
    invoice([draft for _ in range(3) for draft in make_shipment(world, [9], currency="USD")])
    for minute in range(1, 4):
        now = NOW + timedelta(minutes=minute)
        assert invoice_obligations(until=NEXT_DAY, now=now, actor=SYSTEM, limit=1) == []
    tried = BillingObligation.objects.values_list("set_aside_at", flat=True)
    assert sorted(tried) == [NOW + timedelta(minutes=minute) for minute in (1, 2, 3)]


def test_statements_do_not_grow_with_what_is_set_aside(world: World) -> None:
    def statements(count: int) -> int:
        drafts = [draft for _ in range(count) for draft in make_shipment(world, [9], currency="USD")]
        order_ids = [draft.order_id for draft in drafts]
        with counted_statements() as queries:
            invoice(drafts, order_ids=order_ids)
        return len(queries)

    statements(1)
    assert statements(2) == statements(40)
