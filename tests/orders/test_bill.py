"""Billing what was shipped, also when its period has been closed meanwhile."""

from datetime import date, timedelta

import pytest

from apps.audit.models import SubscriberCursor
from apps.audit.services.relay import relay_until_idle
from apps.billing.models import Invoice
from apps.billing.selectors.documents import read_document
from apps.exceptions.models import Case
from apps.exceptions.services.resolving import resolve_cases
from apps.ledger.models import Period
from apps.ledger.services.export import export_journal
from apps.masterdata.contract import entities_by_code
from apps.masterdata.models import ExchangeRate
from apps.operations.selectors.prove import prove
from apps.orders.models import Order
from apps.orders.services.bill import ALL_MODES, bill_orders
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from ordercash.subscriptions import SUBSCRIPTIONS
from tests.factories.orders import LATER, NOW, bill, place, ship

pytestmark = pytest.mark.usefixtures("company")


def test_a_delivery_of_a_closed_period_is_invoiced_today_and_holds_up_nobody() -> None:
    late = place(lines=[("CARRIAGE", "1")])
    ship(late)
    Period.objects.create(
        legal_entity_id=late.legal_entity_id, from_date=date(2026, 3, 1), until_date=date(2026, 4, 1), state="closed"
    )
    forget_everything()
    now = NOW + timedelta(days=40)
    other = place(now=now)
    ship(other, at=now)
    bill_orders(until=now + timedelta(days=1), modes=ALL_MODES, dated="supply", actor=SYSTEM, now=now)
    assert {order.state for order in Order.objects.all()} == {"invoiced"}
    assert Invoice.objects.get(order_id=late.pk).issue_date == date(2026, 4, 11)
    assert prove().holds


def test_a_missing_rate_makes_a_case_and_holds_up_no_later_event() -> None:
    rates = list(ExchangeRate.objects.all())
    ExchangeRate.objects.all().delete()
    forget_everything()
    stuck, fine = place(customer="C-1004", currency="EUR"), place()
    ship(stuck)
    ship(fine)
    _relay()
    assert SubscriberCursor.objects.get(name="orders.bill_shipped").failures == 0
    assert _states(stuck, fine) == ["shipped", "invoiced"]
    case = Case.objects.get(state="open")
    assert (case.subject_kind, case.reasons.get().code) == ("shipment", "rate_missing")
    assert prove().holds

    (outcome,) = resolve_cases(case_ids=[case.pk], verb="invoice", note="", actor=SYSTEM, now=LATER)
    assert not outcome.done
    assert "EUR to GBP" in outcome.text
    ExchangeRate.objects.bulk_create(rates)
    forget_everything()
    (outcome,) = resolve_cases(case_ids=[case.pk], verb="invoice", note="", actor=SYSTEM, now=LATER)
    assert outcome.done, outcome.text
    _relay()
    assert _states(stuck, fine) == ["invoiced", "invoiced"]
    assert prove().holds


def _relay() -> None:
    assert relay_until_idle(SUBSCRIPTIONS, clock=lambda: NOW, pause=lambda _: None)


def _states(*orders: Order) -> list[str]:
    return [Order.objects.get(pk=order.pk).state for order in orders]


def test_the_books_and_the_invoice_name_the_order_and_each_other() -> None:
    order, other = place(purchase_order="PO-77"), place()
    for each in (order, other):
        ship(each)
    invoices = {invoice.order_ids[0]: invoice for invoice in bill(order, other)}
    document = read_document(invoices[order.pk].id)
    assert document
    assert document.order_references == [f"PO-77 ({order.number})"]
    written: list[str] = []
    export_journal(style="beancount", entities=list(entities_by_code().values()), write=written.append)
    text = "".join(written)
    for invoice in invoices.values():
        assert f'* "invoice" "{invoice.number}"' in text
