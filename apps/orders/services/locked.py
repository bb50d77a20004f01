"""Orders under lock: what the verbs after placing start from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.orders.decisions.freeze import part_minor
from ordercash.kernel import sql
from ordercash.kernel.transactions import joins


@dataclass(frozen=True, slots=True)
class LockedOrder:
    """The header of an order that this transaction holds."""

    id: UUID
    number: str
    state: str
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    bill_to_id: UUID
    invoicing: str
    payment_terms_days: int
    gross_minor: int
    ordered_at: datetime
    purchase_order: str

    @property
    def reference(self) -> str:
        """How the buyer knows the order: by his own purchase order when he gave one, and by our number."""
        return f"{self.purchase_order} ({self.number})" if self.purchase_order else self.number


@dataclass(slots=True)
class LineFacts:
    """An order line with its frozen amounts; `consumed` counts what was shipped or cancelled before."""

    id: UUID
    order_id: UUID
    line_no: int
    product_id: UUID
    description: str
    quantity: Decimal
    cancelled_quantity: Decimal
    unit_price: Decimal
    net_minor: int
    tax_category: str
    tax_rate: Decimal
    tax_reason: str
    tax_minor: int
    kind: str
    part_of: int | None
    price_per: Decimal
    discount_minor: int
    consumed: Decimal = Decimal(0)

    def take(self, quantity: Decimal) -> "Share":
        """Return what the next `quantity` units take of the line; any sequence of takes sums to it."""
        before = self.consumed
        self.consumed = before + quantity
        discount_minor = self.discount_minor and part_minor(self.discount_minor, self.quantity, before, quantity)
        return Share(
            part_minor(self.net_minor, self.quantity, before, quantity),
            part_minor(self.tax_minor, self.quantity, before, quantity),
            discount_minor,
        )


class Share(NamedTuple):
    """A part of a line's frozen amounts."""

    net_minor: int
    tax_minor: int
    discount_minor: int


_ORDERS = """
SELECT id, number, state, legal_entity_id, customer_id, currency, bill_to_id, invoicing, payment_terms_days, gross_minor, ordered_at,
       purchase_order
  FROM orders_order WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""
_LINES = """
SELECT id, order_id, line_no, product_id, description, quantity, cancelled_quantity, unit_price,
       net_minor, tax_category, tax_rate, tax_reason, tax_minor, kind, part_of, price_per, discount_minor
  FROM orders_orderline WHERE order_id = ANY(%s::uuid[]) ORDER BY order_id, line_no
"""
_MOVE = """
UPDATE orders_order o SET state = m.state, version = o.version + 1
  FROM unnest(%s::uuid[], %s::text[]) AS m(id, state) WHERE o.id = m.id AND o.state <> m.state
"""


@joins
def lock_orders(order_ids: Collection[UUID]) -> dict[UUID, LockedOrder]:
    """Lock the orders in key order and return those that exist, by id."""
    return {row[0]: LockedOrder(*row) for row in sql.fetch(_ORDERS, [list(order_ids)])}


def lines_of(order_ids: Collection[UUID]) -> dict[UUID, LineFacts]:
    """Return the lines of the orders by line id, ordered by order and line number."""
    return {row[0]: LineFacts(*row) for row in sql.fetch(_LINES, [list(order_ids)])}


@joins
def move_orders(states: Mapping[UUID, str]) -> None:
    """Write the new states of locked orders in one statement."""
    if states:
        sql.run(_MOVE, [list(states), list(states.values())])


def by_order(lines: Mapping[UUID, LineFacts]) -> dict[UUID, Sequence[LineFacts]]:
    """Group lines by their order."""
    grouped: dict[UUID, list[LineFacts]] = {}
    for line in lines.values():
        grouped.setdefault(line.order_id, []).append(line)
    return dict(grouped)
