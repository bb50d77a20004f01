"""Open documents held by this transaction: every settlement locks them first, in key order, and decides on what it read then."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.billing.decisions.facts import ExposureKey
from ordercash.kernel import sql
from ordercash.kernel.transactions import joins

_LOCK: Final = """
    SELECT id, kind, number, legal_entity_id, customer_id, currency, order_id, state, gross_minor, open_minor, issued_at, bill_to_id
      FROM billing_invoice
     WHERE state <> 'draft'
       AND id IN (SELECT unnest(%s::uuid[]) UNION SELECT invoice_id FROM billing_invoiceline WHERE id = ANY(%s::uuid[]))
     ORDER BY id
       FOR UPDATE"""

_ORDERS: Final = """
    SELECT DISTINCT invoice_id, order_id FROM billing_invoiceline
     WHERE invoice_id = ANY(%s::uuid[]) AND order_id IS NOT NULL ORDER BY invoice_id, order_id"""


@dataclass(slots=True)
class OpenItem:
    """An issued document. `open_minor` is lowered here as the batch decides, and in the database at its end."""

    id: UUID
    kind: str
    number: str
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    order_id: UUID | None
    state: str
    gross_minor: int
    open_minor: int
    issued_at: datetime
    bill_to_id: UUID | None

    @property
    def exposure_key(self) -> ExposureKey:
        return ExposureKey(self.legal_entity_id, self.customer_id, self.currency)


@joins
def lock_documents(ids: Collection[UUID] = (), *, line_ids: Collection[UUID] = ()) -> dict[UUID, OpenItem]:
    """Lock issued documents, named by id or by a line of theirs, and return them by id. One statement."""
    items = [OpenItem(*row) for row in sql.fetch(_LOCK, [list(ids), list(line_ids)])]
    return {item.id: item for item in items}


def orders_of(items: Sequence[OpenItem]) -> dict[UUID, tuple[UUID, ...]]:
    """Return the orders that each document concerns; one statement when some of them concern several."""
    orders: dict[UUID, tuple[UUID, ...]] = {item.id: (item.order_id,) if item.order_id else () for item in items}
    collected = [item.id for item in items if item.order_id is None]
    for invoice_id, order_id in sql.fetch(_ORDERS, [collected]) if collected else []:
        orders[invoice_id] += (order_id,)
    return orders
