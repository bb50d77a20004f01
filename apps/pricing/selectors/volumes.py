"""What customers bought in the days before an instant."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from ordercash.kernel.sql import fetch

_VOLUMES: Final = """
SELECT w.n, trim_scale(sum(v.quantity))
  FROM unnest(%s::int[], %s::uuid[], %s::uuid[], %s::date[], %s::date[]) AS w(n, customer, product, since, until)
  JOIN pricing_purchasevolume v ON v.customer_id = w.customer AND v.product_id = w.product
   AND v.day >= w.since AND v.day <= w.until
 GROUP BY w.n
"""


class VolumeWish(NamedTuple):
    """What a customer bought of a product on `day` and in the `days` days before it."""

    customer_id: UUID
    product_id: UUID
    day: date
    days: int


def volumes_before(wishes: Collection[VolumeWish]) -> Mapping[VolumeWish, Decimal]:
    """Return the quantities in the products' own units; nothing bought is left out. One statement, none for none."""
    wanted = sorted(wishes)
    if not wanted:
        return {}
    numbers = list(range(len(wanted)))
    customers, products, days, lengths = (list(column) for column in zip(*wanted, strict=True))
    since = [day - timedelta(days=length) for day, length in zip(days, lengths, strict=True)]
    return {wanted[number]: total for number, total in fetch(_VOLUMES, [numbers, customers, products, since, days])}
