"""One line, as usual handled and from the first warehouse that is asked: the shortest way to take, by one statement that locks one row.

Who meets others there waits for them inside of the statement, and then the condition is looked at anew. Nearly always it still holds.
Otherwise the row is locked already although nothing was taken; where goods of the product lie elsewhere, too, going on would lock
rows out of order, and the transaction is begun anew. What this way did not serve goes the general way (`fast`) for some seconds.
"""

from collections.abc import Sequence
from typing import Final

from django.db import OperationalError
from psycopg.errors import SerializationFailure

from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.services.reserving.taking import group_of
from apps.inventory.services.selling import MAY_SELL
from ordercash.kernel.remembered import remembered
from ordercash.kernel.sql import fetch

USUAL: Final = "s.handling = 'conditional' AND NOT s.has_lots AND NOT s.has_quotas"

TAKE_ONE: Final = f"""
WITH first AS MATERIALIZED (
    SELECT s.id, {USUAL} AND {MAY_SELL} >= %s AS has_it
      FROM inventory_warehouse w JOIN inventory_stock s ON s.product_id = %s AND s.warehouse_id = w.id
     WHERE w.legal_entity_id = %s AND w.is_active ORDER BY w.priority, w.code LIMIT 1
), taken AS (
    UPDATE inventory_stock s SET reserved = s.reserved + %s, version = s.version + 1
      FROM first f WHERE s.id = f.id AND f.has_it AND {USUAL} AND {MAY_SELL} >= %s
    RETURNING s.id, s.warehouse_id
), promised AS (
    INSERT INTO inventory_reservation (id, order_id, line_id, product_id, warehouse_id, stock_id, quantity, occurred_at)
    SELECT new_id(), %s, %s, %s, t.warehouse_id, t.id, %s, %s FROM taken t
)
SELECT f.has_it, EXISTS (SELECT 1 FROM taken),
       (SELECT count(*) FROM inventory_stock s WHERE s.product_id = %s AND f.has_it AND NOT EXISTS (SELECT 1 FROM taken))
  FROM first f
"""  # noqa: S608 - constants of ours


@remembered(seconds=5)
def _not_served(group: Group) -> list[bool]:
    """Return a note about a group, which says after some attempt that this way does not serve it."""
    return []


def take_one(goods: Sequence[DemandLine]) -> bool:
    """Reserve the one line that these are, if they are one and it can be done so; say whether it was.

    Raises OperationalError, which begins the transaction anew, when somebody else was quicker and going on could tie a knot.
    """
    if len(goods) != 1:
        return False
    line = goods[0]
    note = _not_served(group_of(line))
    if note:
        return False
    quantity, product_id = line.quantity, line.product_id
    found = fetch(
        TAKE_ONE,
        [quantity, product_id, line.legal_entity_id, quantity, quantity,
         line.order_id, line.line_id, product_id, quantity, line.occurred_at, product_id],
    )  # fmt: skip
    seen, taken, rows = found[0] if found else (False, False, 0)
    if taken:
        return True
    note.append(True)
    if seen and rows > 1:
        raise OperationalError("Somebody else took the rest of a stock row meanwhile.") from SerializationFailure()
    return False
