"""The journal as CSV (RFC 4180): one row per posting.

A spreadsheet runs a cell that begins like a formula, whoever wrote it; texts are kept from that by an apostrophe in front of them
(https://owasp.org/www-community/attacks/CSV_Injection). Amounts are not texts and stay as they are.
"""

import csv
import io
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from ordercash.kernel.money import exponent, to_major

COLUMNS: Final = (
    "entry_id", "legal_entity", "entry_date", "kind", "source_kind", "source_id", "source_ref", "document", "memo", "posting_id", "account",
    "account_name", "customer_id", "debit", "credit", "currency", "functional_debit", "functional_credit", "functional_currency",
    "tax_category", "tax_rate",
)  # fmt: skip

FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def head_row() -> str:
    """Return the names of the columns."""
    return _text([COLUMNS])


def entry_rows(entry: Any, legal_entities: dict[UUID, str], document: str) -> str:
    """Return an entry (EntryFacts) as one row per posting; `document` is the number of the document behind it."""
    start = [
        entry.id, _plain(legal_entities[entry.legal_entity_id]), entry.entry_date, entry.kind, entry.source_kind, entry.source_id,
        _plain(entry.source_ref), _plain(document), _plain(entry.memo),
    ]  # fmt: skip
    return _text([[*start, *_columns(line)] for line in entry.postings])


def _columns(line: Any) -> list[Any]:
    return [
        line.id, _plain(line.account_code), _plain(line.account_name), line.customer_id,
        *_sides(line.amount_minor, line.currency), line.currency,
        *_sides(line.functional_minor, line.functional_currency), line.functional_currency,
        line.tax_category, line.tax_rate,
    ]  # fmt: skip


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def _sides(minor: int, currency: str) -> tuple[str, str]:
    amount = f"{to_major(abs(minor), currency):.{exponent(currency)}f}" if minor else ""
    return (amount, "") if minor > 0 else ("", amount)


def _text(rows: Sequence[Sequence[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
