"""Intake documents: what came in as a file, kept with its hash and with every row that could not go through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from apps.orders.services.drafts import BadRow
from ordercash.kernel import sql
from ordercash.kernel.ids import new_id, new_ids
from ordercash.kernel.transactions import joins, writes

_OPEN = """
INSERT INTO orders_intakedocument (id, name, sha256, mapping_name, mapping_sha256, legal_entity_id, row_count, rows_done, started_at,
                                   progressed_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, 0, %s, %s)
ON CONFLICT (sha256, mapping_sha256) DO UPDATE SET progressed_at = excluded.progressed_at
 WHERE orders_intakedocument.finished_at IS NULL
"""
_FIND = "SELECT id, finished_at FROM orders_intakedocument WHERE sha256 = %s AND mapping_sha256 = %s"
_TOLD = "UPDATE orders_intakedocument SET rows_done = greatest(rows_done, %s), progressed_at = %s WHERE id = %s"
_DONE = "UPDATE orders_intakedocument SET rows_done = greatest(rows_done, %s), finished_at = %s WHERE id = %s"
_ROWS = """
INSERT INTO orders_intakerow (id, document_id, row_number, subject_kind, subject_id, code, detail, amount, raw)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::int[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::numeric[], %s::jsonb[])
ON CONFLICT (document_id, row_number) DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class DocumentDraft:
    """A file about to be imported under a mapping."""

    name: str
    sha256: bytes
    mapping_name: str
    mapping_sha256: bytes
    legal_entity_id: UUID
    row_count: int


class KeptRow(NamedTuple):
    """A row that holds its order or return ("order", "return") with what is wrong with it."""

    subject_kind: str
    subject_id: UUID
    row: BadRow


@writes
def open_document(draft: DocumentDraft, *, now: datetime) -> tuple[UUID, bool]:
    """Return the document's id and whether it was imported to its end before; the same file and mapping are one document."""
    sql.run(
        _OPEN,
        [new_id(), draft.name[:200], draft.sha256, draft.mapping_name, draft.mapping_sha256, draft.legal_entity_id,
         draft.row_count, now, now],
    )  # fmt: skip
    ((document_id, finished_at),) = sql.fetch(_FIND, [draft.sha256, draft.mapping_sha256])
    return document_id, finished_at is not None


@joins
def keep_rows(document_id: UUID, rows: Sequence[KeptRow]) -> None:
    """Keep rows that could not become lines, in one statement; a row is kept once."""
    if not rows:
        return
    values = [
        (row_id, document_id, kept.row.row_number, kept.subject_kind, kept.subject_id, kept.row.code,
         kept.row.detail[:300], kept.row.amount, orjson.dumps(kept.row.raw).decode())
        for row_id, kept in zip(new_ids(len(rows)), rows, strict=True)
    ]  # fmt: skip
    sql.run(_ROWS, sql.columns_of(values, 9))


@joins
def tell_rows(document_id: UUID, *, rows_done: int, now: datetime) -> None:
    """Say how many rows are read, with the batch that they stand in."""
    sql.run(_TOLD, [rows_done, now, document_id])


@writes
def finish_document(document_id: UUID, *, rows_done: int, now: datetime) -> None:
    """Mark the document as imported to its end."""
    sql.run(_DONE, [rows_done, now, document_id])
