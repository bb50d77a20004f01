"""A customer's account: what is open, what is used of the credit, and the numbers of the orders behind it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from apps.billing.contract import (
    Account,
    Ageing,
    ExposureKey,
    OpenItem,
    UnappliedPayment,
    accounts_of_customers,
    ageing,
    exposures,
    open_items,
    unapplied_payments,
)
from apps.masterdata.contract import EntityFacts, customers_by_id, entities_by_id
from ordercash.kernel import sql

# The page shows so many open items; the lists behind it show all.
ITEMS_SHOWN: Final = 100

_NUMBERS: Final = "SELECT id, number FROM orders_order WHERE id = ANY(%s::uuid[])"


@dataclass(frozen=True, slots=True)
class CreditUse:
    """What a customer has used of its credit with one legal entity in one currency, in minor units."""

    entity: EntityFacts
    currency: str
    orders_minor: int
    invoices_minor: int

    @property
    def used_minor(self) -> int:
        return self.orders_minor + self.invoices_minor


@dataclass(frozen=True, slots=True)
class CustomerAccount:
    """Everything open of a customer; `numbers` are those of the orders that open items name."""

    accounts: Sequence[Account]
    buckets: Sequence[Ageing]
    items: Sequence[OpenItem]
    payments: Sequence[UnappliedPayment]
    credit: Sequence[CreditUse]
    numbers: Mapping[UUID, str]


def customer_account(customer_id: UUID, *, currency: str, on: date) -> CustomerAccount:
    """Return the account on a day; six statements. `currency` is the customer's own."""
    accounts = accounts_of_customers([customer_id], on=on)
    items = open_items(customer_id, limit=ITEMS_SHOWN + 1)
    return CustomerAccount(
        accounts=accounts,
        buckets=ageing(on=on, customer_id=customer_id) if items else [],
        items=items,
        payments=unapplied_payments(customer_id, limit=ITEMS_SHOWN + 1),
        credit=credit_use(customer_id, {currency, *(account.currency for account in accounts)}),
        numbers=order_numbers({item.order_id for item in items if item.order_id}),
    )


def credit_use(customer_id: UUID, currencies: Collection[str]) -> list[CreditUse]:
    """Return the credit used with every legal entity in these currencies, unused ones left out."""
    entities = entities_by_id()
    keys = [ExposureKey(entity_id, customer_id, currency) for entity_id in entities for currency in sorted(currencies)]
    known = exposures(keys)
    return [
        CreditUse(entities[key.legal_entity_id], key.currency, known[key].orders_minor, known[key].invoices_minor)
        for key in keys
        if key in known and (known[key].orders_minor or known[key].invoices_minor)
    ]


def order_numbers(order_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the numbers of orders by id; one statement."""
    return dict(sql.fetch(_NUMBERS, [list(order_ids)])) if order_ids else {}  # type: ignore[arg-type]


def customer_codes(customer_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the codes of customers by id; one statement."""
    return {id: customer.code for id, customer in customers_by_id(customer_ids).items()}
