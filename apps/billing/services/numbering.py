"""Legal numbers: gapless per legal entity, series and year, taken in the last statements before the commit."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from apps.billing.decisions.document import Document, legal_number
from ordercash.kernel import sql
from ordercash.kernel.transactions import joins

# The row of a series is locked from here to the commit: whoever numbers the same series waits, and a rollback gives the numbers back.
_TAKE: Final = """
    INSERT INTO billing_numberseries AS s (id, legal_entity_id, series, year, next_number)
    SELECT new_id(), w.entity, w.series, w.year, w.wanted + 1
      FROM unnest(%s::uuid[], %s::text[], %s::smallint[], %s::bigint[]) AS w(entity, series, year, wanted)
     ORDER BY w.entity, w.series, w.year
    ON CONFLICT (legal_entity_id, series, year) DO UPDATE SET next_number = s.next_number + EXCLUDED.next_number - 1
    RETURNING s.legal_entity_id, s.series, s.year, s.next_number"""

_ISSUE: Final = """
    UPDATE billing_invoice AS i
       SET state = CASE WHEN i.open_minor = 0 THEN 'settled' ELSE 'issued' END,
           year = n.year, serial = n.serial, number = n.number,
           issue_date = n.issue_date, due_date = n.due_date, issued_at = n.issued_at
      FROM unnest(%s::uuid[], %s::smallint[], %s::bigint[], %s::text[], %s::date[], %s::date[], %s::timestamptz[])
           AS n(id, year, serial, number, issue_date, due_date, issued_at)
     WHERE i.id = n.id AND i.state = 'draft'"""


@joins
def issue_documents(documents: Sequence[Document]) -> dict[UUID, str]:
    """Number drafts in the order given and make them issued; returns the numbers by id. Two statements.

    A document with nothing to pay is settled at once. The database refuses one whose lines or taxes do not sum to its totals.
    """
    if not documents:
        return {}
    wanted = Counter(document.series_key for document in documents)
    taken = sql.fetch(_TAKE, sql.columns_of([(*key, count) for key, count in wanted.items()], 4))
    following = {(entity, series, year): after - wanted[entity, series, year] for entity, series, year, after in taken}
    rows: list[tuple[Any, ...]] = []
    for document in documents:
        year, serial = document.issue_date.year, following[document.series_key]
        following[document.series_key] += 1
        number = legal_number(document.series, year, serial)
        rows.append((document.id, year, serial, number, document.issue_date, document.due_date, document.issued_at))
    sql.run(_ISSUE, sql.columns_of(rows, 7))
    return {row[0]: row[3] for row in rows}
