"""Balances: of accounts as of a day, and of customers in the subledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ordercash.kernel import sql


@dataclass(frozen=True, slots=True)
class CustomerBalance:
    """What the books say of a customer in one currency: debit positive, in minor units."""

    legal_entity_id: UUID
    customer_id: UUID
    role: str
    currency: str
    amount_minor: int
    functional_minor: int


def customer_balances(customer_ids: Sequence[UUID], *, as_of: date | None = None) -> list[CustomerBalance]:
    """Return the subledger of customers at the end of a day (default: of everything posted), by account role and currency."""
    found = sql.fetch(
        "SELECT a.legal_entity_id, p.customer_id, a.role, p.currency, sum(p.amount_minor)::bigint, sum(p.functional_minor)::bigint"
        " FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id"
        " WHERE p.customer_id = ANY(%s::uuid[]) AND p.entry_date <= coalesce(%s::date, 'infinity')"
        " GROUP BY a.legal_entity_id, p.customer_id, a.role, p.currency ORDER BY 1, 2, 3, 4",
        [list(customer_ids), as_of],
    )
    return [CustomerBalance(*row) for row in found]
