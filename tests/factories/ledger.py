"""Books for tests: an entity with its chart and the standard posting rules, and facts to post."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.ledger.contract import PostingFact, TaxAmount, ensure_chart, post_entries
from apps.ledger.models import Account
from apps.masterdata.models import Currency, Customer, LegalEntity
from ordercash.kernel import sql
from ordercash.kernel.ids import new_id
from ordercash.kernel.money import exponent
from ordercash.kernel.remembered import forget_everything
from tests.factories.rulebooks import put_standard_in_force

DAY = date(2026, 3, 5)
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Books:
    """A legal entity that keeps books, and a customer."""

    legal_entity_id: UUID
    customer_id: UUID
    currency: str

    def account(self, role: str) -> Account:
        return Account.objects.get(legal_entity_id=self.legal_entity_id, role=role)


def make_books(*, code: str = "DE1", currency: str = "EUR") -> Books:
    """Make an entity with the standard chart and rules, and a customer of its own."""
    make_currency(currency)
    entity = LegalEntity.objects.create(
        code=code, name=f"Entity {code}", country="DE", currency_id=currency, time_zone="UTC"
    )
    customer = Customer.objects.create(code=f"C-{code}", name="Customer", currency_id=currency, country="DE")
    with transaction.atomic():
        ensure_chart(entity.id)
    put_standard_in_force("ledger_posting.yaml")
    forget_everything()
    return Books(entity.id, customer.id, currency)


def make_currency(code: str) -> None:
    Currency.objects.get_or_create(code=code, defaults={"name": code, "decimals": exponent(code)})


def make_fact(books: Books, kind: str = "payment", **changes: Any) -> PostingFact:
    """Make a fact of the books' entity; `changes` replace its members."""
    source_id = new_id()
    members: dict[str, Any] = {
        "kind": kind, "legal_entity_id": books.legal_entity_id, "source_kind": kind, "source_id": source_id,
        "source_ref": f"{kind}:{source_id}", "entry_date": DAY, "occurred_at": NOON, "currency": books.currency,
        "customer_id": books.customer_id, "amounts": {"amount": 12000, "value": 500, "cost": 400},
    }  # fmt: skip
    return PostingFact(**(members | changes))


def make_invoice(books: Books, net_minor: int = 10000, tax_minor: int = 2000, **changes: Any) -> PostingFact:
    """Make the fact of an invoice with one tax of 20 %."""
    amounts = {"gross": net_minor + tax_minor, "net": net_minor, "tax": tax_minor}
    return make_fact(
        books, "invoice", **{"amounts": amounts, "taxes": [TaxAmount("S", Decimal(20), tax_minor)]} | changes
    )


def post(*facts: PostingFact) -> list[UUID]:
    """Post facts in a transaction of their own."""
    with transaction.atomic():
        return post_entries(facts)


def add_entry(books: Books, entry_id: UUID | None = None, *, entry_date: date = DAY) -> UUID:
    """Insert an entry by plain SQL, as somebody at the database's console would."""
    entry_id = entry_id or new_id()
    sql.run(
        "INSERT INTO ledger_journalentry (id, legal_entity_id, kind, source_kind, source_id, source_ref, entry_date, occurred_at)"
        " VALUES (%s, %s, 'adjustment', 'hand', %s, %s, %s, %s)",
        [entry_id, books.legal_entity_id, entry_id, f"hand:{entry_id}", entry_date, NOON],
    )
    return entry_id


def add_postings(
    books: Books, entry_id: UUID, amounts: Sequence[int], *, one_by_one: bool = True, **changes: Any
) -> None:
    """Insert postings by plain SQL, one statement each or all in one."""
    values = {"role": "cash", "currency": books.currency, "entry_date": DAY} | changes
    account_id = values.get("account_id") or books.account(values["role"]).id
    rows = [
        (new_id(), entry_id, account_id, values["entry_date"], amount, values["currency"],
         values.get("functional_minor", amount), books.currency)
        for amount in amounts
    ]  # fmt: skip
    for batch in [[row] for row in rows] if one_by_one else [rows]:
        sql.run(
            "INSERT INTO ledger_posting (id, entry_id, account_id, entry_date, amount_minor, currency, functional_minor,"
            " functional_currency) SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::date[], %s::bigint[], %s::text[],"
            " %s::bigint[], %s::text[])",
            sql.columns_of(batch, 8),
        )
