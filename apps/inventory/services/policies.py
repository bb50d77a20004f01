"""What orders agreed to when goods are short, asked before anything of them leaves."""

from collections.abc import Collection, Iterable
from uuid import UUID

from apps.inventory.decisions.facts import DemandLine
from apps.inventory.decisions.gate import Agreed, Standing, why_it_waits
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import joins

# An order without a policy, nearly every one, is not even looked at.
AGREED = """
SELECT p.order_id, p.ship, p.minimum_percent, p.minimum_quantity,
       coalesce((SELECT sum(r.quantity) FROM inventory_reservation r WHERE r.order_id = p.order_id AND r.state = 'firm'), 0),
       coalesce((SELECT sum(b.quantity) FROM inventory_backorder b WHERE b.order_id = p.order_id), 0)
  FROM inventory_orderpolicy p WHERE p.order_id = ANY(%s::uuid[]) AND p.ship <> 'as_ready'
"""


FREEZE = """
INSERT INTO inventory_orderpolicy (order_id, ship) SELECT unnest(%s::uuid[]), 'complete' ON CONFLICT (order_id) DO NOTHING
"""


@joins
def freeze_policies(lines: Iterable[DemandLine]) -> None:
    """Keep what the orders of these lines agreed to, once for good: those that want everything at once ship complete.

    One statement, none for usual orders.
    """
    if complete := {line.order_id for line in lines if not line.about.partial_ok}:
        run(FREEZE, [sorted(complete)])


def held_back(order_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return, by order, the code of why nothing of it may leave yet; an order that may go on has no entry. One statement.

    Codes: `not_complete`, `below_minimum`.
    """
    found = {}
    for order_id, ship, percent, quantity, reserved, waiting in fetch(AGREED, [list(order_ids)]) if order_ids else ():
        if why := why_it_waits(Agreed(ship, percent, quantity), Standing(reserved, waiting)):
            found[order_id] = why
    return found
