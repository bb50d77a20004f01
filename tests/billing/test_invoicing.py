"""From what is owed to invoices."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.contract import timeline
from apps.audit.models import EventRecord
from apps.billing.contract import (
    CreditHold,
    CreditRequest,
    ExposureKey,
    credit_lines,
    exposures,
    hold_credit,
    invoice_obligations,
    oblige,
    sold_lines_of_orders,
)
from apps.billing.documents.content import document_content
from apps.billing.models import BillingObligation, Invoice, InvoiceLine, NumberSeries
from apps.billing.selectors.documents import read_document
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from tests.factories.billing import (
    LATER,
    NEXT_DAY,
    NOW,
    World,
    balance,
    counted_statements,
    in_transaction,
    invoice,
    invoice_of,
    make_customer,
    make_draft,
    make_shipment,
    make_world,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def test_a_shipment_becomes_one_posted_invoice(world: World) -> None:
    issued = invoice_of(world, 3333, 3333, 3334)
    document = Invoice.objects.get(id=issued.id)
    assert (document.number, document.state, document.order_id) == ("INV-2026-000001", "issued", issued.order_ids[0])
    assert (document.net_minor, document.tax_minor, document.gross_minor, document.open_minor) == (
        10_000,
        1900,
        11_900,
        11_900,
    )
    assert (document.issue_date, document.due_date) == (date(2026, 3, 2), date(2026, 3, 16))
    assert [line.tax_minor for line in document.lines.order_by("position")] == [633, 633, 634]
    assert [(tax.category, tax.rate, tax.tax_minor) for tax in document.taxes.all()] == [("S", Decimal(19), 1900)]
    assert (balance("receivable"), balance("revenue"), balance("tax_payable")) == (11_900, -10_000, -1900)
    assert set(BillingObligation.objects.values_list("state", flat=True)) == {"billed"}


def test_the_difference_from_the_frozen_tax_is_shown(world: World) -> None:
    issued = invoice_of(world, 3, 3, 3)
    assert (issued.tax_minor, issued.tax_difference_minor) == (2, -1)
    assert Invoice.objects.get().frozen_tax_minor == 3


def test_rates_and_categories_are_summed_apart(world: World) -> None:
    order_id, shipment_id = new_id(), new_id()
    same = {"order_id": order_id, "shipment_id": shipment_id}
    invoice(
        [
            make_draft(world, 1000, **same),
            make_draft(world, 1000, tax_rate=Decimal(7), **same),
            make_draft(world, 1000, tax_category="AE", tax_rate=Decimal(0), tax_reason="Reverse charge", **same),
        ]
    )
    taxes = (
        Invoice.objects.get().taxes.order_by("category", "rate").values_list("category", "rate", "tax_minor", "reason")
    )
    assert list(taxes) == [
        ("AE", Decimal(0), 0, "Reverse charge"),
        ("S", Decimal(7), 70, ""),
        ("S", Decimal(19), 190, ""),
    ]


def test_a_source_is_owed_once(world: World) -> None:
    draft = make_draft(world)
    assert (oblige([draft, draft]), oblige([draft])) == (1, 0)
    assert oblige([]) == 0
    assert len(invoice([draft])) == 1
    assert invoice([draft]) == []
    assert InvoiceLine.objects.count() == 1


def test_a_day_is_collected_when_it_is_over(world: World) -> None:
    first, second = (make_shipment(world, [1000, 2000], invoicing="per_day") for _ in range(2))
    other_customer, address = make_customer(code="C-3")
    third = make_shipment(world, [500], invoicing="per_day", customer_id=other_customer, bill_to_id=address)
    modes = ("per_day",)
    assert invoice([*first, *second, *third], until=NOW + timedelta(hours=5), modes=modes) == []
    big, small = sorted(invoice([], until=NEXT_DAY, now=NEXT_DAY, modes=modes), key=lambda issued: -issued.net_minor)
    assert (big.net_minor, small.net_minor) == (6000, 500)
    assert set(big.order_ids) == {first[0].order_id, second[0].order_id}
    assert set(big.shipment_ids) == {first[0].shipment_id, second[0].shipment_id}
    assert Invoice.objects.get(id=big.id).order_id is None


def test_a_collected_invoice_is_told_once_and_on_each_orders_timeline(world: World) -> None:
    first, second = (make_shipment(world, [1000], invoicing="per_day") for _ in range(2))
    (issued,) = invoice([*first, *second], modes=("per_day",), now=NEXT_DAY)
    assert EventRecord.objects.filter(name="billing.invoice_issued").count() == 1
    for draft in (first[0], second[0]):
        assert draft.order_id
        assert [event.name for event in timeline(draft.order_id)] == ["billing.order_invoiced"]
    event = EventRecord.objects.get(name="billing.invoice_issued")
    assert set(event.payload["order_ids"]) == {str(order_id) for order_id in issued.order_ids}


def test_an_invoice_of_one_order_is_on_its_timeline(world: World) -> None:
    issued = invoice_of(world)
    (event,) = timeline(issued.order_ids[0])
    assert (event.name, event.payload["number"], event.payload["gross_minor"]) == (
        "billing.invoice_issued",
        "INV-2026-000001",
        11_900,
    )


def test_what_is_asked_for_is_what_is_billed(world: World) -> None:
    wanted, other = make_shipment(world, [100]), make_shipment(world, [100])
    late = make_shipment(world, [100], occurred_at=LATER)
    order_ids = [wanted[0].order_id, late[0].order_id]
    (issued,) = invoice([*wanted, *other, *late], order_ids=order_ids)
    assert issued.order_ids == (wanted[0].order_id,)
    assert invoice([], legal_entity_id=new_id()) == []
    assert len(invoice([], legal_entity_id=world.legal_entity_id)) == 1


def test_a_bundle_is_never_cut_by_the_limit(world: World) -> None:
    drafts = [*make_shipment(world, [100] * 5), *make_shipment(world, [100] * 5)]
    assert [issued.obligations for issued in invoice(drafts, limit=3)] == [5]
    assert [issued.obligations for issued in invoice([], limit=3)] == [5]


def test_numbers_are_gapless_per_entity_and_year(world: World) -> None:
    london = make_world("GBP", zone="Europe/London", code="GB1")
    invoice([draft for _ in range(3) for draft in make_shipment(world, [100])])
    invoice(make_shipment(london, [100]))
    new_year = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    numbers = {
        issued.legal_entity_id: issued.number
        for issued in invoice([*make_shipment(world, [100]), *make_shipment(london, [100])], now=new_year)
    }
    assert numbers == {world.legal_entity_id: "INV-2027-000001", london.legal_entity_id: "INV-2026-000002"}
    assert list(
        Invoice.objects.filter(legal_entity_id=world.legal_entity_id, year=2026)
        .order_by("serial")
        .values_list("serial", flat=True)
    ) == [1, 2, 3]
    series = NumberSeries.objects.filter(legal_entity_id=world.legal_entity_id).order_by("year")
    assert list(series.values_list("year", "next_number")) == [(2026, 4), (2027, 2)]


def test_an_import_issues_at_the_time_of_supply(world: World) -> None:
    drafts = [
        *make_shipment(world, [200], occurred_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
        *make_shipment(world, [100], occurred_at=datetime(2025, 12, 30, 9, 0, tzinfo=UTC)),
    ]
    first, second = invoice(drafts, dated="supply")
    assert (first.number, first.net_minor, first.issue_date) == ("INV-2025-000001", 100, date(2025, 12, 30))
    assert (second.number, second.issue_date) == ("INV-2026-000001", date(2026, 1, 1))  # in Berlin it was 0:30


def test_what_was_held_for_orders_becomes_what_is_open_of_invoices(world: World) -> None:
    account = ExposureKey(world.legal_entity_id, world.customer_id, "EUR")
    hold_credit([CreditHold(new_id(), *(world.legal_entity_id, world.customer_id), "EUR", 12)])
    invoice_of(world, 3, 3, 3)  # frozen tax 3, invoiced tax 2
    assert exposures([account])[account].orders_minor == 0
    assert exposures([account])[account].invoices_minor == 11


def test_an_invoice_of_nothing_is_settled_and_not_posted(world: World) -> None:
    invoice_of(world, 0)
    assert Invoice.objects.get().state == "settled"
    assert balance("receivable") == 0


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_other_decimals(currency: str) -> None:
    world = make_world(currency)
    issued = invoice_of(world, 333, 333, 334)
    assert (issued.net_minor, issued.tax_minor, issued.gross_minor) == (1000, 190, 1190)


def test_statements_do_not_grow_with_the_lines(world: World) -> None:
    def statements(count: int) -> int:
        drafts = make_shipment(world, [100] * count)
        with counted_statements() as queries:
            invoice(drafts)
        return len(queries)

    statements(1)
    # COPY or arrays, one or three hundred: the same statements.
    assert statements(1) == statements(300) <= 14


def test_nothing_owed_writes_nothing(world: World) -> None:
    assert invoice_obligations(until=NEXT_DAY, now=NOW, actor=SYSTEM) == []
    assert NumberSeries.objects.count() == 0


def test_what_was_taken_off_is_printed_and_credited_in_its_share(world: World) -> None:
    draft = replace(
        make_draft(world, 900, quantity=Decimal(3)), unit_price=Decimal(8), price_per=Decimal(2), discount_minor=300
    )
    (issued,) = invoice([draft])
    line = InvoiceLine.objects.get(invoice_id=issued.id)
    assert (line.unit_price, line.price_per, line.discount_minor, line.net_minor) == (8, 2, 300, 900)
    (sold,) = sold_lines_of_orders([draft.order_id] if draft.order_id else [])
    assert sold.unit_price == 3
    printed = document_content(read_document(issued.id))  # type: ignore[arg-type]
    assert printed["columns"] == ["No.", "Description", "Quantity", "Unit price", "List", "Discount", "Tax", "Net"]
    assert printed["lines"][0][3:6] == ["8.00 / 2", "12.00", "\N{MINUS SIGN}3.00"]
    outcome = in_transaction(
        lambda: credit_lines([CreditRequest("r", line.id, Decimal(1))], issued_at=LATER, actor=SYSTEM)
    )
    note = InvoiceLine.objects.get(invoice_id=outcome.issued[0].id)
    assert (note.unit_price, note.price_per, note.discount_minor, note.net_minor) == (8, 2, 100, 300)
    refuse_change(line.id)


def refuse_change(line_id: UUID) -> None:
    """Try to change what was taken off, and see it refused."""
    for statement in (
        "UPDATE billing_invoiceline SET discount_minor = 0 WHERE id = %s",
        "UPDATE billing_billingobligation SET price_per = 1 WHERE id = (SELECT obligation_id FROM billing_invoiceline WHERE id = %s)",
    ):
        with pytest.raises(DatabaseError, match="refused"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [line_id])
