"""How a version stands before its approval, as a page tells it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.rulebooks.decisions.approval import limit_words
from apps.rulebooks.models import Approval, BackTest
from apps.rulebooks.selectors.approvals import Standing
from ordercash.web.formats import money_html, number_text


@dataclass(frozen=True, slots=True)
class ApprovalShown:
    """The limits by role, what the report says and has to cover, and why the one who looks may not approve."""

    limits: list[tuple[str, str]]
    needed: int
    report: BackTest | None
    covered: str
    moved: SafeString | None
    refusal: str


def approval_shown(standing: Standing) -> ApprovalShown | None:
    """Return the standing as it reads; None when no rule of approval concerns the kind."""
    if standing.rule is None:
        return None
    limits = [(limit.role.replace("_", " "), limit_words(limit.most)) for limit in standing.rule.limits]
    shows, covered, moved = standing.shows, "", None
    if shows is not None:
        moved = moved_html(shows.moved)
        covered = f"{number_text(shows.covered)} of the newest {number_text(shows.needed)} decisions"
    refusal = standing.refusal.sentence if standing.refusal else ""
    return ApprovalShown(limits, standing.needed, standing.report, covered, moved, refusal)


def moved_html(moved: Mapping[str, int]) -> SafeString:
    """Return amounts by currency in minor units as they read."""
    told = format_html_join(", ", "{}", ((money_html(minor, code),) for code, minor in sorted(moved.items())))
    return told or SafeString("nothing")


def granted_words(approval: Approval) -> str:
    """Say under what somebody approved a version."""
    if approval.basis == Approval.Basis.INSTALLATION:
        return "with the installation"
    if not approval.role:
        return "no limit concerned it"
    most = None if approval.most is None else {code: Decimal(str(amount)) for code, amount in approval.most.items()}
    return f"as {approval.role.replace('_', ' ')}, {limit_words(most)}"
