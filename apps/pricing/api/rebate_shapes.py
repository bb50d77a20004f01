"""What the API of rebates reads and answers."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from ordercash.web.api.values import STRICT, Amount, Answer, Day, Exact, Flag, Number, Text

Code = Annotated[Text, Field(min_length=1, max_length=40)]
Least = Annotated[Exact, Field(ge=0, max_digits=18, decimal_places=4, allow_inf_nan=False)]
Rate = Annotated[Exact, Field(ge=0, max_digits=18, decimal_places=6, allow_inf_nan=False)]


class NewTier(BaseModel):
    """From `least` on (net turnover in major units, or quantity) the rebate is `rate`: percent, or major units per unit."""

    model_config = STRICT

    least: Least
    rate: Rate


class NewRebate(BaseModel):
    """A draft of an agreement for one customer, or for each customer of a group; without `skus` or `category` for everything.

    Days are half-open and belong to the legal entity's zone.
    """

    model_config = STRICT

    code: Code
    name: Annotated[Text, Field(max_length=120)] = ""
    legal_entity: Code
    customer: Code | None = None
    customer_group: Code | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    from_date: Day
    until_date: Day | None = None
    basis: Literal["turnover", "quantity"] = "turnover"
    reward: Literal["percent", "amount_per_unit"] = "percent"
    is_retrospective: Flag = True
    tiers: Annotated[list[NewTier], Field(min_length=1, max_length=50)]
    skus: Annotated[list[Annotated[Text, Field(min_length=1, max_length=64)]], Field(max_length=1000)] = []
    category: Annotated[Text, Field(max_length=80)] = ""
    settlement: Literal["monthly", "quarterly", "yearly", "at_end"]


class EndRebate(BaseModel):
    """The first day that does not count any more, tomorrow at the earliest, and why it ends."""

    model_config = STRICT

    until_date: Day
    reason: Annotated[Text, Field(min_length=1, max_length=200)]


class TierShown(Answer):
    """A tier."""

    least: Number
    rate: Number


class RebateShown(Answer):
    """A rebate agreement. `set_aside_at` says since when something of it cannot be posted; a case says why."""

    id: UUID
    code: str
    name: str
    state: str
    legal_entity: str
    customer: str | None
    customer_group: str | None
    currency: str
    from_date: date
    until_date: date | None
    basis: str
    reward: str
    is_retrospective: bool
    tiers: list[TierShown]
    skus: list[str]
    category: str
    settlement: str
    author_id: UUID
    approver_id: UUID | None
    approved_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    end_reason: str
    set_aside_at: AwareDatetime | None


class AccrualShown(Answer):
    """A row of an account; settlements are below zero, so that all rows sum to what is open."""

    id: UUID
    customer: str
    kind: str
    line_id: UUID | None
    document_id: UUID
    base: Amount
    quantity: Number
    amount: Amount
    rate: Number
    business_date: date
    occurred_at: AwareDatetime


class ExposureShown(Answer):
    """What a customer has earned under an agreement: the tier reached, what lacks to the next, and what is open.

    `open` is below zero after goods came back that were settled already. So much was settled ahead (`settled_ahead`): it is taken off what
    is earned next, or, when the agreement is over, asked of the customer.
    """

    id: UUID
    agreement_id: UUID
    code: str
    customer: str
    currency: str
    base: Amount
    quantity: Number
    reached: Number | None
    rate: Number
    ahead: Number | None
    missing: Number | None
    accrued: Amount
    settled: Amount
    open: Amount
    settled_ahead: Amount
    is_over: bool


class NoteShown(Answer):
    """A credit note that settles a rebate."""

    id: UUID
    number: str
    net: Amount
    gross: Amount


class Settled(Answer):
    """The credit notes; `is_set_aside` when something cannot be posted, and a case says why."""

    credit_notes: list[NoteShown]
    is_set_aside: bool
