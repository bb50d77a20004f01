"""Posting rules in words, and whether they can balance."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from apps.ledger.decisions.posting import PostingRule, PostingRules
from apps.rulebooks.contract import Finding, RuleText

# What a sum consists of: rules balance for every fact when they balance in these.
_PARTS: Final[Mapping[str, tuple[str, ...]]] = {"gross": ("net", "tax")}


def posting_words(document: PostingRules) -> dict[str, RuleText]:
    """Return the lines of every kind of fact in words: "debit stock: value"."""
    return {
        kind: RuleText(kind.replace("_", " "), {f"{rule.side} {rule.account}": _amount(rule) for rule in rules})
        for kind, rules in document.facts.items()
    }


def examine_posting(document: PostingRules) -> list[Finding]:
    """Find kinds of facts whose debits and credits differ by an amount that need not be zero, and lines told twice."""
    found = []
    for kind, rules in document.facts.items():
        pointer = f"/facts/{kind}"
        if over := _out_of_balance(rules):
            message = f"debit and credit differ by {over}"
            found.append(Finding("error", pointer, "unbalanced", message, rules=(kind,)))
        told = Counter((rule.side, rule.account, rule.amount) for rule in rules)
        for side, account, amount in (line for line, times in told.items() if times > 1):
            message = f"{side} {account} takes {amount} more than once"
            found.append(Finding("warning", pointer, "told_twice", message, rules=(kind,)))
    return found


def _amount(rule: PostingRule) -> str:
    return rule.amount + (f" by {rule.by}" if rule.by else "")


def _out_of_balance(rules: Sequence[PostingRule]) -> str:
    left: Counter[str] = Counter()
    for rule in rules:
        for part in _PARTS.get(rule.amount, (rule.amount,)):
            left[part] += 1 if rule.side == "debit" else -1
    return " and ".join(
        f"{abs(times)} x {part}" if abs(times) > 1 else part for part, times in sorted(left.items()) if times
    )
