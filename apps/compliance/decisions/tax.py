"""Which VAT applies: the most specific row of the dated table decides, and no row is no answer."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from apps.compliance.decisions.union import is_member

UNION: Final = "EU"
ELSEWHERE: Final = "XX"
ANYWHERE: Final = ""


class TaxRow(NamedTuple):
    """A row of the table, in force on the days [from_date, until_date)."""

    seller_country: str
    destination: str
    buyer: str
    tax_class: str
    category: str
    rate: Decimal
    reason: str
    from_date: date
    until_date: date | None


class TaxRequest(NamedTuple):
    """One line to be taxed; countries are ISO 3166, `on_date` is the day in the seller's zone."""

    seller_country: str
    destination_country: str
    tax_class: str
    buyer_has_vat_id: bool
    on_date: date


class TaxAnswer(NamedTuple):
    """The VAT category (EN 16931, UNCL 5305), the rate in per cent, and for untaxed categories the reason to print."""

    category: str
    rate: Decimal
    reason: str


TaxTable = Mapping[tuple[str, str, str, str], Sequence[TaxRow]]


def build_table(rows: Iterable[TaxRow]) -> TaxTable:
    """Index the rows by what a request asks for."""
    table: defaultdict[tuple[str, str, str, str], list[TaxRow]] = defaultdict(list)
    for row in rows:
        table[row.seller_country, row.tax_class, row.destination, row.buyer].append(row)
    return dict(table)


def decide_tax(table: TaxTable, request: TaxRequest) -> TaxAnswer | None:
    """Return the tax of a line; None when the table does not say or the destination is unknown: never a silent zero.

    Precedence: the very country, then another member of the seller's union, then any other country outside of it, then
    anywhere; within each, rows for this kind of buyer before rows for all.
    """
    seller, destination, tax_class, has_vat_id, on_date = request
    if not destination:
        return None
    buyers = ("business" if has_vat_id else "consumer", "")
    for place in _places(seller, destination, on_date):
        for buyer in buyers:
            for row in table.get((seller, tax_class, place, buyer), ()):
                if row.from_date <= on_date and (row.until_date is None or on_date < row.until_date):
                    return TaxAnswer(row.category, row.rate, row.reason)
    return None


def _places(seller: str, destination: str, on_date: date) -> Iterator[str]:
    yield destination
    if destination != seller:
        both_members = is_member(seller, on_date) and is_member(destination, on_date)
        yield UNION if both_members else ELSEWHERE
    yield ANYWHERE
