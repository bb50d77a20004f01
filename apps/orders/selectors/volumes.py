"""How much of each product customers ordered, as orders are confirmed and cancelled."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.masterdata.contract import entities_by_id
from apps.pricing.contract import VolumeChange
from ordercash.kernel import sql
from ordercash.kernel.clock import business_date

# Goods count as what they are, also inside of a bundle; what rules add for nothing was not bought.
_LINES: Final = """
SELECT l.order_id, l.line_no, o.customer_id, l.product_id, o.ordered_at, o.legal_entity_id, o.currency, l.quantity, l.net_minor
  FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
 WHERE l.order_id = ANY(%s::uuid[]) AND l.kind IN ('product', 'part') AND l.product_id IS NOT NULL AND o.customer_id IS NOT NULL
"""


# Of a line number: the quantity and the net that were cancelled.
Cancelled = Mapping[int, tuple[Decimal, int]]


def ordered_volumes(confirmed: Collection[UUID], cancelled: Collection[tuple[UUID, Cancelled]]) -> list[VolumeChange]:
    """Return what confirmed orders add and what cancellations take off again; one statement, none for nothing."""
    wanted = sorted({*confirmed, *(order_id for order_id, _ in cancelled)})
    rows = sql.fetch(_LINES, [wanted]) if wanted else []
    entities = entities_by_id()
    volumes = {
        (order_id, line_no): VolumeChange(
            customer_id, product_id, business_date(at, entities[entity_id].time_zone), currency, quantity, net_minor
        )
        for order_id, line_no, customer_id, product_id, at, entity_id, currency, quantity, net_minor in rows
    }
    new = set(confirmed)
    found = [volume for (order_id, _), volume in volumes.items() if order_id in new]
    for order_id, lines in cancelled:
        for line_no, (quantity, net_minor) in lines.items():
            if (order_id, line_no) in volumes:
                found.append(volumes[order_id, line_no]._replace(quantity=-quantity, net_minor=-net_minor))
    return found
