"""What is printed on a document, as texts that only have to be set."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_decimal

from apps.billing.models import Invoice, InvoiceLine
from apps.billing.selectors.documents import Party, PrintedDocument
from ordercash.kernel import money

LOCALE: Final = "en_GB"
_LONG_WORD: Final = re.compile(r"\S{32,}")


def document_content(document: PrintedDocument) -> dict[str, Any]:
    """Return every text of an issued invoice or credit note, amounts in the currency's decimals."""
    invoice = document.invoice
    is_credit = invoice.kind == "credit_note"
    return {
        "title": "Credit note" if is_credit else "Invoice",
        "number": invoice.number,
        "seller": _party(document.seller),
        "buyer": _party(document.buyer),
        "particulars": [[name, text] for name, text in _particulars(document) if text],
        "columns": _columns(document.lines),
        "lines": [_line(line, document.lines, invoice.currency) for line in document.lines],
        "taxes": [
            [_rate(tax.category, tax.rate), _amount(tax.net_minor, invoice), _amount(tax.tax_minor, invoice)]
            for tax in document.taxes
        ],
        "totals": [
            ["Net total", _amount(invoice.net_minor, invoice)],
            ["Tax total", _amount(invoice.tax_minor, invoice)],
        ],
        "total": ["Credited" if is_credit else "To pay", f"{invoice.currency} {_amount(invoice.gross_minor, invoice)}"],
        "notes": _notes(document),
        "payment": [] if is_credit else _payment(document),
    }


def _particulars(document: PrintedDocument) -> list[tuple[str, str]]:
    invoice = document.invoice
    dates = sorted(document.supplied)
    return [
        ("Number", invoice.number or ""),
        ("Date", _date(invoice.issue_date)),
        ("Invoice credited", document.credited_number),
        ("Date of that invoice", _date(document.credited_date)),
        ("Date of supply", " to ".join(dict.fromkeys(_date(day) for day in (dates[:1] + dates[-1:])))),
        ("Due date", "" if invoice.kind == "credit_note" else _date(invoice.due_date)),
        ("Your order", ", ".join(document.order_references)),
        ("Customer", document.customer_code),
        ("Your VAT number", document.buyer.vat_id),
        ("Currency", invoice.currency),
    ]


def _notes(document: PrintedDocument) -> list[str]:
    invoice = document.invoice
    notes = [f"{_rate(tax.category, tax.rate)}: {tax.reason}" for tax in document.taxes if tax.reason]
    difference = invoice.tax_minor - invoice.frozen_tax_minor
    if difference:
        frozen = f"{_amount(invoice.frozen_tax_minor, invoice)} {invoice.currency}"
        notes.append(
            f"Tax is computed on the total of each rate. When the order was confirmed it was {frozen} by line; the difference is "
            f"{_amount(difference, invoice)} {invoice.currency}."
        )
    return [*notes, f"Reason: {breakable(invoice.reason)}"] if invoice.reason else notes


def breakable(text: str) -> str:
    """Return a text whose very long words may be broken anywhere, by signs without width, so that none leaves its column."""
    return _LONG_WORD.sub(lambda word: "\u200b".join(word[0]), text)


def _payment(document: PrintedDocument) -> list[list[str]]:
    invoice, days = document.invoice, document.invoice.terms_days
    terms = (
        f"Payable within {days} days, by {_date(invoice.due_date)}."
        if days
        else f"Payable on {_date(invoice.due_date)}."
    )
    iban = document.seller.iban
    grouped = " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
    rows = [["Terms", terms], ["IBAN", grouped], ["BIC", document.seller.bic], ["Reference", invoice.number or ""]]
    return [row for row in rows if row[1]]


def _party(party: Party) -> dict[str, Any]:
    return {"name": party.name, "lines": [line for line in party.lines if line], "particulars": party.particulars}


def _columns(lines: Sequence[InvoiceLine]) -> list[str]:
    """Return the names of the columns; list amount and discount are printed where something was taken off."""
    discounts = ["List", "Discount"] if _has_discounts(lines) else []
    return ["No.", "Description", "Quantity", "Unit price", *discounts, "Tax", "Net"]


def _has_discounts(lines: Sequence[InvoiceLine]) -> bool:
    return any(line.discount_minor for line in lines)


def _line(line: InvoiceLine, lines: Sequence[InvoiceLine], currency: str) -> list[str]:
    """Return the cells of a line: EN 16931 BT-146 per BT-149, the amount before and the allowance BT-136, BT-152, BT-131."""
    discounts = []
    if _has_discounts(lines):
        taken = f"\N{MINUS SIGN}{_minor(line.discount_minor, currency)}" if line.discount_minor else ""
        discounts = [_minor(line.net_minor + line.discount_minor, currency), taken]
    per = "" if line.price_per == 1 else f" / {_plain(line.price_per)}"
    return [
        str(line.position),
        breakable(line.description),
        _plain(line.quantity) if line.quantity else "",
        _price(line.unit_price, currency) + per,
        *discounts,
        f"{_plain(line.tax_rate)} %",
        _minor(line.net_minor, currency),
    ]


def _rate(category: str, rate: Decimal) -> str:
    return f"{category} {_plain(rate)} %"


def _amount(minor: int, invoice: Invoice) -> str:
    return _minor(minor, invoice.currency)


def _minor(minor: int, currency: str) -> str:
    """Return an amount in major units with exactly the currency's decimals."""
    return _decimal(money.to_major(minor, currency), money.exponent(currency), money.exponent(currency))


def _price(price: Decimal, currency: str) -> str:
    return _decimal(price, money.exponent(currency), 6)


def _plain(number: Decimal) -> str:
    return _decimal(number, 0, 4)


def _decimal(number: Decimal, least: int, most: int) -> str:
    decimals = "." + "0" * least + "#" * (most - least) if most else ""
    return str(format_decimal(number, format=f"#,##0{decimals}", locale=LOCALE))


def _date(day: date | None) -> str:
    return str(format_date(day, "d MMMM y", locale=LOCALE)) if day else ""
