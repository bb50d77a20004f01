"""Posting rules: any fact that the rules know balances, in its own currency and in the entity's."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pydantic
import pytest
import yaml
from hypothesis import given, reject
from hypothesis import strategies as st

from apps.ledger.decisions.posting import (
    Line,
    PostingFact,
    PostingRuleBroken,
    PostingRules,
    TaxAmount,
    functional_amounts,
    postings,
)
from ordercash.kernel.money import AmountOutOfRange
from tests.factories.ledger import DAY, NOON

RULES = PostingRules.model_validate(
    yaml.safe_load((Path(__file__).parents[2] / "examples" / "rulebooks" / "ledger_posting.yaml").read_text())[
        "document"
    ]
)
amounts = st.integers(min_value=-(10**12), max_value=10**12)
rates = st.decimals(min_value="0.0001", max_value="20000", places=6, allow_nan=False)
currencies = st.sampled_from(["JPY", "EUR", "KWD"])


def fact(kind: str, **changes: Any) -> PostingFact:
    members = {
        "kind": kind, "legal_entity_id": UUID(int=1), "source_kind": kind, "source_id": UUID(int=2), "source_ref": f"{kind}:2",
        "entry_date": DAY, "occurred_at": NOON, "currency": "EUR", "customer_id": UUID(int=3), "amounts": {},
    }  # fmt: skip
    return PostingFact(**(members | changes))


@st.composite
def facts(draw: st.DrawFn) -> PostingFact:
    """Any fact of any kind, with amounts of either sign and, for documents, any taxes."""
    kind = draw(st.sampled_from(sorted(RULES.facts)))
    taxes = [
        TaxAmount(
            draw(st.sampled_from("SZEAGO")), draw(st.sampled_from([Decimal(0), Decimal("5.5"), Decimal(20)])), tax_minor
        )
        for tax_minor in draw(st.lists(amounts, max_size=4))
    ]
    net, tax, amount = draw(amounts), sum(tax.tax_minor for tax in taxes), draw(amounts)
    named = {"net": net, "tax": tax, "gross": net + tax, "amount": amount, "value": amount, "cost": amount}
    return fact(kind, currency=draw(currencies), amounts=named, taxes=taxes)


@given(facts())
def test_every_fact_balances(posted: PostingFact) -> None:
    lines = postings(RULES, posted)
    assert sum(line.amount_minor for line in lines) == 0
    assert all(line.amount_minor for line in lines)
    assert len(lines) != 1


@given(facts(), currencies, rates)
def test_every_fact_balances_in_the_entitys_currency(
    posted: PostingFact, functional_currency: str, rate: Decimal
) -> None:
    lines = postings(RULES, posted)
    try:
        converted = functional_amounts(
            lines, currency=posted.currency, functional_currency=functional_currency, rate=rate
        )
    except AmountOutOfRange:
        reject()  # refused as a whole: more than the ledger can hold
    assert sum(converted) == 0
    assert len(converted) == len(lines)
    assert all(line.amount_minor * minor >= 0 for line, minor in zip(lines, converted, strict=True))


@given(facts())
def test_the_own_currency_is_not_converted(posted: PostingFact) -> None:
    lines = postings(RULES, posted)
    own = functional_amounts(lines, currency="EUR", functional_currency="EUR", rate=Decimal(7))
    assert own == [line.amount_minor for line in lines]


def test_an_invoice_is_receivable_against_revenue_and_each_tax() -> None:
    taxes = [TaxAmount("S", Decimal(20), 2000), TaxAmount("S", Decimal(5), 50), TaxAmount("Z", Decimal(0), 0)]
    lines = postings(RULES, fact("invoice", amounts={"gross": 13050, "net": 11000, "tax": 2050}, taxes=taxes))
    assert lines == [
        Line("receivable", 13050, UUID(int=3)),
        Line("revenue", -11000),
        Line("tax_payable", -2000, None, "S", Decimal(20)),
        Line("tax_payable", -50, None, "S", Decimal(5)),
    ]


@pytest.mark.parametrize(
    ("kind", "debit", "credit"),
    [
        ("opening", "stock", "opening_balance"),
        ("receipt", "stock", "goods_received"),
        ("shipment", "cost_of_sales", "stock"),
        ("return", "stock", "cost_of_sales"),
        ("payment", "cash", "unapplied_cash"),
        ("application", "unapplied_cash", "receivable"),
        ("write_off", "write_off", "receivable"),
    ],
)
def test_the_standard_rules(kind: str, debit: str, credit: str) -> None:
    lines = postings(RULES, fact(kind, amounts={"amount": 7, "value": 7, "cost": 7}))
    assert [(line.role, line.amount_minor) for line in lines] == [(debit, 7), (credit, -7)]


def test_a_credit_note_is_the_reverse_of_its_invoice() -> None:
    members = {"amounts": {"gross": 120, "net": 100, "tax": 20}, "taxes": [TaxAmount("S", Decimal(20), 20)]}
    invoice, credit = postings(RULES, fact("invoice", **members)), postings(RULES, fact("credit_note", **members))
    assert {(line.role, line.amount_minor) for line in credit} == {(line.role, -line.amount_minor) for line in invoice}


def test_a_fact_of_nothing_has_no_lines() -> None:
    assert postings(RULES, fact("shipment", amounts={"cost": 0})) == []


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (fact("gift"), "no fact of kind 'gift'"),
        (fact("shipment"), "carries no amount 'cost'"),
        (
            fact("invoice", amounts={"gross": 3, "net": 1, "tax": 1}, taxes=[TaxAmount("S", Decimal(20), 1)]),
            "do not sum to zero",
        ),
        (fact("invoice", amounts={"gross": 2, "net": 1, "tax": 1}), "taxes of 'invoice' do not sum"),
    ],
)
def test_what_does_not_fit_the_rules_is_refused(broken: PostingFact, says: str) -> None:
    with pytest.raises(PostingRuleBroken, match=says):
        postings(RULES, broken)


def test_rules_with_one_side_are_no_rules() -> None:
    with pytest.raises(pydantic.ValidationError, match="needs a debit and a credit"):
        PostingRules.model_validate({"facts": {"gift": [{"account": "cash", "side": "debit", "amount": "value"}]}})


def test_the_remainder_of_a_conversion_goes_to_the_largest() -> None:
    """10.00 + 10.01 USD at 0.333: 6.66633 -> 6.67 EUR; the credits 3.33 + 3.33333 take 3.33 and 3.34."""
    lines = [Line("receivable", 2001), Line("revenue", -1000), Line("tax_payable", -1001)]
    converted = functional_amounts(lines, currency="USD", functional_currency="EUR", rate=Decimal("0.333"))
    assert converted in ([666, -333, -333], [667, -333, -334])
    assert sum(converted) == 0
