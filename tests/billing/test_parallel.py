"""Several workers at once: nothing double, no number missing, no limit passed."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from apps.billing import services
from apps.billing.contract import CreditHold, CreditRequest, ExposureKey, credit_lines, exposures, hold_credit, oblige
from apps.billing.models import BillingObligation, Invoice, InvoiceLine, NumberSeries, Payment, Settlement
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import writes
from tests.factories.billing import LATER, NEXT_DAY, NOW, balance, invoice_of, make_payment, make_shipment, make_world

pytestmark = pytest.mark.django_db(transaction=True)


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Do work on `count` connections at once and return the answers; an error is an answer."""
    gate, answers = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        try:
            gate.wait()
            answers[number] = work(number)
        except Exception as error:
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    errors = [answer for answer in answers if isinstance(answer, Exception)]
    assert not errors, errors
    return answers


def test_workers_invoice_the_same_obligations_without_a_double_or_a_gap() -> None:
    world = make_world()
    writes(oblige)([draft for _ in range(60) for draft in make_shipment(world, [100, 200, 300])])

    def work(_: int) -> int:
        made = 0
        for _ in range(30):
            made += len(services.invoice_owed(until=NEXT_DAY, now=NOW, actor=SYSTEM, limit=7))
        return made

    assert sum(together(4, work)) == 60
    assert not BillingObligation.objects.filter(state="owed").exists()
    assert InvoiceLine.objects.values("obligation_id").distinct().count() == InvoiceLine.objects.count() == 180
    assert sorted(Invoice.objects.values_list("serial", flat=True)) == list(range(1, 61))
    assert NumberSeries.objects.get().next_number == 61
    assert {invoice.net_minor for invoice in Invoice.objects.all()} == {600}  # no shipment was cut in two


def test_a_worker_that_dies_before_its_commit_leaves_no_gap() -> None:
    world = make_world()
    writes(oblige)(make_shipment(world, [100]))

    class Killed(Exception):
        pass

    @writes
    def die() -> None:
        services.invoicing.invoice_obligations(until=NEXT_DAY, now=NOW, actor=SYSTEM)
        raise Killed

    with pytest.raises(Killed):
        die()
    assert not Invoice.objects.exists() and balance("receivable") == 0
    assert services.invoice_owed(until=NEXT_DAY, now=NOW, actor=SYSTEM)[0].number == "INV-2026-000001"


def test_the_same_bank_line_comes_many_times_at_once() -> None:
    world = make_world()
    issued = invoice_of(world)
    drafts = [make_payment(world, 6000, source_ref=f"bank:{number}", invoice_ids=[issued.id]) for number in range(3)]
    together(4, lambda number: services.record_payments(drafts=drafts if number % 2 else drafts[::-1], actor=SYSTEM))
    assert (Payment.objects.count(), Settlement.objects.count()) == (3, 2)
    assert Invoice.objects.get().state == "settled"
    assert balance("cash") == 18_000 and balance("unapplied_cash") == -6100


def test_credits_at_once_never_take_more_than_the_line() -> None:
    world = make_world()
    line_id = InvoiceLine.objects.get(invoice_id=invoice_of(world, 1000).id).id

    def work(number: int) -> int:
        request = CreditRequest(f"return:{number}", line_id, Decimal(0), 300)
        return len(writes(credit_lines)([request], issued_at=LATER, actor=SYSTEM).issued)

    assert sum(together(5, work)) == 3
    assert InvoiceLine.objects.get(id=line_id).credited_minor == 900
    assert sorted(Invoice.objects.filter(kind="credit_note").values_list("serial", flat=True)) == [1, 2, 3]


def test_orders_at_once_never_pass_the_limit() -> None:
    world = make_world()

    def work(number: int) -> int:
        requests = [
            CreditHold(new_id(), world.legal_entity_id, world.customer_id, "EUR", 10 + number, 100) for _ in range(3)
        ]
        return sum(request.amount_minor for request in requests if request.key in writes(hold_credit)([request]))

    account = ExposureKey(world.legal_entity_id, world.customer_id, "EUR")
    assert sum(together(5, work)) == exposures([account])[account].orders_minor <= 100


def test_collectors_at_once_pay_each_invoice_once() -> None:
    world = make_world()
    for _ in range(3):
        invoice_of(world)
    together(3, lambda _: services.collect_due(until=LATER + timedelta(days=1), actor=SYSTEM, limit=2))
    services.collect_due(until=LATER + timedelta(days=1), actor=SYSTEM)
    assert Payment.objects.count() == 3 and balance("receivable") == 0
