"""Rebates counted, settled and proven, on real invoices."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from apps.audit.models import Job
from apps.billing.contract import ApplicationRequest, CreditRequest, apply_cash, credit_lines
from apps.billing.models import Invoice, InvoiceLine
from apps.exceptions.models import Case, CaseReason
from apps.ledger.models import Account, JournalEntry
from apps.masterdata.models import Currency, Customer, CustomerGroup, ExchangeRate, Product
from apps.operations.selectors.prove import prove
from apps.pricing.models import RebateAccrual, RebateAgreement
from apps.pricing.services.rebate_agreements import (
    RebateCodeTaken,
    RebateRefused,
    SelfApproval,
    approve_rebate,
    discard_rebate,
    draft_rebates,
    end_rebate,
)
from apps.pricing.services.rebate_catch_up import catch_up, retry_rebates
from apps.pricing.services.rebate_settlements import NothingToSettle, settle_due, settle_rebate
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything
from ordercash.kernel.states import WrongState
from ordercash.kernel.transactions import writes
from ordercash.subscriptions import accrue_invoiced
from tests.factories.billing import NEXT_DAY, NOW, World, balance, counted_statements, make_customer, make_world
from tests.factories.rebates import (
    ANALYST,
    APPROVER,
    TIERS,
    a_draft,
    an_agreement,
    bought,
    deliver,
    given_back,
    totals,
)

pytestmark = pytest.mark.django_db(transaction=True)

OVER = datetime(2027, 1, 5, 9, tzinfo=UTC)
D = Decimal


@pytest.fixture
def world() -> World:
    return make_world()


def proven() -> None:
    broken = [
        equality
        for equality in prove().equalities
        if not equality.holds and equality.code[:2] in {"03", "04", "05", "06", "10", "11", "13"}
    ]
    assert not [
        (equality.code, row)
        for equality in broken
        for row in equality.rows
        if equality.code[:2] != "11" or "invoice" in row.detail
    ]


def kinds(agreement: RebateAgreement) -> list[tuple[str, int]]:
    rows = RebateAccrual.objects.filter(account__agreement=agreement).order_by("id")
    return list(rows.values_list("kind", "amount_minor"))


def test_invoices_accrue_and_reaching_a_tier_trues_up(world: World) -> None:
    agreement = an_agreement(world)
    first, second = bought(world, 20_000), bought(world, 20_000, 20_000)
    assert deliver(first.id, second.id).counted == 3
    assert kinds(agreement) == [("accrual", 200), ("accrual", 200), ("accrual", 600), ("true_up", 800)]
    assert totals(agreement) == [(60_000, 1_800, 0)]
    assert (balance("rebates_granted"), balance("rebates_payable")) == (1_800, -1_800)
    proven()


def test_a_document_delivered_again_counts_nothing(world: World) -> None:
    agreement = an_agreement(world)
    issued = bought(world, 20_000)
    note = given_back(issued.id, D("0.5"))
    for _ in range(3):
        deliver(note.id)
        deliver(issued.id, note.id)
    assert totals(agreement) == [(10_000, 100, 0)]
    assert JournalEntry.objects.filter(kind="rebate_accrual").count() == 1


def test_a_return_reverses_in_proportion_and_trues_down(world: World) -> None:
    agreement = an_agreement(world)
    issued = bought(world, 60_000, quantity=3)
    deliver(issued.id)
    deliver(given_back(issued.id, D(1)).id)
    assert kinds(agreement) == [("accrual", 1_800), ("reversal", -600), ("true_up", -800)]
    assert totals(agreement) == [(40_000, 400, 0)]
    assert balance("rebates_payable") == -400
    proven()


def test_a_credit_without_quantity_lowers_the_turnover(world: World) -> None:
    agreement = an_agreement(world)
    issued = bought(world, 20_000)
    line = InvoiceLine.objects.get(invoice_id=issued.id)
    outcome = writes(credit_lines)([CreditRequest("bonus:1", line.id, D(0), 5_000)], issued_at=NOW, actor=SYSTEM)
    deliver(issued.id, outcome.issued[0].id)
    assert totals(agreement) == [(15_000, 150, 0)]


def test_only_what_the_agreement_covers_counts(world: World) -> None:
    other = Product.objects.create(sku="B-1", name="Bulb", unit_id="C62")
    customer_id, bill_to_id = make_customer(code="C-OTHER")
    named = an_agreement(world, skus=["A-1"])
    early = an_agreement(world, code="RB-2", from_date=date(2026, 3, 3))
    documents = [
        bought(world, 10_000, product_id=other.id), bought(world, 10_000), bought(world, 10_000, currency="EUR"),
        bought(world, 99_000, customer_id=customer_id, bill_to_id=bill_to_id),
    ]  # fmt: skip
    deliver(*(document.id for document in documents))
    assert totals(named) == [(20_000, 200, 0)] and totals(early) == []


def test_a_category_counts(world: World) -> None:
    Product.objects.create(sku="B-1", name="Bulb", unit_id="C62", category="bulbs")
    Product.objects.filter(sku="A-1").update(category="lamps")
    lamps, bulbs = an_agreement(world, category="lamps"), an_agreement(world, code="RB-2", category="bulbs")
    deliver(bought(world, 20_000).id)
    assert (totals(lamps), totals(bulbs)) == ([(20_000, 200, 0)], [])


def test_each_customer_of_a_group_has_an_account(world: World) -> None:
    group = CustomerGroup.objects.create(code="wholesale")
    Customer.objects.filter(pk=world.customer_id).update(group=group)
    customer_id, bill_to_id = make_customer(code="C-TWO", group=group)
    agreement = an_agreement(world, customer_id=None, customer_group_id=group.id)
    deliver(bought(world, 20_000).id, bought(world, 50_000, customer_id=customer_id, bill_to_id=bill_to_id).id)
    assert sorted(totals(agreement)) == [(20_000, 200, 0), (50_000, 1_500, 0)]
    # Who has left the group keeps what he earned, and what he gives back is taken from it.
    issued = Invoice.objects.get(customer_id=world.customer_id)
    Customer.objects.filter(pk=world.customer_id).update(group=None)
    deliver(given_back(issued.id, D("0.5")).id, bought(world, 77_000).id)
    assert sorted(totals(agreement)) == [(10_000, 100, 0), (50_000, 1_500, 0)]


def test_quantity_and_slices(world: World) -> None:
    per_unit = an_agreement(
        world, basis="quantity", reward="amount_per_unit", is_retrospective=False, tiers=((D(10), D("0.5")), (D(20), D("0.75"))),
    )  # fmt: skip
    deliver(bought(world, 1_000, quantity=15).id)
    deliver(bought(world, 1_000, quantity=15).id)
    assert kinds(per_unit) == [("accrual", 250), ("accrual", 1_000)]
    proven()


def test_what_was_invoiced_before_the_approval_is_counted_by_the_job(world: World) -> None:
    issued = bought(world, 60_000, quantity=2)
    note = given_back(issued.id, D(1))
    agreement = an_agreement(world)
    assert Job.objects.get(job="pricing.catch_up_rebates").arguments == {"agreement_id": str(agreement.id)}
    deliver(note.id)  # a credit may come first: its invoice line comes with it
    for _ in range(2):
        assert catch_up(agreement.id, actor=SYSTEM, now=NOW)
    assert totals(agreement) == [(30_000, 300, 0)]


def test_settled_by_a_credit_note_that_names_the_agreement(world: World) -> None:
    agreement = an_agreement(world)
    deliver(bought(world, 40_000, 20_000).id, bought(world, 60_000, tax_rate=D(7), tax_minor=4_200).id)
    (note,) = settle_rebate(agreement.id, actor=SYSTEM, now=NOW).issued
    document = Invoice.objects.get(pk=note.document_id)
    assert (document.kind, document.about_kind, document.about_id) == ("credit_note", "rebate_agreement", agreement.id)
    assert (document.net_minor, document.tax_minor, document.open_minor) == (6_000, 780, 6_780)
    assert "RB-1" in document.reason
    assert totals(agreement) == [(120_000, 6_000, 6_000)]
    assert (balance("rebates_granted"), balance("rebates_payable")) == (6_000, 0)
    proven()
    with pytest.raises(NothingToSettle):
        settle_rebate(agreement.id, actor=SYSTEM, now=NOW)


def test_the_credit_note_pays_an_invoice(world: World) -> None:
    agreement = an_agreement(world)
    issued = bought(world, 100_000)
    deliver(issued.id)
    (note,) = settle_rebate(agreement.id, actor=SYSTEM, now=NOW).issued
    wanted = ApplicationRequest("use:1", issued.id, credit_note_id=note.document_id)
    assert not writes(apply_cash)([wanted], now=NOW, actor=SYSTEM).refused
    assert Invoice.objects.get(pk=issued.id).open_minor == 119_000 - 5_950
    proven()


def test_later_earnings_take_into_account_what_was_settled(world: World) -> None:
    agreement = an_agreement(world)
    deliver(bought(world, 40_000).id)
    settle_rebate(agreement.id, actor=SYSTEM, now=NOW)
    deliver(bought(world, 60_000).id)
    (note,) = settle_rebate(agreement.id, actor=SYSTEM, now=NOW).issued
    assert note.net_minor == 5_000 - 400
    assert totals(agreement) == [(100_000, 5_000, 5_000)]
    proven()


def test_what_comes_back_after_its_settlement_is_taken_off_the_next_one(world: World) -> None:
    agreement = an_agreement(world)
    issued = bought(world, 100_000, quantity=2)
    deliver(issued.id)
    settle_rebate(agreement.id, actor=SYSTEM, now=NOW)
    deliver(given_back(issued.id, D(1)).id)
    assert totals(agreement) == [(50_000, 1_500, 5_000)] and balance("rebates_payable") == 3_500
    with pytest.raises(NothingToSettle):
        settle_rebate(agreement.id, actor=SYSTEM, now=NOW)
    deliver(bought(world, 60_000).id)
    (note,) = settle_rebate(agreement.id, actor=SYSTEM, now=NOW).issued
    assert note.net_minor == 500
    proven()


def test_the_job_settles_what_is_due_once(world: World) -> None:
    monthly = an_agreement(world, settlement="monthly")
    yearly = an_agreement(world, code="RB-2", settlement="at_end")
    deliver(bought(world, 20_000).id)
    assert settle_due(actor=SYSTEM, now=NOW).issued == ()
    april = datetime(2026, 4, 2, 9, tzinfo=UTC)
    assert len(settle_due(actor=SYSTEM, now=april).issued) == 1
    assert settle_due(actor=SYSTEM, now=april).issued == ()
    assert (totals(monthly), totals(yearly)) == ([(20_000, 200, 200)], [(20_000, 200, 0)])
    assert len(settle_due(actor=SYSTEM, now=OVER).issued) == 1
    assert totals(yearly) == [(20_000, 200, 200)]
    proven()


def test_a_period_settles_only_what_it_earned(world: World) -> None:
    agreement = an_agreement(world, settlement="monthly")
    later = datetime(2026, 4, 1, 9, tzinfo=UTC)
    deliver(bought(world, 20_000).id, bought(world, 30_000, at=later).id)
    assert totals(agreement) == [(50_000, 1_500, 0)]
    (note,) = settle_due(actor=SYSTEM, now=later).issued
    assert note.net_minor == 200
    assert RebateAccrual.objects.get(kind="settlement").until_date == date(2026, 4, 1)
    (note,) = settle_due(actor=SYSTEM, now=later + timedelta(days=30)).issued
    assert (note.net_minor, totals(agreement)) == (1_300, [(50_000, 1_500, 1_500)])
    proven()


def test_a_missing_rate_sets_one_agreement_aside_and_the_others_go_on(world: World) -> None:
    Currency.objects.get_or_create(code="USD", defaults={"name": "US dollar", "decimals": 2})
    forget_everything()
    dollars, euros = an_agreement(world, code="RB-USD", currency="USD"), an_agreement(world)
    rate = ExchangeRate.objects.create(base_id="USD", quote_id="EUR", rate_date="2026-01-01", rate=D("0.9"))
    forget_everything()
    first = bought(world, 20_000, currency="USD")
    rate.delete()
    forget_everything()
    outcome = deliver(first.id, bought(world, 20_000).id)
    assert outcome.refused == {dollars.id}
    assert (totals(dollars), totals(euros)) == ([(0, 0, 0)], [(20_000, 200, 0)])
    case = Case.objects.get()
    assert (case.subject_kind, case.subject_id, case.currency, case.state) == (
        "rebate_agreement",
        dollars.id,
        "USD",
        "open",
    )
    assert CaseReason.objects.get().code == "rate_missing"
    assert retry_rebates([dollars.id], note="", actor=SYSTEM, now=NOW)[dollars.id].startswith("It cannot")
    ExchangeRate.objects.create(base_id="USD", quote_id="EUR", rate_date="2026-01-01", rate=D("0.9"))
    forget_everything()
    assert retry_rebates([dollars.id], note="", actor=SYSTEM, now=NOW) == {dollars.id: "Posted."}
    assert totals(dollars) == [(20_000, 200, 0)]
    assert Case.objects.get().state == "resolved"
    assert RebateAgreement.objects.get(pk=dollars.id).set_aside_at is None


def test_a_missing_account_sets_a_settlement_aside(world: World) -> None:
    agreement = an_agreement(world)
    deliver(bought(world, 20_000).id)
    Account.objects.filter(role="receivable").update(role="other")
    assert settle_due(actor=SYSTEM, now=OVER).refused == {agreement.id}
    assert totals(agreement) == [(20_000, 200, 0)]
    assert CaseReason.objects.get().code == "account_missing"
    Account.objects.filter(role="other").update(role="receivable")
    assert retry_rebates([agreement.id], note="", actor=SYSTEM, now=OVER) == {agreement.id: "Posted."}
    assert totals(agreement) == [(20_000, 200, 200)]
    assert Case.objects.get().state == "resolved"


def test_nobody_approves_what_he_wrote(world: World) -> None:
    (row,) = draft_rebates([a_draft(world)], actor=ANALYST, now=NOW)
    with pytest.raises(SelfApproval):
        approve_rebate(row.id, actor=ANALYST, now=NOW)
    assert RebateAgreement.objects.get().state == "draft"
    approve_rebate(row.id, actor=APPROVER, now=NOW)
    with pytest.raises(WrongState):
        approve_rebate(row.id, actor=APPROVER, now=NOW)


def test_a_draft_counts_nothing_and_may_be_discarded(world: World) -> None:
    (row,) = draft_rebates([a_draft(world)], actor=ANALYST, now=NOW)
    assert deliver(bought(world, 20_000).id).counted == 0
    with pytest.raises(RebateCodeTaken):
        draft_rebates([a_draft(world)], actor=ANALYST, now=NOW)
    discard_rebate(row.id, actor=ANALYST, now=NOW)
    assert not RebateAgreement.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"currency": "XXX"}, {"tiers": ()}, {"skus": ["NONE"]}, {"tiers": ((D(0), D(101)),)}, {"until_date": date(2026, 1, 1)},
        {"customer_id": None}, {"until_date": None},
        {"skus": ["A-1"], "category": "lamps"}, {"tiers": ((D(1), D(1)), (D(1), D(2)))}, {"tiers": ((D(-1), D(1)),)},
        {"is_retrospective": False, "basis": "quantity"},
    ],
)  # fmt: skip
def test_a_draft_that_makes_no_sense_is_refused(world: World, values: dict[str, object]) -> None:
    with pytest.raises(RebateRefused):
        draft_rebates([a_draft(world, **values)], actor=ANALYST, now=NOW)
    assert not RebateAgreement.objects.exists()


def test_ended_early_counts_until_then(world: World) -> None:
    agreement = an_agreement(world)
    for day, reason in ((date(2026, 3, 2), "x"), (date(2027, 1, 1), "x"), (date(2026, 4, 1), " ")):
        with pytest.raises(RebateRefused):
            end_rebate(agreement.id, until_date=day, reason=reason, actor=APPROVER, now=NOW)
    end_rebate(agreement.id, until_date=date(2026, 3, 3), reason="The customer left", actor=APPROVER, now=NOW)
    deliver(bought(world, 20_000).id, bought(world, 20_000, at=NEXT_DAY + timedelta(hours=9)).id)
    assert RebateAgreement.objects.get().state == "ended"
    assert settle_due(actor=SYSTEM, now=NOW).issued == ()
    assert len(settle_due(actor=SYSTEM, now=NEXT_DAY + timedelta(days=2)).issued) == 1


def test_statements_do_not_grow_with_the_lines(world: World) -> None:
    an_agreement(world)
    an_agreement(world, code="RB-2", tiers=TIERS[:1])

    deliver(bought(world, 20_000).id)

    def statements(count: int) -> int:
        issued = bought(world, *([100] * count))
        with counted_statements() as sent:
            deliver(issued.id)
        return len(sent)

    statements(1)
    assert statements(2) == statements(60) <= 18


def test_statements_of_a_settlement_do_not_grow_with_the_accounts(world: World) -> None:
    def statements(number: int, count: int) -> int:
        group = CustomerGroup.objects.create(code=f"group-{number}")
        agreement = an_agreement(world, code=f"RB-{number}", customer_id=None, customer_group_id=group.id)
        for place in range(count):
            customer_id, bill_to_id = make_customer(code=f"C-{number}-{place}", group=group)
            deliver(bought(world, 20_000, customer_id=customer_id, bill_to_id=bill_to_id).id)
        with counted_statements() as sent:
            assert len(settle_rebate(agreement.id, actor=SYSTEM, now=NOW).issued) == count
        return len(sent)

    statements(1, 1)
    assert statements(2, 2) == statements(3, 12) <= 30


def test_without_an_agreement_events_cost_one_statement(world: World) -> None:
    bought(world, 1_000)
    with counted_statements() as sent:
        accrue_invoiced([])
    assert len(sent) == 1
    draft_rebates([a_draft(world)], actor=ANALYST, now=NOW)
    with counted_statements() as sent:
        accrue_invoiced([])
    assert len(sent) == 1


def test_unknown_documents_and_agreements_are_nothing(world: World) -> None:
    assert deliver(new_id()).counted == 0
    assert catch_up(new_id(), actor=SYSTEM, now=NOW)
