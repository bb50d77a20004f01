"""Credit notes and what was sold."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import EventRecord
from apps.billing.contract import CreditOutcome, CreditRequest, ExposureKey, credit_lines, exposures, sold_lines
from apps.billing.models import Invoice, InvoiceLine, Settlement
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
    make_shipment,
    make_world,
    pay,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def line_ids(invoice_id: UUID) -> list[UUID]:
    return list(InvoiceLine.objects.filter(invoice_id=invoice_id).order_by("position").values_list("id", flat=True))


def credit(*requests: CreditRequest) -> CreditOutcome:
    return in_transaction(lambda: credit_lines(requests, issued_at=LATER, actor=SYSTEM))


def ask(
    line_id: UUID, quantity: Any = 1, net_minor: int | None = None, source: str = "", **values: Any
) -> CreditRequest:
    return CreditRequest(source or f"return:{new_id()}", line_id, Decimal(quantity), net_minor, **values)


def test_a_credit_lowers_what_is_open_and_reverses_the_books(world: World) -> None:
    issued = invoice_of(world, 1000, 3000)
    (note,) = credit(ask(line_ids(issued.id)[0], reason="Returned")).issued
    assert (note.number, note.net_minor, note.tax_minor, note.gross_minor) == ("CN-2026-000001", 1000, 190, 1190)
    assert (note.applied_minor, note.open_minor, note.order_ids) == (1190, 0, issued.order_ids)
    document = Invoice.objects.get(id=note.id)
    assert (document.state, document.credits_id, document.reason, document.issue_date) == (
        "settled", issued.id, "Returned", date(2026, 3, 20),
    )  # fmt: skip
    assert Invoice.objects.get(id=issued.id).open_minor == 4760 - 1190
    assert (balance("receivable"), balance("revenue"), balance("tax_payable")) == (3570, -3000, -570)
    account = ExposureKey(world.legal_entity_id, world.customer_id, "EUR")
    assert exposures([account])[account].invoices_minor == 3570


def test_what_is_over_stays_open_for_the_customer(world: World) -> None:
    issued = invoice_of(world, 1000, 1000)
    pay(world, 2000, invoice_ids=[issued.id])
    (note,) = credit(ask(line_ids(issued.id)[0])).issued
    assert (note.applied_minor, note.open_minor) == (380, 810)
    assert Invoice.objects.get(id=note.id).state == "issued"
    assert Invoice.objects.get(id=issued.id).state == "settled"
    assert balance("receivable") == -810
    (settled,) = EventRecord.objects.filter(name="billing.invoice_settled")
    assert settled.payload["order_ids"] == [str(issued.order_ids[0])]


def test_a_source_is_credited_once(world: World) -> None:
    issued = invoice_of(world, 1000, 1000)
    requests = [ask(line_id, source="return:7") for line_id in line_ids(issued.id)]
    (first,) = credit(*requests).issued
    (again,) = credit(*requests).issued
    assert (again.id, again.number, again.lines, again.is_new) == (first.id, first.number, first.lines, False)
    assert (again.applied_minor, again.open_minor) == (first.applied_minor, first.open_minor)
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_one_source_over_two_invoices_makes_a_note_for_each(world: World) -> None:
    invoices = [invoice_of(world, 1000), invoice_of(world, 2000)]
    outcome = credit(*(ask(line_ids(issued.id)[0], source="return:7") for issued in invoices))
    assert {note.invoice_id: note.gross_minor for note in outcome.issued} == {
        invoices[0].id: 1190,
        invoices[1].id: 2380,
    }
    assert {note.number for note in outcome.issued} == {"CN-2026-000001", "CN-2026-000002"}


def test_a_bad_source_is_refused_alone_and_leaves_nothing(world: World) -> None:
    issued = invoice_of(world, 1000, 1000)
    first, second = line_ids(issued.id)
    outcome = credit(
        ask(first, source="bad"), ask(second, 5, source="bad"), ask(first, source="good"), ask(new_id(), source="nothing"),
        ask(second, source="x" * 141),
    )  # fmt: skip
    assert [note.source_ref for note in outcome.issued] == ["good"]
    assert [(refusal.source_ref[:9], refusal.code) for refusal in outcome.refused] == [
        ("bad", "credit_refused"), ("nothing", "credit_refused"), ("x" * 9, "credit_refused"),
    ]  # fmt: skip
    assert [
        line.credited_quantity for line in InvoiceLine.objects.filter(invoice_id=issued.id).order_by("position")
    ] == [1, 0]


def test_within_a_batch_the_later_source_sees_what_the_earlier_took(world: World) -> None:
    line_id = line_ids(invoice_of(world, 1000).id)[0]
    outcome = credit(ask(line_id, 0, 600, "a"), ask(line_id, 0, 600, "b"), ask(line_id, 0, 400, "c"))
    assert [note.source_ref for note in outcome.issued] == ["a", "c"]
    assert sum(note.tax_minor for note in outcome.issued) == 190
    assert Invoice.objects.get(kind="invoice").state == "settled"


def test_a_credit_note_cannot_be_credited(world: World) -> None:
    (note,) = credit(ask(line_ids(invoice_of(world).id)[0])).issued
    assert credit(ask(line_ids(note.id)[0])).issued == ()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    nets=st.lists(st.integers(0, 99_999), min_size=1, max_size=4),
    steps=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 60_000)), max_size=6),
    paid=st.integers(0, 200_000),
    currency=st.sampled_from(["JPY", "EUR", "KWD"]),
)
def test_any_sequence_of_credits_and_payments_sums_to_the_invoice(
    db: None, nets: list[int], steps: list[tuple[int, int]], paid: int, currency: str
) -> None:
    world = make_world(currency, code=f"E{new_id().hex[-10:]}")
    issued = invoice_of(world, *nets)
    lines = line_ids(issued.id)
    for index, net in steps:
        line = InvoiceLine.objects.get(id=lines[index % len(lines)])
        take = min(net, line.net_minor - line.credited_minor)
        if take:
            assert credit(ask(line.id, 0, take)).issued
    if paid:
        pay(world, paid, invoice_ids=[issued.id])
    for line in InvoiceLine.objects.filter(id__in=lines):
        assert credit(ask(line.id, 1, line.net_minor - line.credited_minor)).issued
    notes = Invoice.objects.filter(credits_id=issued.id)
    assert sum(note.net_minor for note in notes) == issued.net_minor
    assert sum(note.tax_minor for note in notes) == issued.tax_minor
    parts = sum(part.amount_minor for part in Settlement.objects.filter(invoice_id=issued.id))
    document = Invoice.objects.get(id=issued.id)
    assert document.open_minor == 0 and parts == issued.gross_minor
    assert sum(note.open_minor for note in notes) == min(
        paid, issued.gross_minor - (parts - sum_of_payments(issued.id))
    )


def sum_of_payments(invoice_id: UUID) -> int:
    return sum(part.amount_minor for part in Settlement.objects.filter(invoice_id=invoice_id, kind="payment"))


def test_statements_do_not_grow_with_the_lines(world: World) -> None:
    def statements(count: int) -> int:
        lines = line_ids(invoice_of(world, *[100] * count).id)
        with counted_statements() as sent:
            assert credit(*(ask(line_id, source=f"all:{count}:{lines[0]}") for line_id in lines)).issued
        return len(sent)

    statements(1)
    assert statements(1) == statements(300) <= 20


def test_what_was_sold_comes_latest_first_with_what_is_left(world: World) -> None:
    old, other = invoice_of(world, 1000, quantity=Decimal(3)), invoice_of(world, 500)
    (new,) = invoice(make_shipment(world, [2000]), now=LATER)
    credit(ask(line_ids(old.id)[0], 1), ask(line_ids(other.id)[0], 1))
    pair = (world.customer_id, world.product_id)
    sold = sold_lines([pair, pair], before_at=LATER.replace(day=21))
    assert [(line.invoice_id, line.quantity, line.credited_quantity) for line in sold] == [
        (new.id, 1, 0),
        (old.id, 3, 1),
    ]
    assert (sold[1].net_minor, sold[1].credited_minor, sold[1].order_id) == (1000, 333, old.order_ids[0])
    assert sold[0].source_ref.startswith("shipment_line:")
    assert [line.invoice_id for line in sold_lines([pair], before_at=LATER)] == [old.id]
    assert sold_lines([pair], before_at=NOW) == sold_lines([], before_at=LATER) == []
