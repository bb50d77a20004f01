"""What the endpoints of the ledger answer, for the API's description. Debit is positive, credit negative, in minor units."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from ordercash.web.api.values import Answer, Number

AccountKind = Literal["asset", "liability", "equity", "income", "expense"]


class AccountShown(Answer):
    """An account; `role` is what posting rules call it."""

    id: UUID
    code: str
    name: str
    kind: AccountKind
    role: str


class Chart(Answer):
    """The accounts of a legal entity."""

    legal_entity: str
    items: list[AccountShown]


class PostingShown(Answer):
    """One line of an entry, in the document's and in the entity's currency."""

    id: UUID
    account_id: UUID
    account: str
    customer_id: UUID | None
    amount_minor: int
    currency: str
    functional_minor: int
    functional_currency: str
    tax_category: str | None
    tax_rate: Number | None


class EntrySource(Answer):
    """The document that an entry stands for."""

    kind: str
    id: UUID
    ref: str
    number: str = Field(description="What the document is called, an invoice's legal number; empty when it has no name")


class EntryShown(Answer):
    """One balanced fact in the books."""

    id: UUID
    kind: str
    entry_date: date
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    source: EntrySource
    customer_id: UUID | None
    memo: str
    postings: list[PostingShown]


class AccountBalance(Answer):
    """An account's turnover and balance at the end of a day."""

    account_id: UUID
    code: str
    name: str
    kind: AccountKind
    debit_minor: int
    credit_minor: int
    balance_minor: int


class TrialBalanceShown(Answer):
    """Every account at the end of a day, in the entity's currency; both sides are equal."""

    legal_entity: str
    currency: str
    as_of: date
    debit_minor: int
    credit_minor: int
    items: list[AccountBalance]
