"""How a version stands before its approval, as a page tells it."""

from dataclasses import dataclass

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.rulebooks.decisions.approval import limit_words
from apps.rulebooks.models import BackTest
from apps.rulebooks.selectors.approvals import Standing
from ordercash.web.formats import money_html


@dataclass(frozen=True, slots=True)
class ApprovalShown:
    """The limits by role, what the report says, and why the one who looks may not approve."""

    limits: list[tuple[str, str]]
    report_needed: bool
    report: BackTest | None
    moved: SafeString | None
    refusal: str


def approval_shown(standing: Standing) -> ApprovalShown | None:
    """Return the standing as it reads; None when no rule of approval concerns the kind."""
    if standing.rule is None:
        return None
    limits = [(limit.role.replace("_", " "), limit_words(limit.most)) for limit in standing.rule.limits]
    moved = None
    if standing.moved is not None:
        moved = format_html_join(", ", "{}", ((money_html(minor, code),) for code, minor in standing.moved.items()))
        moved = moved or SafeString("nothing")
    refusal = standing.refusal.sentence if standing.refusal else ""
    return ApprovalShown(limits, standing.report_needed, standing.report, moved, refusal)
