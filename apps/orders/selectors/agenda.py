"""When the next thing is due: what `run_day --until-idle` goes by."""

from datetime import UTC, datetime
from typing import Final

from ordercash.kernel import sql

BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)

# The earliest instant at which something can be done; orders that only wait for goods are not counted.
_NEXT: Final = """
SELECT min(at) FROM (
    (SELECT o.ordered_at AS at FROM orders_order o
      CROSS JOIN LATERAL (SELECT FROM inventory_reservation r WHERE r.order_id = o.id AND r.state = 'firm' LIMIT 1) reserved
      WHERE o.state IN ('confirmed', 'partly_shipped') AND o.ordered_at >= %s ORDER BY o.ordered_at LIMIT 1)
    UNION ALL (SELECT min(due_at) FROM inventory_supply WHERE comes_by_itself AND open_quantity > 0 AND due_at >= %s)
    UNION ALL (SELECT min(occurred_at) FROM orders_returnline WHERE state = 'announced' AND occurred_at >= %s)
    UNION ALL (SELECT min(occurred_at) FROM billing_billingobligation WHERE state = 'owed' AND occurred_at >= %s)
    UNION ALL (SELECT min(due_date)::timestamptz FROM billing_invoice
                WHERE state = 'issued' AND kind = 'invoice' AND due_date >= %s AND %s)
) dues
"""


def next_due_at(*, collect: bool, since: datetime | None = None) -> datetime | None:
    """Return when the earliest thing that can be done from `since` on is due, None when the system is idle."""
    ((at,),) = sql.fetch(_NEXT, [since or BEGINNING] * 5 + [collect])
    return at  # type: ignore[no-any-return]
