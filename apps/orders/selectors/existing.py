"""Which orders exist already: the second net behind every intake."""

from collections.abc import Collection

from apps.orders.decisions.outcomes import Placed
from ordercash.kernel import sql

_EXISTING = """
SELECT source_ref, id, number, state, currency, net_minor, tax_minor, gross_minor
  FROM orders_order WHERE source_ref = ANY(%s::text[])
"""


def existing_orders(source_refs: Collection[str]) -> dict[str, Placed]:
    """Return the orders among these references that exist, by reference."""
    rows = sql.fetch(_EXISTING, [list(source_refs)]) if source_refs else []
    return {
        row[0]: Placed(row[1], row[2], row[3], row[4], row[5], row[6], row[7], reasons=(), existed=True) for row in rows
    }
