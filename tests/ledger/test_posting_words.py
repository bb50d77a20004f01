"""Posting rules in words, and whether they can balance."""

from typing import Any

import pytest
import yaml
from django.conf import settings

from apps.ledger.decisions.posting import PostingRules
from apps.ledger.selectors.posting_words import examine_posting, posting_words


def rules(**facts: Any) -> PostingRules:
    return PostingRules.model_validate({"facts": facts})


def line(account: str, side: str, amount: str) -> dict[str, str]:
    return {"account": account, "side": side, "amount": amount}


def test_the_shipped_rules_balance_and_read_well() -> None:
    path = settings.BASE_DIR / "examples" / "rulebooks" / "ledger_posting.yaml"
    document = PostingRules.model_validate(yaml.safe_load(path.read_text("utf-8"))["document"])
    assert examine_posting(document) == []
    assert posting_words(document)["invoice"].words["debit receivable"] == "gross by customer"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([line("a", "debit", "gross"), line("b", "credit", "net")], "differ by tax"),
        ([line("a", "debit", "value"), line("b", "credit", "cost")], "differ by cost and value"),
        ([line("a", "debit", "value"), line("a", "debit", "value"), line("b", "credit", "value")], "differ by value"),
    ],
)
def test_what_cannot_balance_is_an_error(lines: Any, says: str) -> None:
    found = examine_posting(rules(invoice=lines))
    assert (found[0].severity, found[0].pointer) == ("error", "/facts/invoice")
    assert says in found[0].message


def test_a_line_told_twice_is_worth_a_look() -> None:
    twice = [line("a", "debit", "value")] * 2 + [line("b", "credit", "value"), line("c", "credit", "value")]
    (found,) = examine_posting(rules(receipt=twice))
    assert (found.severity, found.code) == ("warning", "told_twice")
