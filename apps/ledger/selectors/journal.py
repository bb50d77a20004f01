"""Reading the journal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ordercash.kernel import sql
from ordercash.kernel.errors import NotFound
from ordercash.web.keyset import Slice, read_cursor, slice_from
from ordercash.web.links import names_of

SORT = "-entry_date"

# The ids of entries are made in the order in which they are recorded.
_NEWEST: Final = "SELECT legal_entity_id FROM ledger_journalentry ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class PostingLine:
    """One posting of an entry; debit positive, credit negative, in minor units."""

    id: UUID
    account_id: UUID
    account_code: str
    account_name: str
    customer_id: UUID | None
    amount_minor: int
    currency: str
    functional_minor: int
    functional_currency: str
    tax_category: str
    tax_rate: Decimal | None


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One journal entry with its postings; (source_kind, source_id) is the document behind it."""

    id: UUID
    legal_entity_id: UUID
    kind: str
    source_kind: str
    source_id: UUID
    source_ref: str
    entry_date: date
    occurred_at: datetime
    recorded_at: datetime
    memo: str
    customer_id: UUID | None
    postings: tuple[PostingLine, ...] = ()

    @property
    def currency(self) -> str:
        """The document's currency."""
        return self.postings[0].currency

    @property
    def debit_minor(self) -> int:
        """What the debit side sums to in the document's currency."""
        return sum(
            line.amount_minor for line in self.postings if line.amount_minor > 0 and line.currency == self.currency
        )


ENTRY_COLUMNS = (
    "e.id, e.legal_entity_id, e.kind, e.source_kind, e.source_id, e.source_ref, e.entry_date, e.occurred_at,"
    " e.recorded_at, e.memo, e.customer_id"
)
_POSTINGS = (
    "SELECT p.entry_id, p.id, p.account_id, a.code, a.name, p.customer_id, p.amount_minor, p.currency, p.functional_minor,"
    " p.functional_currency, p.tax_category, p.tax_rate"
    " FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id WHERE p.entry_id = ANY(%s::uuid[]) ORDER BY p.id"
)


def entries_of(source_ids: Sequence[UUID]) -> list[EntryFacts]:
    """Return the entries of several documents with their postings, in order of time; two statements."""
    rows = sql.fetch(
        f"SELECT {ENTRY_COLUMNS} FROM ledger_journalentry e WHERE e.source_id = ANY(%s::uuid[])"  # noqa: S608
        " ORDER BY e.entry_date, e.id",
        [list(source_ids)],
    )
    return with_postings(rows)


def document_names(entries: Iterable[EntryFacts]) -> dict[UUID, str]:
    """Return how the documents behind entries are called (an invoice's legal number) by their ids; one statement per kind."""
    ids: dict[str, set[UUID]] = {}
    for entry in entries:
        ids.setdefault(entry.source_kind, set()).add(entry.source_id)
    return {id: name for kind, some in ids.items() for id, name in names_of(kind, some).items()}


def with_postings(rows: Sequence[sql.Row]) -> list[EntryFacts]:
    """Return the entries of rows of ENTRY_COLUMNS, each with its postings; one statement."""
    lines: dict[UUID, list[PostingLine]] = {row[0]: [] for row in rows}
    for entry_id, *values in sql.fetch(_POSTINGS, [list(lines)]) if rows else []:
        lines[entry_id].append(PostingLine(*values))
    return [EntryFacts(*(*row, tuple(lines[row[0]]))) for row in rows]


def journal(
    legal_entity_id: UUID, *, kind: str = "", until: date | None = None, cursor: str = "", limit: int = 50
) -> Slice[EntryFacts]:
    """Return a page of a legal entity's journal, the newest day first, each entry with its postings; two statements."""
    position = read_cursor(SORT, cursor)
    backwards = position is not None and position.backwards
    beyond, direction = (">", "ASC") if backwards else ("<", "DESC")
    filters: list[str] = ["e.legal_entity_id = %s"]
    params: list[Any] = [legal_entity_id]
    for condition, value in (("e.kind = %s", kind), ("e.entry_date <= %s", until)):
        if value:
            filters.append(condition)
            params.append(value)
    if position is not None:
        filters.append(f"(e.entry_date, e.id) {beyond} (%s, %s)")
        params += [position.value, position.id]
    rows = sql.fetch(
        f"SELECT {ENTRY_COLUMNS} FROM ledger_journalentry e WHERE {' AND '.join(filters)}"  # noqa: S608 - texts of this module
        f" ORDER BY e.entry_date {direction}, e.id {direction} LIMIT %s",
        [*params, limit + 1],
    )
    return slice_from(with_postings(rows), sort=SORT, position=position, limit=limit)


def entries_after(legal_entity_id: UUID, position: tuple[date, UUID], limit: int) -> list[EntryFacts]:
    """Return the entries of a legal entity after (day, id), the oldest first, with their postings; two statements."""
    rows = sql.fetch(
        f"SELECT {ENTRY_COLUMNS} FROM ledger_journalentry e WHERE e.legal_entity_id = %s"  # noqa: S608 - constant
        " AND (e.entry_date, e.id) > (%s, %s) ORDER BY e.entry_date, e.id LIMIT %s",
        [legal_entity_id, *position, limit],
    )
    return with_postings(rows)


def newest_books() -> UUID | None:
    """Return the id of the legal entity whose entry was recorded last, None before the first one; one statement."""
    return next((row[0] for row in sql.fetch(_NEWEST)), None)


def entry_of(entry_id: UUID) -> EntryFacts:
    """Return one entry with its postings; raises NotFound."""
    rows = sql.fetch(f"SELECT {ENTRY_COLUMNS} FROM ledger_journalentry e WHERE e.id = %s", [entry_id])  # noqa: S608 - constant
    if not rows:
        raise NotFound("There is no such entry.")
    return with_postings(rows)[0]
