"""Imported documents: what came of their rows, and the rows that were kept for a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from apps.orders.models import IntakeDocument, IntakeRow
from apps.orders.selectors.homes import Home, homes_of
from ordercash.kernel import sql
from ordercash.kernel.errors import NotFound
from ordercash.kernel.remembered import remembered

# A batch takes seconds; an import that wrote none for so long was interrupted.
STOPPED_AFTER: Final = timedelta(minutes=5)

_CURRENCY: Final = "SELECT currency FROM orders_order WHERE intake_document_id = %s LIMIT 1"
_PROBLEMS: Final = """
SELECT code, count(*), sum(amount) FROM orders_intakerow WHERE document_id = %s GROUP BY code ORDER BY count(*) DESC, code
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """The kept rows with one problem; `amount` sums quantity x price as the rows state them."""

    code: str
    rows: int
    amount: Decimal


def documents() -> QuerySet[IntakeDocument]:
    """Return the imported documents for a list sorted by their id, which is made when they come in."""
    return IntakeDocument.objects.select_related("legal_entity")


def state_of(found: IntakeDocument, *, now: datetime) -> str:
    """Return done, running, or stopped when no rows were read for `STOPPED_AFTER`."""
    if found.finished_at:
        return "done"
    return "stopped" if now - last_progress(found) > STOPPED_AFTER else "running"


def last_progress(found: IntakeDocument) -> datetime:
    """Return when rows were last read."""
    return found.progressed_at or found.started_at


def document(document_id: UUID) -> IntakeDocument:
    """Return one document; raises NotFound."""
    found = documents().filter(pk=document_id).first()
    if found is None:
        raise NotFound("There is no such import.")
    return found


def kept_rows(document_id: UUID, *, code: str = "", subject_kind: str = "") -> QuerySet[IntakeRow]:
    """Return the rows that were kept, for a list sorted by row number."""
    found = IntakeRow.objects.filter(document_id=document_id)
    if code:
        found = found.filter(code=code)
    return found.filter(subject_kind=subject_kind) if subject_kind else found


def problems(document_id: UUID) -> list[Problem]:
    """Return the kept rows by problem; one statement over the document's kept rows."""
    return [Problem(*row) for row in sql.fetch(_PROBLEMS, [document_id])]


def currency_of(found: IntakeDocument) -> str:
    """Return the currency of the document's orders, that of its legal entity when it has none."""
    return next((row[0] for row in sql.fetch(_CURRENCY, [found.pk])), found.legal_entity.currency_id)


@remembered(seconds=60.0)
def homes_kept(document_id: UUID) -> list[Home]:
    """Return the homes of a document's rows, at most a minute old: they are found by reading all of its rows."""
    return homes_of(document_id)
