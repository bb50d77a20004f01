"""What customers bought: added up by day as orders are confirmed, taken off as they are cancelled."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from ordercash.kernel.ids import new_ids
from ordercash.kernel.sql import columns_of, run
from ordercash.kernel.transactions import joins


class VolumeChange(NamedTuple):
    """So much more of a product (its own unit) was ordered by a customer on the day that his order is of; less when negative."""

    customer_id: UUID
    product_id: UUID
    day: date
    currency: str
    quantity: Decimal
    net_minor: int


# Rows are made empty first: a row that is taken off from could not even be proposed below zero.
MAKE: Final = """
INSERT INTO pricing_purchasevolume (id, customer_id, product_id, day, currency)
SELECT i, c, p, d, u FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::date[], %s::text[]) AS w(i, c, p, d, u)
    ON CONFLICT (customer_id, product_id, day, currency) DO NOTHING
"""
ADD: Final = """
WITH wanted AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::date[], %s::text[], %s::numeric[], %s::bigint[]) AS w(c, p, d, u, q, n)
), locked AS (
    SELECT v.id, w.q, w.n FROM wanted w
      JOIN pricing_purchasevolume v ON v.customer_id = w.c AND v.product_id = w.p AND v.day = w.d AND v.currency = w.u
     ORDER BY v.customer_id, v.product_id, v.day, v.currency FOR UPDATE OF v
)
UPDATE pricing_purchasevolume v SET quantity = v.quantity + l.q, net_minor = v.net_minor + l.n FROM locked l WHERE v.id = l.id
"""


@joins
def add_volumes(changes: Sequence[VolumeChange]) -> None:
    """Add changes to the days' sums, rows in key order; two statements, none for none.

    Not safe to repeat: it is called where an event is delivered once, in the transaction that moves the reader's cursor.
    """
    sums: dict[tuple[UUID, UUID, date, str], list[Decimal | int]] = defaultdict(lambda: [Decimal(0), 0])
    for customer, product, day, currency, quantity, net_minor in changes:
        total = sums[customer, product, day, currency]
        total[0] += quantity
        total[1] += net_minor
    keys = sorted(sums)
    if keys:
        run(MAKE, columns_of([(id_, *key) for id_, key in zip(new_ids(len(keys)), keys, strict=True)], 5))
        run(ADD, columns_of([(*key, *sums[key]) for key in keys], 6))
