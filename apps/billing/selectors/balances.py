"""What is open: by customer, and by how long it is overdue."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from ordercash.kernel import sql

# Days overdue, half-open: a bucket holds what is overdue at least its first and less than the next one's first day.
BUCKETS: Final = (("not_due", None), ("1_30", 1), ("31_60", 31), ("61_90", 61), ("over_90", 91))

_AGEING: Final = """
    SELECT legal_entity_id, currency,
           CASE WHEN %s::date - due_date < 1 THEN 'not_due' WHEN %s::date - due_date < 31 THEN '1_30'
                WHEN %s::date - due_date < 61 THEN '31_60' WHEN %s::date - due_date < 91 THEN '61_90' ELSE 'over_90' END AS bucket,
           sum(open_minor)::bigint, count(*)
      FROM billing_invoice
     WHERE state = 'issued' AND kind = 'invoice'
       AND (%s::uuid IS NULL OR legal_entity_id = %s) AND (%s::uuid IS NULL OR customer_id = %s)
     GROUP BY 1, 2, 3 ORDER BY 1, 2"""

_BALANCES: Final = """
    SELECT customer_id, legal_entity_id, currency, sum(invoiced)::bigint, sum(overdue)::bigint, sum(credit)::bigint, sum(unapplied)::bigint
      FROM (SELECT customer_id, legal_entity_id, currency,
                   CASE WHEN kind = 'invoice' THEN open_minor ELSE 0 END AS invoiced,
                   CASE WHEN kind = 'invoice' AND due_date < %s THEN open_minor ELSE 0 END AS overdue,
                   CASE WHEN kind = 'credit_note' THEN open_minor ELSE 0 END AS credit, 0 AS unapplied
              FROM billing_invoice WHERE state = 'issued' AND customer_id = ANY(%s::uuid[])
             UNION ALL
            SELECT customer_id, legal_entity_id, currency, 0, 0, 0, unapplied_minor
              FROM billing_payment WHERE unapplied_minor > 0 AND customer_id = ANY(%s::uuid[])) AS items
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is open of one legal entity's invoices in one currency and bucket."""

    legal_entity_id: UUID
    currency: str
    bucket: str
    open_minor: int
    invoices: int


@dataclass(frozen=True, slots=True)
class Account:
    """Where a customer stands with one legal entity in one currency, in minor units."""

    customer_id: UUID
    legal_entity_id: UUID
    currency: str
    invoiced_minor: int
    overdue_minor: int
    credit_minor: int
    unapplied_minor: int

    @property
    def balance_minor(self) -> int:
        """What the customer owes when everything it has with us is used; negative when we owe it."""
        return self.invoiced_minor - self.credit_minor - self.unapplied_minor


def ageing(*, on: date, legal_entity_id: UUID | None = None, customer_id: UUID | None = None) -> list[Ageing]:
    """Return what is open now by days overdue on a day. One statement over the open invoices."""
    wanted = [legal_entity_id, legal_entity_id, customer_id, customer_id]
    return [Ageing(*row) for row in sql.fetch(_AGEING, [on, on, on, on, *wanted])]


def accounts_of_customers(customer_ids: Collection[UUID], *, on: date) -> list[Account]:
    """Return the standing of customers; those with nothing open have none. One statement."""
    ids = list(customer_ids)
    return [Account(*row) for row in sql.fetch(_BALANCES, [on, ids, ids])] if ids else []
