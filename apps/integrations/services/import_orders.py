"""Importing a flat file: documents become orders or returns, batch by batch, each batch one transaction.

Every row gets one home: a line of an order, a line of a return, or a kept row of a held one. Whoever imports the same file
again, or goes on after a stop, makes nothing twice: orders and returns carry the document's own number as their source.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from apps.integrations.decisions.mapping import Mapping
from apps.integrations.decisions.rows import FlatRow, RowReader, grouped
from apps.integrations.services.documents import Document, split_document
from apps.integrations.services.flat_file import FileFacts, check_unchanged, inspect_file, open_rows
from apps.integrations.services.masters import Masters
from apps.orders.contract import (
    DocumentDraft,
    KeptRow,
    Placed,
    ReturnDraft,
    announce_returns,
    existing_orders,
    existing_returns,
    finish_document,
    keep_rows,
    open_document,
    place_drafts,
    tell_rows,
)
from ordercash.kernel.actor import Actor
from ordercash.kernel.lane import Lane
from ordercash.kernel.statistics import refresh_statistics
from ordercash.kernel.transactions import writes

ROWS_PER_BATCH = 5_000
# How far a file's clock may be ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(slots=True)
class Imported:
    """What an import did; counts of documents and rows. `existed` were made by an earlier import.

    `amount` sums quantity x price of all rows as the file states it, `charges` the charges of its orders, once per document.
    """

    document_id: UUID
    currency: str
    rows: int = 0
    amount: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    orders: int = 0
    held: int = 0
    returns: int = 0
    existed: int = 0
    kept_rows: int = 0


def import_file(
    path: Path,
    mapping: Mapping,
    *,
    actor: Actor,
    now: Callable[[], datetime],
    progress: Callable[[int, int], None] = lambda done, total: None,
    rows_per_batch: int = ROWS_PER_BATCH,
) -> Imported:
    """Import the whole file; raises FileUnusable or MappingMalformed before anything is written.

    `now` gives the recording time of each batch; business times come from the file, in the mapping's zone. A file that changes
    meanwhile stops the import before the next batch.
    `progress(done, total)` is told after each batch, in rows.
    """
    facts = inspect_file(path, mapping)
    masters = Masters(mapping)
    draft = DocumentDraft(path.name, facts.sha256, mapping.name, mapping.sha256, masters.entity.id, facts.row_count)
    document_id, _ = open_document(draft, now=now())
    result = Imported(document_id, mapping.currency or masters.entity.currency)
    reader = RowReader(mapping, facts.header, latest=now() + CLOCK_TOLERANCE)
    # A batch is written in the second lane while the next one is read here.
    with Lane() as lane:
        writing: Future[None] | None = None
        for batch in _batches(reader, facts, mapping, rows_per_batch):
            _finish(writing, result, facts, progress)
            check_unchanged(facts)
            writing = lane.start(_import_batch, batch, masters, reader, result, actor=actor, now=now())
        _finish(writing, result, facts, progress)
    check_unchanged(facts)
    finish_document(document_id, rows_done=result.rows, now=now())
    return result


def _finish(
    writing: "Future[None] | None", result: Imported, facts: FileFacts, progress: Callable[[int, int], None]
) -> None:
    """Wait for the batch that is being written."""
    if writing is not None:
        writing.result()
        refresh_statistics()
        progress(result.rows, facts.row_count)


def _batches(reader: RowReader, facts: FileFacts, mapping: Mapping, size: int) -> Iterator[list[list[FlatRow]]]:
    """Yield whole documents, about `size` rows at a time."""
    rows = (reader.read(number, cells) for number, cells in open_rows(facts, mapping))
    batch: list[list[FlatRow]] = []
    count = 0
    for group in grouped(rows, facts.sizes):
        batch.append(group)
        count += len(group)
        if count >= size:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


@writes
def _import_batch(
    groups: Sequence[Sequence[FlatRow]],
    masters: Masters,
    reader: RowReader,
    result: Imported,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    masters.ensure(groups, reader)
    documents = [split_document(group, masters, reader, result.document_id, actor.id) for group in groups]
    known = _known(documents)
    new = [document for document in documents if document.source_ref not in known]
    orders = [document.order for document in new if document.order is not None]
    returns = [document.giving_back for document in new if document.giving_back is not None]
    placed = place_drafts(orders, now=now)
    announce_returns(returns, now=now)
    kept = [KeptRow(kind, subject_id, row) for document in new for kind, subject_id, row in document.kept]
    keep_rows(result.document_id, kept)
    _count(result, groups, documents, placed, returns, kept, existed=len(documents) - len(new))
    tell_rows(result.document_id, rows_done=result.rows, now=now)


def _known(documents: Sequence[Document]) -> set[str]:
    orders = existing_orders([document.source_ref for document in documents if document.order is not None])
    returns = existing_returns([document.source_ref for document in documents if document.giving_back is not None])
    return set(orders) | set(returns)


def _count(
    result: Imported,
    groups: Sequence[Sequence[FlatRow]],
    documents: Sequence[Document],
    placed: Sequence[Placed],
    returns: Sequence[ReturnDraft],
    kept: Sequence[KeptRow],
    *,
    existed: int,
) -> None:
    result.rows += sum(len(group) for group in groups)
    result.amount += sum((row.amount for group in groups for row in group), Decimal(0))
    result.charges += sum((document.charges for document in documents), Decimal(0))
    result.orders += len(placed)
    result.held += sum(answer.state == "held" for answer in placed)
    result.returns += len(returns)
    result.kept_rows += len(kept)
    result.existed += existed
