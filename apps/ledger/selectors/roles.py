"""What lies on the accounts of one role."""

from dataclasses import dataclass
from uuid import UUID

from ordercash.kernel import sql


@dataclass(frozen=True, slots=True)
class RoleBalance:
    """The balance of an account by currency of its postings: debit positive, in minor units."""

    legal_entity_id: UUID
    account_id: UUID
    currency: str
    amount_minor: int


def balances_of_role(role: str) -> list[RoleBalance]:
    """Return what lies on every legal entity's account of a role, by currency; one statement."""
    found = sql.fetch(
        "SELECT a.legal_entity_id, a.id, p.currency, sum(p.amount_minor)::bigint"
        " FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id WHERE a.role = %s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        [role],
    )
    return [RoleBalance(*row) for row in found]
