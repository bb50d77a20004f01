"""Invoice and credit note on paper."""

import io
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from apps.billing.contract import CreditRequest, credit_lines
from apps.billing.documents import invoice_pdf
from apps.billing.documents.content import document_content
from apps.billing.documents.rendering import NotIssued
from apps.billing.models import Invoice, InvoiceLine, Seller
from apps.billing.selectors.documents import DocumentUnknown, read_document
from apps.masterdata.models import Address, LegalEntity
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import forget_everything
from tests.factories.billing import (
    LATER,
    World,
    invoice,
    invoice_of,
    make_customer,
    make_draft,
    make_shipment,
    make_world,
)

pytestmark = pytest.mark.django_db

NASTY = (
    r"#let x = 1 $ y^2 $ *bold* _it_ `raw` \ <b>&amp;</b> [link](x) @ref // not a comment #sys.inputs {{ }} %s ' \" é"
)


@pytest.fixture
def world() -> World:
    return make_world()


def pages(invoice_id: UUID) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(invoice_pdf(invoice_id))).pages]


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_word_that_is_wider_than_its_column_is_broken(world: World) -> None:
    (issued,) = invoice([make_draft(world, 1000, description="x" * 300 + " end")])
    (page,) = pages(issued.id)
    assert squeezed(page.replace("\u200b", "")).count("x" * 300) == 1
    assert max(len(line) for line in page.replace("\u200b", "").splitlines()) < 120


def test_an_invoice_says_what_the_law_asks_for(world: World) -> None:
    draft = make_draft(world, 123_456_789, description="Desk lamp", order_reference="PO-77", quantity=Decimal("2.5"))
    (issued,) = invoice([draft])
    (page,) = pages(issued.id)
    for text in (
        "Invoice", "INV-2026-000001", "Muster & Söhne GmbH", "Hauptstraße 1", "10115 Berlin", "Germany", "DE123456789",
        "Société Exemple", "1 rue de la Paix", "75002 Paris", "France", "2 March 2026", "16 March 2026", "Desk lamp", "2.5", "PO-77",
        "S 19 %", "1,234,567.89", "234,567.90", "EUR 1,469,135.79", "DE02 1203 0000 0000 2020 51", "BYLADEM1001", "within 14 days",
    ):  # fmt: skip
        assert squeezed(text) in squeezed(page), text


def test_a_credit_note_names_its_invoice_and_asks_for_no_money(world: World) -> None:
    issued = invoice_of(world, 1000)
    line_id = InvoiceLine.objects.get(invoice_id=issued.id).id
    requests = [CreditRequest("return:1", line_id, Decimal(0), 333, "Scratched")]
    (note,) = credit_lines(requests, issued_at=LATER, actor=SYSTEM).issued
    (page,) = pages(note.id)
    for text in ("Credit note", "CN-2026-000001", issued.number, "20 March 2026", "3.33", "EUR 3.96", "Scratched"):
        assert squeezed(text) in squeezed(page), text
    assert "IBAN" not in page


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", "1,234,567"), ("EUR", "12,345.67"), ("KWD", "1,234.567"), ("CLF", "123.4567")]
)
def test_amounts_have_the_decimals_of_their_currency(currency: str, amount: str) -> None:
    world = make_world(currency)
    issued = invoice_of(world, 1_234_567, tax_rate=Decimal(0), tax_category="Z")
    document = read_document(issued.id)
    assert document
    content = document_content(document)
    assert content["totals"][0] == ["Net total", amount] and content["total"] == ["To pay", f"{currency} {amount}"]


def test_any_text_is_printed_literally(world: World) -> None:
    LegalEntity.objects.filter(id=world.legal_entity_id).update(name=NASTY[:60])
    customer_id, address_id = make_customer(code="C-8", name=NASTY)
    nasty = Address.objects.create(
        customer_id=customer_id, kind="bill", name=NASTY, line1=NASTY, city="#panic()", country="FR"
    )
    assert nasty.id != address_id
    drafts = make_shipment(
        world, [100], customer_id=customer_id, bill_to_id=nasty.id, description=NASTY, order_reference="#1 $2"
    )
    (issued,) = invoice(drafts)
    text = squeezed("".join(pages(issued.id)))
    assert text.count(squeezed(NASTY)) >= 2 and "#panic()" in text and "#1$2" in text


@pytest.mark.parametrize("text", ["漢字 🚀", "שלום", "bell \x07 and tab \t", "two\nlines", "Ωμέγα Щука ẞ"])
def test_signs_without_a_font_do_not_stop_an_invoice(world: World, text: str) -> None:
    issued = invoice_of(world, 100, description=text)
    assert "INV-2026-000001" in pages(issued.id)[0]


def test_a_thousand_lines_go_over_pages_with_the_header_repeated(world: World) -> None:
    issued = invoice_of(world, *range(1, 1001))
    texts = pages(issued.id)
    assert len(texts) > 10
    with_lines = [text for text in texts if "Lamp" in text]
    assert all("Description" in text and "Unit price" in text for text in with_lines)
    assert sum(text.count("Lamp") for text in texts) == 1000
    assert f"page {len(texts)} of {len(texts)}" in texts[-1]


def test_the_same_document_gives_the_same_bytes(world: World) -> None:
    issued = invoice_of(world)
    assert invoice_pdf(issued.id) == invoice_pdf(issued.id)
    assert b"pdfaid" in invoice_pdf(issued.id)


def test_reasons_and_differences_are_noted(world: World) -> None:
    shipment = make_shipment(world, [3, 3, 3])
    free = replace(
        shipment[0], source_ref="free", tax_category="AE", tax_rate=Decimal(0), tax_reason="Reverse charge", tax_minor=0
    )
    (issued,) = invoice([*shipment, free])
    text = squeezed(pages(issued.id)[0])
    assert squeezed("AE 0 %: Reverse charge") in text and squeezed("the difference is -0.01 EUR") in text


def test_drafts_and_strangers_have_no_document(world: World) -> None:
    with pytest.raises(DocumentUnknown):
        invoice_pdf(new_id())
    draft = Invoice.objects.create(
        kind="invoice", legal_entity_id=world.legal_entity_id, customer_id=world.customer_id, currency="EUR", series="INV",
        net_minor=0, tax_minor=0, gross_minor=0, frozen_tax_minor=0, open_minor=0, source_ref="draft",
    )  # fmt: skip
    with pytest.raises(NotIssued):
        invoice_pdf(draft.id)


def test_a_document_keeps_the_seller_that_it_was_issued_by(world: World) -> None:
    first = invoice_of(world)
    before = invoice_pdf(first.id)
    LegalEntity.objects.filter(id=world.legal_entity_id).update(
        name="Muster Nachf. AG",
        line1="Neue Straße 9",
        city="Hamburg",
        vat_id="DE136695976",
        iban="DE89370400440532013000",
    )
    forget_everything()
    assert invoice_pdf(first.id) == before
    second = invoice_of(world)
    assert "Neue Straße 9" in pages(second.id)[0]
    assert "Neue Straße 9" not in pages(first.id)[0]
    assert Seller.objects.count() == 2


def test_the_seller_of_a_document_is_kept_once_and_never_changes(world: World) -> None:
    first, second = invoice_of(world), invoice_of(world)
    (seller,) = Seller.objects.all()
    assert set(Invoice.objects.values_list("seller_id", flat=True)) == {seller.pk}
    assert first.id != second.id
    for statement in (
        "UPDATE billing_seller SET content = '{}'",
        "DELETE FROM billing_seller",
        "UPDATE billing_invoice SET seller_id = NULL",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
