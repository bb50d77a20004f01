"""Writing what a held order costs after it was decided anew."""

from collections.abc import Sequence

from apps.orders.services.decide import Decision
from apps.orders.services.drafts import OrderDraft
from apps.orders.services.write import insert_lines
from ordercash.kernel import sql
from ordercash.kernel.transactions import joins

_REPRICE = """
UPDATE orders_orderline l
   SET unit_price = c.price, price_source = c.source, net_minor = c.net, tax_category = c.category, tax_rate = c.rate,
       tax_reason = c.reason, tax_minor = c.tax, discount_minor = c.discount, price_per = c.per
  FROM unnest(%s::uuid[], %s::numeric[], %s::text[], %s::bigint[], %s::text[], %s::numeric[], %s::text[], %s::bigint[],
              %s::bigint[], %s::numeric[])
       AS c(id, price, source, net, category, rate, reason, tax, discount, per)
 WHERE l.id = c.id
"""
# Parts, free goods and charges were made by the decision, and are made anew by the next one.
_FORGET = """
DELETE FROM orders_orderline WHERE order_id = ANY(%s::uuid[]) AND kind NOT IN ('product', 'bundle')
"""


@joins
def reprice(ready: Sequence[tuple[OrderDraft, Decision]]) -> None:
    """Write what was decided anew on the lines that were asked for, and the lines that follow from it."""
    rows = [
        (
            d.line.id, d.unit_price, d.price_source, d.net_minor, d.tax_category, d.tax_rate, d.tax_reason, d.tax_minor,
            d.discount_minor, d.price_per,
        )
        for _, decision in ready
        for d in decision.lines
        if d.is_asked
    ]  # fmt: skip
    sql.run(_REPRICE, sql.columns_of(rows, 10))
    sql.run(_FORGET, [[draft.id for draft, _ in ready]])
    added = [(draft.id, line) for draft, decision in ready for line in decision.lines if not line.is_asked]
    if added:
        insert_lines(added)
