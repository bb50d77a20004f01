"""Payments, their application, write-offs and the sandbox collector."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.audit.models import EventRecord
from apps.billing.contract import (
    ApplicationRequest,
    CreditRequest,
    ExposureKey,
    WriteOffRequest,
    apply_cash,
    collect_due,
    credit_lines,
    exposures,
    record_payments,
    write_off,
)
from apps.billing.models import Invoice, InvoiceLine, Payment, Settlement
from apps.ledger.models import JournalEntry, Posting
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.billing import (
    LATER,
    NOW,
    World,
    balance,
    counted_statements,
    in_transaction,
    invoice,
    invoice_of,
    make_customer,
    make_payment,
    make_shipment,
    make_world,
    pay,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def use(**values: Any) -> Any:
    request = ApplicationRequest(source_ref=values.pop("source_ref", f"use:{new_id()}"), **values)
    return in_transaction(lambda: apply_cash([request], now=LATER, actor=SYSTEM))


def test_an_exact_payment_settles_the_invoice(world: World) -> None:
    issued = invoice_of(world)
    outcome = pay(world, 11_900, invoice_ids=[issued.id])
    assert (outcome.applied_minor, outcome.unapplied_minor, outcome.remarks) == (11_900, 0, ())
    assert [(part.invoice_number, part.amount_minor, part.settled) for part in outcome.applications] == [
        (issued.number, 11_900, True)
    ]
    assert Invoice.objects.get().state == "settled"
    assert (balance("cash"), balance("receivable"), balance("unapplied_cash")) == (11_900, 0, 0)
    account = ExposureKey(world.legal_entity_id, world.customer_id, "EUR")
    assert exposures([account])[account].invoices_minor == 0
    names = list(
        EventRecord.objects.filter(thread_id=issued.order_ids[0]).order_by("seq").values_list("name", flat=True)
    )
    assert names == ["billing.invoice_issued", "billing.payment_applied", "billing.invoice_settled"]


def test_a_partial_payment_leaves_the_rest_open(world: World) -> None:
    issued = invoice_of(world)
    pay(world, 4000, invoice_numbers=[issued.number])
    pay(world, 5000, invoice_ids=[issued.id])
    document = Invoice.objects.get()
    assert (document.state, document.open_minor) == ("issued", 2900)
    assert not EventRecord.objects.filter(name="billing.invoice_settled").exists()


def test_an_overpayment_stays_visible(world: World) -> None:
    first, second = invoice_of(world, 1000), invoice_of(world, 2000)
    outcome = pay(world, 5000, invoice_ids=[second.id, first.id])
    assert [part.amount_minor for part in outcome.applications] == [2380, 1190]
    assert outcome.unapplied_minor == Payment.objects.get().unapplied_minor == 1430
    assert balance("unapplied_cash") == -1430


def test_a_payment_may_name_nothing_and_nobody(world: World) -> None:
    outcome = pay(world, 500, customer_id=None)
    assert (outcome.unapplied_minor, outcome.customer_id) == (500, None)
    assert Posting.objects.get(account__role="unapplied_cash").customer_id is None


def test_a_named_invoice_names_the_customer(world: World) -> None:
    issued = invoice_of(world)
    assert pay(world, 12_000, customer_id=None, invoice_ids=[issued.id]).customer_id == world.customer_id
    assert Payment.objects.get().customer_id == world.customer_id


def test_a_source_is_recorded_once(world: World) -> None:
    issued = invoice_of(world)
    draft = make_payment(world, 4000, invoice_ids=[issued.id])
    result = in_transaction(lambda: record_payments([draft, draft], actor=SYSTEM))
    again = in_transaction(lambda: record_payments([draft], actor=SYSTEM)).recorded[0]
    assert result.recorded[0].payment_id == result.recorded[1].payment_id == again.payment_id
    assert (again.is_new, again.applied_minor, len(again.applications)) == (False, 4000, 1)
    assert (Payment.objects.count(), Settlement.objects.count(), Invoice.objects.get().open_minor) == (1, 1, 7900)
    changed = make_payment(world, 9999, source_ref=draft.source_ref)
    refused = in_transaction(lambda: record_payments([changed], actor=SYSTEM)).refused
    assert [refusal.code for refusal in refused] == ["source_ref_reused"]


def test_a_bad_draft_is_refused_alone(world: World) -> None:
    bad = [
        make_payment(world, 0),
        make_payment(world, 10, currency="XXX"),
        make_payment(world, 10, customer_id=new_id()),
        make_payment(world, 10, legal_entity_id=new_id()),
        make_payment(world, 10, source_ref=""),
    ]
    result = in_transaction(lambda: record_payments([*bad, make_payment(world, 10)], actor=SYSTEM))
    assert [refusal.code for refusal in result.refused] == [
        "amount_not_positive", "currency_unknown", "customer_unknown", "legal_entity_unknown", "source_ref_unusable",
    ]  # fmt: skip
    assert len(result.recorded) == Payment.objects.count() == 1


def test_money_never_goes_to_an_invoice_that_it_does_not_fit(world: World) -> None:
    other_customer, address = make_customer(code="C-9")
    (foreign,) = invoice(make_shipment(world, [100], customer_id=other_customer, bill_to_id=address))
    london = make_world("GBP", code="GB1")
    (abroad,) = invoice(make_shipment(london, [100]))
    paid = invoice_of(world, 100)
    pay(world, 119, invoice_ids=[paid.id])
    outcome = pay(
        world, 500, invoice_ids=[foreign.id, abroad.id, paid.id, new_id()], invoice_numbers=["INV-1999-000001"]
    )
    assert outcome.unapplied_minor == 500
    assert sorted(outcome.remarks) == [
        "invoice_already_settled", "invoice_of_other_customer", "invoice_of_other_entity", "invoice_unknown", "invoice_unknown",
    ]  # fmt: skip


def test_one_batch_pays_one_invoice_from_several_payments(world: World) -> None:
    issued = invoice_of(world)
    drafts = [make_payment(world, 5000, invoice_ids=[issued.id]) for _ in range(3)]
    recorded = in_transaction(lambda: record_payments(drafts, actor=SYSTEM)).recorded
    assert [outcome.applied_minor for outcome in recorded] == [5000, 5000, 1900]
    assert EventRecord.objects.filter(name="billing.invoice_settled").count() == 1


def test_left_over_money_is_applied_later(world: World) -> None:
    payment = pay(world, 20_000)
    issued = invoice_of(world)
    outcome = use(source_ref="use:1", payment_id=payment.payment_id, invoice_id=issued.id)
    assert [(part.amount_minor, part.settled, part.is_new) for part in outcome.applied] == [(11_900, True, True)]
    again = use(source_ref="use:1", payment_id=payment.payment_id, invoice_id=issued.id)
    assert [(part.amount_minor, part.is_new) for part in again.applied] == [(11_900, False)]
    assert Payment.objects.get().unapplied_minor == 8100
    assert (balance("receivable"), balance("unapplied_cash")) == (0, -8100)


def test_nobodys_money_gets_an_owner_and_the_books_follow(world: World) -> None:
    payment = pay(world, 20_000, customer_id=None)
    use(payment_id=payment.payment_id, invoice_id=invoice_of(world).id)
    assert Payment.objects.get().customer_id == world.customer_id
    by_customer: dict[Any, int] = {}
    for posting in Posting.objects.filter(account__role="unapplied_cash"):
        by_customer[posting.customer_id] = by_customer.get(posting.customer_id, 0) + posting.amount_minor
    assert by_customer == {None: 0, world.customer_id: -8100}
    assert balance("cash") == 20_000


def test_an_open_credit_pays_another_invoice(world: World) -> None:
    paid, other = invoice_of(world, 1000), invoice_of(world, 5000)
    pay(world, 1190, invoice_ids=[paid.id])
    line_id = InvoiceLine.objects.get(invoice_id=paid.id).id
    requests = [CreditRequest("return:1", line_id, Decimal(1))]
    (note,) = in_transaction(lambda: credit_lines(requests, issued_at=LATER, actor=SYSTEM)).issued
    entries = JournalEntry.objects.count()
    outcome = use(credit_note_id=note.id, invoice_id=other.id)
    assert [part.amount_minor for part in outcome.applied] == [1190]
    assert Invoice.objects.get(id=note.id).state == "settled"
    assert Invoice.objects.get(id=other.id).open_minor == 5950 - 1190 == balance("receivable")
    assert JournalEntry.objects.count() == entries  # the credit note was posted when it was issued


def test_what_does_not_fit_is_refused_alone(world: World) -> None:
    issued, payment = invoice_of(world, 100), pay(world, 1000)
    stranger = pay(world, 10, customer_id=make_customer(code="C-9")[0])
    requests = [
        ApplicationRequest("a", issued.id, payment_id=payment.payment_id, amount_minor=120),
        ApplicationRequest("b", issued.id),
        ApplicationRequest("c", new_id(), payment_id=payment.payment_id),
        ApplicationRequest("d", issued.id, payment_id=stranger.payment_id),
        ApplicationRequest("e", issued.id, payment_id=payment.payment_id),
        ApplicationRequest("f", issued.id, payment_id=payment.payment_id),
        ApplicationRequest("g", issued.id, credit_note_id=new_id()),
    ]
    outcome = in_transaction(lambda: apply_cash(requests, now=LATER, actor=SYSTEM))
    assert [part.source_ref for part in outcome.applied] == ["e"]
    assert [refusal.source_ref for refusal in outcome.refused] == ["a", "b", "c", "d", "f", "g"]


def test_a_write_off_needs_a_reason_and_is_posted(world: World) -> None:
    issued = invoice_of(world)
    requests = [WriteOffRequest("w:1", issued.id, " "), WriteOffRequest("w:2", issued.id, "Insolvent", 900)]
    outcome = in_transaction(lambda: write_off(requests, now=LATER, actor=SYSTEM))
    assert ([part.amount_minor for part in outcome.applied], [r.source_ref for r in outcome.refused]) == (
        [900],
        ["w:1"],
    )
    rest = in_transaction(lambda: write_off([WriteOffRequest("w:3", issued.id, "Insolvent")], now=LATER, actor=SYSTEM))
    assert rest.applied[0].settled and Invoice.objects.get().state == "settled"
    assert (balance("write_off"), balance("receivable")) == (11_900, 0)


def test_the_collector_pays_what_is_due_on_its_day(world: World) -> None:
    soon, late = invoice_of(world, 1000, terms_days=0), invoice_of(world, 2000, terms_days=30)
    assert collect_due(until=NOW - timedelta(days=1), actor=SYSTEM).payments == 0
    collected = collect_due(until=NOW + timedelta(days=29), actor=SYSTEM)
    assert (collected.payments, collected.amounts_minor, collected.order_ids) == (1, {"EUR": 1190}, soon.order_ids)
    assert Payment.objects.get().received_at == NOW  # due on the day it was issued, so not before it was issued
    midnight = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)  # 1 April in Berlin: due date 1 April has not begun before
    assert collect_due(until=midnight, actor=SYSTEM).payments == 0
    assert collect_due(until=midnight + timedelta(seconds=1), actor=SYSTEM).order_ids == late.order_ids
    assert balance("receivable") == balance("unapplied_cash") == 0


def test_statements_do_not_grow_with_the_payments(world: World) -> None:
    def statements(count: int) -> int:
        invoice([draft for _ in range(count) for draft in make_shipment(world, [100])])
        with counted_statements() as sent:
            assert collect_due(until=LATER, actor=SYSTEM).payments == count
        return len(sent)

    statements(1)
    assert statements(1) == statements(250) <= 18
