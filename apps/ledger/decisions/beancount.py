"""The journal as Beancount text (https://beancount.github.io/docs/beancount_language_syntax.html).

An outside program then checks our books: every entry balances, and the balances at the end are those that we hold.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from ordercash.kernel.money import exponent, to_major

ROOTS: Final = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
}


@dataclass(frozen=True, slots=True)
class ExportedAccount:
    """An account as the export needs it; `name_path` is how Beancount calls it."""

    id: UUID
    code: str
    name: str
    kind: str
    legal_entity: str

    @property
    def name_path(self) -> str:
        return f"{ROOTS[self.kind]}:{_component(self.legal_entity)}:{_component(f'{self.code}-{self.name}')}"


# Beancount divides a total price by the units and multiplies again, which leaves the 27th digit; whole currencies have no tolerance.
TOLERANCE: Final = 'option "inferred_tolerance_default" "*:0.000001"\n'


def header(title: str, operating_currencies: list[str]) -> str:
    """Return the options at the top."""
    currencies = "".join(f'option "operating_currency" "{currency}"\n' for currency in operating_currencies)
    return f'option "title" {_quoted(title)}\n{TOLERANCE}{currencies}'


def opening(account: ExportedAccount, day: date) -> str:
    """Return the directive that opens an account."""
    return f"{day} open {account.name_path}\n"


def transaction(entry: Any, names: dict[UUID, str], document: str) -> str:
    """Return one entry (EntryFacts) as one transaction, with the document's number and the ids of document and entry."""
    meta = f"  entry: {_quoted(str(entry.id))}\n  document: {_quoted(f'{entry.source_kind} {entry.source_id}')}\n"
    told = " ".join(part for part in (document, entry.memo) if part) or entry.source_ref
    head = f"{entry.entry_date} * {_quoted(entry.kind)} {_quoted(told)}\n"
    ref = f"  source: {_quoted(entry.source_ref)}\n"
    return "\n" + head + meta + ref + "".join(_posting_lines(entry, names))


def balance(account: ExportedAccount, amount_minor: int, currency: str, day: date) -> str:
    """Return the assertion that an account holds an amount, to the minor unit, at the beginning of a day."""
    number, unit = _amount(amount_minor, currency).split()
    return f"{day} balance {account.name_path}  {number} ~ 0 {unit}\n"


def _posting_lines(entry: Any, names: dict[UUID, str]) -> Iterator[str]:
    for line in entry.postings:
        yield f"  {names[line.account_id]}  {_posting_amount(line)}\n"
        if line.customer_id:
            yield f'    customer: "{line.customer_id}"\n'
        if line.tax_category:
            yield f"    tax: {_quoted(f'{line.tax_category} {line.tax_rate.normalize():f}')}\n"


def _posting_amount(line: Any) -> str:
    """A foreign amount is given with its total price, so that the entity's own currency is what balances."""
    own = _amount(line.functional_minor, line.functional_currency)
    if line.currency == line.functional_currency or line.amount_minor == 0:
        return own
    return f"{_amount(line.amount_minor, line.currency)} @@ {_amount(abs(line.functional_minor), line.functional_currency)}"


def _amount(minor: int, currency: str) -> str:
    return f"{to_major(minor, currency):.{exponent(currency)}f} {currency}"


def _quoted(text: str) -> str:
    flat = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{flat}"'


def _component(text: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-") or "X"
    return plain[0].upper() + plain[1:]
