"""Money that the ledger cannot post is refused alone, its neighbours go on, and nothing of it is left behind."""

from decimal import Decimal

import pytest

from apps.billing.contract import (
    ApplicationRequest,
    CreditRequest,
    WriteOffRequest,
    apply_cash,
    collect_due,
    credit_lines,
    record_payments,
    write_off,
)
from apps.billing.models import Invoice, InvoiceLine, Payment, Settlement
from apps.ledger.models import Account, Period
from apps.masterdata.models import Currency
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from tests.factories.billing import LATER, NOW, World, balance, invoice_of, make_payment, make_world, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    Currency.objects.get_or_create(code="USD", defaults={"name": "US dollar", "decimals": 2})
    return make_world()


@pytest.fixture
def poor(world: World) -> World:
    """Return a second seller, in whose chart no account takes money or owes tax."""
    other = make_world(code="DE2")
    sold = invoice_of(other, 100)
    assert sold.gross_minor == 119
    missing = ("cash", "tax_payable", "write_off")
    Account.objects.filter(legal_entity_id=other.legal_entity_id, role__in=missing).update(role="")
    return other


def test_a_payment_without_a_rate_is_refused_alone(world: World) -> None:
    bad, good = make_payment(world, 100, currency="USD"), make_payment(world, 200)
    result = record_payments([bad, good], actor=SYSTEM)
    (refused,), (recorded,) = result.refused, result.recorded
    assert (refused.source_ref, refused.code) == (bad.source_ref, "rate_missing")
    assert recorded.source_ref == good.source_ref
    assert Payment.objects.count() == 1
    assert balance("cash") == 200


def test_a_payment_that_was_recorded_is_answered_although_its_period_is_closed_now(world: World) -> None:
    draft = make_payment(world, 200)
    record_payments([draft], actor=SYSTEM)
    Period.objects.create(
        legal_entity_id=world.legal_entity_id, state="closed", from_date="2026-03-01", until_date="2026-04-01"
    )
    forget_everything()
    again = record_payments([draft, make_payment(world, 300)], actor=SYSTEM)
    assert [outcome.is_new for outcome in again.recorded] == [False]
    assert [refusal.code for refusal in again.refused] == ["period_closed"]


def test_money_whose_use_cannot_be_posted_stays_unapplied(world: World) -> None:
    issued = invoice_of(world, 100)
    Account.objects.filter(role="receivable").update(role="")
    outcome = pay(world, 119, invoice_ids=[issued.id])
    assert (outcome.unapplied_minor, outcome.remarks) == (119, ("account_missing",))
    assert Invoice.objects.get().open_minor == 119
    assert balance("unapplied_cash") == -119


def test_an_application_and_a_write_off_are_refused_alone(world: World, poor: World) -> None:
    issued, stuck = invoice_of(world, 100), Invoice.objects.get(legal_entity_id=poor.legal_entity_id)
    gone = write_off(
        [WriteOffRequest("w:1", stuck.id, "small"), WriteOffRequest("w:2", issued.id, "small", 1)],
        now=LATER,
        actor=SYSTEM,
    )
    assert [(item.source_ref, item.code) for item in gone.refused] == [("w:1", "account_missing")]
    assert [item.source_ref for item in gone.applied] == ["w:2"]
    payment = pay(world, 50)
    Account.objects.filter(role="unapplied_cash").update(role="")
    used = apply_cash([ApplicationRequest("a:1", issued.id, payment_id=payment.payment_id)], now=LATER, actor=SYSTEM)
    assert [(item.source_ref, item.code) for item in used.refused] == [("a:1", "account_missing")]
    assert (Settlement.objects.count(), Payment.objects.get().unapplied_minor) == (1, 50)


def test_a_credit_note_is_refused_alone_and_takes_no_number(world: World, poor: World) -> None:
    invoice_of(world, 100)
    lines = {line.invoice.legal_entity_id: line.id for line in InvoiceLine.objects.select_related("invoice")}
    requests = [
        CreditRequest("bad", lines[poor.legal_entity_id], Decimal(1)),
        CreditRequest("good", lines[world.legal_entity_id], Decimal(1)),
        CreditRequest("both", lines[poor.legal_entity_id], Decimal(0), 10),
    ]
    outcome = credit_lines(requests, issued_at=LATER, actor=SYSTEM)
    # What "bad" had taken of the line is there again for "both", which then has the same refusal.
    assert {item.source_ref: item.code for item in outcome.refused} == dict.fromkeys(("bad", "both"), "account_missing")
    assert [note.source_ref for note in outcome.issued] == ["good"]
    untouched = InvoiceLine.objects.get(id=lines[poor.legal_entity_id])
    assert (untouched.credited_quantity, untouched.credited_minor) == (0, 0)
    assert Invoice.objects.get(legal_entity_id=poor.legal_entity_id).open_minor == 119
    assert Invoice.objects.filter(kind="credit_note").count() == 1


@pytest.mark.parametrize("limit", [1, 10])
def test_the_collector_goes_on_past_what_it_cannot_post(world: World, poor: World, limit: int) -> None:
    issued = invoice_of(world, 100, occurred_at=NOW)
    assert Invoice.objects.count() == 2
    paid = collect_due(until=LATER, actor=SYSTEM, limit=limit)
    assert (paid.payments, paid.amounts_minor) == (1, {"EUR": 119})
    assert Invoice.objects.get(id=issued.id).state == "settled"
    assert collect_due(until=LATER, actor=SYSTEM, limit=limit).payments == 0
    assert Payment.objects.count() == 1


def test_money_that_lies_unused_is_not_collected_for_ever(world: World) -> None:
    invoice_of(world, 100)
    Account.objects.filter(role="receivable").update(role="")
    assert collect_due(until=LATER, actor=SYSTEM).payments == 1
    assert collect_due(until=LATER, actor=SYSTEM).payments == 0
