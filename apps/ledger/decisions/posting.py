"""Posting rules applied to facts: pure, so that equal facts and rules give equal lines for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

import pydantic

from ordercash.kernel import money
from ordercash.kernel.errors import DomainError


class PostingRuleBroken(DomainError):
    """A fact and the rules in force do not give a balanced entry."""

    code, title = "posting_rule_broken", "The posting rules do not fit this fact"


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """The tax of one category (UNCL 5305: S, Z, E, AE, G, O) and rate in percent within a fact."""

    category: str
    rate: Decimal
    tax_minor: int


@dataclass(frozen=True, slots=True)
class PostingFact:
    """Something that happened to money or goods. `amounts` are minor units by name, `source_ref` is unique for ever.

    Names by kind: receipt, opening {value}; adjustment, issue, scrap, revaluation {value}, also below zero; shipment, return {cost};
    invoice, credit_note {gross, net, tax} with `taxes` that
    sum to the tax; payment, application, write_off {amount}; rebate_accrual {amount}, below zero when a rebate is taken back;
    rebate_settlement {gross, net, tax} with `taxes`, as a credit note.
    """

    kind: str
    legal_entity_id: UUID
    source_kind: str
    source_id: UUID
    source_ref: str
    entry_date: date
    occurred_at: datetime
    currency: str
    customer_id: UUID | None
    amounts: Mapping[str, int]
    taxes: Sequence[TaxAmount] = ()
    memo: str = ""


class PostingRule(pydantic.BaseModel):
    """One line of an entry: which account (by role) takes which amount on which side."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    account: str
    side: Literal["debit", "credit"]
    amount: str
    by: Literal["customer", "tax"] | None = None


class PostingRules(pydantic.BaseModel):
    """A document of kind "ledger.posting": the lines of every kind of fact."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    facts: dict[str, list[PostingRule]]

    @pydantic.model_validator(mode="after")
    def _both_sides(self) -> "PostingRules":
        for kind, rules in self.facts.items():
            if {rule.side for rule in rules} != {"debit", "credit"}:
                raise ValueError(f"{kind} needs a debit and a credit")
        return self


@dataclass(frozen=True, slots=True)
class Line:
    """One posting to be: debit positive, credit negative, in minor units of the fact's currency."""

    role: str
    amount_minor: int
    customer_id: UUID | None = None
    tax_category: str = ""
    tax_rate: Decimal | None = None


def postings(rules: PostingRules, fact: PostingFact) -> list[Line]:
    """Return the balanced lines of a fact; lines of zero are left out, so a fact of nothing has none.

    Raises PostingRuleBroken when the rules name no such fact or amount, or when the lines do not sum to zero.
    """
    if fact.kind not in rules.facts:
        raise PostingRuleBroken(f"The rules name no fact of kind {fact.kind!r}.")
    lines = [line for rule in rules.facts[fact.kind] for line in _lines(rule, fact) if line.amount_minor]
    if sum(line.amount_minor for line in lines):
        raise PostingRuleBroken(f"The lines of {fact.kind!r} do not sum to zero.")
    return lines


def functional_amounts(lines: Sequence[Line], *, currency: str, functional_currency: str, rate: Decimal) -> list[int]:
    """Return each line's amount in minor units of the entity's currency; they sum to zero as the lines do.

    The debit side is converted once and split by largest remainder over the debits, and again over the credits.
    `rate` is major units of the functional currency for one of the document's.
    """
    if currency == functional_currency:
        return [line.amount_minor for line in lines]
    total = sum(line.amount_minor for line in lines if line.amount_minor > 0)
    total_minor = money.to_minor(money.to_major(total, currency) * rate, functional_currency)
    debits = iter(money.split(total_minor, [line.amount_minor for line in lines if line.amount_minor > 0]))
    credits = iter(money.split(total_minor, [-line.amount_minor for line in lines if line.amount_minor < 0]))
    return [next(debits) if line.amount_minor > 0 else -next(credits) for line in lines]


def _lines(rule: PostingRule, fact: PostingFact) -> list[Line]:
    if rule.amount not in fact.amounts:
        raise PostingRuleBroken(f"A {fact.kind!r} carries no amount {rule.amount!r}.")
    sign, amount_minor = (1 if rule.side == "debit" else -1), fact.amounts[rule.amount]
    if rule.by == "tax":
        return _tax_lines(rule, fact, sign, amount_minor)
    return [Line(rule.account, sign * amount_minor, fact.customer_id if rule.by == "customer" else None)]


def _tax_lines(rule: PostingRule, fact: PostingFact, sign: int, amount_minor: int) -> list[Line]:
    if sum(tax.tax_minor for tax in fact.taxes) != amount_minor:
        raise PostingRuleBroken(f"The taxes of {fact.kind!r} do not sum to its {rule.amount!r}.")
    return [Line(rule.account, sign * tax.tax_minor, None, tax.category, tax.rate) for tax in fact.taxes]
