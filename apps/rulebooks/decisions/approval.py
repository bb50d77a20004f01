"""Who may approve what: the document of the rulebook kind "rulebooks.approval", and the decision by it."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Final, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from apps.rulebooks.decisions.kinds import Finding, RuleText
from ordercash.kernel.money import exponent, to_major

APPROVAL_KIND: Final = "rulebooks.approval"

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
# "*" stands for any letters, "?" for one.
Pattern = Annotated[str, Field(pattern=r"^[a-z0-9_.*?]{1,80}$")]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18)]


class Limit(BaseModel):
    """A role and up to how much money, in absolute terms, the versions may move that it approves; without `most` any amount.

    A currency that `most` does not name may not move at all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,59}$")]
    most: dict[Currency, Amount] | None = None


class ApprovalRule(BaseModel):
    """Who approves versions of these kinds ("pricing.*"), from how many decisions a month on a back-test has to be shown, and over how
    many of the newest ones: `report_covers_decisions`, or else as many as it is demanded from. Fewer are enough when there are no more.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: Annotated[tuple[Pattern, ...], Field(min_length=1)]
    report_from_decisions: Annotated[int, Field(ge=0)] | None = None
    report_covers_decisions: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    limits: Annotated[tuple[Limit, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _roles_differ(self) -> Self:
        roles = [limit.role for limit in self.limits]
        if len(set(roles)) < len(roles):
            raise ValueError("every role has one limit")
        if self.report_covers_decisions is not None and self.report_from_decisions is None:
            raise ValueError("say with report_from_decisions from when on a report is demanded")
        return self

    @property
    def covers(self) -> int:
        """How many of the newest decisions a report has to cover, where there are as many."""
        return max(self.report_covers_decisions or self.report_from_decisions or 1, 1)


class ApprovalRules(BaseModel):
    """The document: the first rule that names a kind holds for it. A kind that none names may be approved by whoever has the permission."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: Annotated[tuple[ApprovalRule, ...], Field(max_length=100)]

    def for_kind(self, kind: str) -> ApprovalRule | None:
        """Return the rule that holds for a kind."""
        return next((rule for rule in self.rules if any(fnmatchcase(kind, each) for each in rule.kinds)), None)


class Refusal(NamedTuple):
    """Why somebody may not approve: a stable code and a sentence."""

    code: str
    sentence: str


class Report(NamedTuple):
    """What a finished back-test of this very text shows: how many of the newest decisions it covers of those that it has to cover,
    and what it moves, absolute minor units by currency.
    """

    covered: int
    needed: int
    moved: Mapping[str, int]


def refusal(rule: ApprovalRule, *, roles: Collection[str], needed: int, report: Report | None) -> Refusal | None:
    """Say why a version cannot be approved by somebody with these roles; None when it can.

    needed -- of how many decisions a report has to be shown; 0: none is needed
    """
    own = [limit for limit in rule.limits if limit.role in roles]
    if not own:
        return Refusal(
            "role_missing", f"It is approved by: {', '.join(limit.role.replace('_', ' ') for limit in rule.limits)}."
        )
    if needed and report is None:
        return Refusal(
            "back_test_missing",
            f"A finished back-test of this very text over the newest {needed:,} decision(s) of the last 30 days has to be shown first.",
        )
    if needed and report is not None and report.covered < report.needed:
        return Refusal(
            "back_test_too_small",
            f"The back-test of this text covers {report.covered:,} of the newest {report.needed:,} decisions that were there when it was"
            f" asked for; {report.needed - report.covered:,} are missing. Run one over at least the newest {report.needed:,}.",
        )
    if allowing(rule, roles=roles, moved=report.moved if report else {}) is None:
        beyond = [_beyond(limit, report.moved if report else {}) for limit in own]
        return Refusal("above_limit", f"It moves {beyond[0]}, more than your role may approve.")
    return None


def allowing(rule: ApprovalRule, *, roles: Collection[str], moved: Mapping[str, int]) -> Limit | None:
    """Return the first limit of somebody's roles within which these amounts lie; None when none is wide enough."""
    return next((limit for limit in rule.limits if limit.role in roles and not _beyond(limit, moved)), None)


def _beyond(limit: Limit, moved: Mapping[str, int]) -> str:
    """Return the amounts that lie above a limit, in words; "" when none does."""
    if limit.most is None:
        return ""
    amounts = {currency: to_major(minor, currency) for currency, minor in sorted(moved.items()) if minor}
    above = [f"{amount:,} {currency}" for currency, amount in amounts.items() if amount > limit.most.get(currency, 0)]
    return " and ".join(above)


def examine_approval(document: ApprovalRules) -> list[Finding]:
    """Find amounts that their currency cannot say, and rules that are never reached."""
    found: list[Finding] = []
    named: dict[str, int] = {}
    for place, rule in enumerate(document.rules):
        for kind in rule.kinds:
            first = next((earlier for pattern, earlier in named.items() if fnmatchcase(kind, pattern)), None)
            if first is not None and first != place:
                message = f"never reached for {kind}: rule {first + 1} comes first"
                found.append(
                    Finding("warning", f"/rules/{place}/kinds", "unreachable", message, rules=(f"rule {place + 1}",))
                )
            named.setdefault(kind, place)
        found += [
            finding
            for at, limit in enumerate(rule.limits)
            for finding in _amounts(f"/rules/{place}/limits/{at}", limit)
        ]
    return found


def _amounts(pointer: str, limit: Limit) -> list[Finding]:
    found = []
    for currency, amount in (limit.most or {}).items():
        if -int(amount.normalize().as_tuple().exponent) > exponent(currency):
            message = f"{currency} has {exponent(currency)} decimals"
            found.append(Finding("error", f"{pointer}/most/{currency}", "too_many_decimals", message))
    return found


def approval_words(document: ApprovalRules) -> dict[str, RuleText]:
    """Return the rules in words."""
    return {", ".join(rule.kinds): RuleText(", ".join(rule.kinds), _words(rule)) for rule in document.rules}


def _words(rule: ApprovalRule) -> dict[str, str]:
    needed = rule.report_from_decisions
    demanded = f"required from {needed} decisions in 30 days, over the newest {rule.covers}"
    told = {"back-test": "not required" if needed is None else demanded}
    return told | {limit.role: limit_words(limit.most) for limit in rule.limits}


def limit_words(most: Mapping[str, Decimal] | None) -> str:
    """Return up to how much a role approves, in words."""
    return (
        "any amount"
        if most is None
        else f"up to {', '.join(f'{amount:,} {currency}' for currency, amount in most.items()) or 'nothing'}"
    )
