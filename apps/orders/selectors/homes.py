"""Where every row of an imported document ended: how many rows and how much money, by home and reason.

Amounts are exact products of quantity and price as the file states them, so the homes sum to the file; what was booked is beside
them, and the difference is rounding. A line of a held order that is good itself is counted under the order's first reason.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from ordercash.kernel import sql


@dataclass(frozen=True, slots=True)
class Home:
    """Rows that ended alike. `amount` is what the file states, `booked_minor` what stands in the books for it."""

    home: str
    reason: str
    rows: int
    documents: int
    amount: Decimal
    booked_minor: int


_HOMES: Final = """
WITH case_reason AS (
    SELECT c.subject_id, (SELECT r.code FROM exceptions_casereason r WHERE r.case_id = c.id ORDER BY r.code LIMIT 1) AS code
      FROM exceptions_case c WHERE c.state IN ('open', 'claimed') AND c.subject_kind IN ('order', 'return')
)
SELECT home, reason, count(*), count(DISTINCT subject), sum(amount), sum(booked)
  FROM (
    SELECT CASE WHEN o.state = 'held' THEN 'case' WHEN o.state = 'cancelled' THEN 'cancelled' ELSE 'order' END AS home,
           CASE WHEN o.state = 'held' THEN 'held with: ' || coalesce(c.code, '?')
                WHEN o.state = 'cancelled' THEN '' ELSE o.state END AS reason,
           o.id AS subject, l.quantity * coalesce(l.unit_price, 0) / l.price_per AS amount,
           CASE WHEN o.state IN ('held', 'cancelled') THEN 0 ELSE l.net_minor END AS booked
      FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id LEFT JOIN case_reason c ON c.subject_id = o.id
     WHERE o.intake_document_id = %s AND l.intake_row IS NOT NULL
    UNION ALL
    SELECT CASE WHEN o.state = 'held' THEN 'case' ELSE 'dismissed' END, r.code, r.subject_id, r.amount, 0
      FROM orders_intakerow r JOIN orders_order o ON o.id = r.subject_id
     WHERE r.document_id = %s AND r.subject_kind = 'order'
    UNION ALL
    SELECT CASE l.state WHEN 'credited' THEN 'credit note' WHEN 'announced' THEN 'waiting' WHEN 'held' THEN 'case' ELSE l.state END,
           CASE WHEN l.state = 'held' THEN l.hold_code ELSE '' END,
           q.id, coalesce(k.amount, -l.quantity * l.unit_price), CASE l.state WHEN 'credited' THEN -l.net_minor ELSE 0 END
      FROM orders_returnline l JOIN orders_returnrequest q ON q.id = l.request_id
      LEFT JOIN orders_intakerow k ON k.document_id = q.intake_document_id AND k.row_number = l.intake_row
     WHERE q.intake_document_id = %s
  ) rows_of_document
 GROUP BY home, reason ORDER BY home DESC, sum(abs(amount)) DESC
"""


def homes_of(document_id: UUID) -> list[Home]:
    """Return the homes of a document's rows, those that went through first."""
    return [Home(*row) for row in sql.fetch(_HOMES, [document_id] * 3)]
