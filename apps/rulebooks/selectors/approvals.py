"""Whether somebody may approve a version, and what stands in the way."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.masterdata.contract import roles_of
from apps.rulebooks.decisions.approval import APPROVAL_KIND, ApprovalRule, ApprovalRules, Refusal, refusal
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.models import BackTest, RulebookVersion
from apps.rulebooks.selectors.in_force import NoRulebookInForce, rulebook_in_force
from ordercash.kernel import sql
from ordercash.kernel.ids import lowest_id_at

COUNTED_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Standing:
    """How a version stands before its approval: the rule for its kind, the report that it has and needs, and who is refused why.

    moved -- what the report says that it moves, absolute minor units by currency; None without a finished report of this very text
    """

    rule: ApprovalRule | None = None
    report_needed: bool = False
    report: BackTest | None = None
    moved: dict[str, int] | None = None
    refusal: Refusal | None = None


def approval_standing(version: RulebookVersion, *, approver_id: UUID, at: datetime) -> Standing:
    """Return how a version (with its rulebook) stands before its approval by somebody; four statements, none without a rule."""
    rule = _rule(version, at)
    if rule is None:
        return Standing()
    report = (
        version.back_tests.filter(sha256=version.sha256, state=BackTest.State.DONE).order_by("-finished_at").first()
    )
    moved = _moved(report) if report else None
    needed = _is_report_needed(rule, version.rulebook.kind, at)
    refused = refusal(rule, roles=roles_of(approver_id), report_needed=needed, moved=moved)
    return Standing(rule, needed, report, moved, refused)


def _rule(version: RulebookVersion, at: datetime) -> ApprovalRule | None:
    entity_id = version.rulebook.legal_entity_id
    try:
        rules: ApprovalRules = rulebook_in_force(APPROVAL_KIND, at=at, legal_entity_id=entity_id).document
    except NoRulebookInForce:
        return None
    return rules.for_kind(version.rulebook.kind)


def _is_report_needed(rule: ApprovalRule, kind: str, at: datetime) -> bool:
    """Say whether so many decisions were taken lately that a back-test says something; a kind that logs none has no back-tests."""
    enough = rule.report_from_decisions
    if enough is None or kind_of(kind).decide is None:
        return False
    found = sql.fetch(
        "SELECT count(*) FROM (SELECT 1 FROM rulebooks_decision WHERE id > %s AND kind = %s LIMIT %s) AS lately",
        [lowest_id_at(at - timedelta(days=COUNTED_DAYS)), kind, max(enough, 1)],
    )
    return int(found[0][0]) >= max(enough, 1)


def _moved(report: BackTest) -> dict[str, int]:
    """Add up what every changed decision moves, whichever way: what one loses does not make up for what another gains."""
    found = sql.fetch(
        "SELECT currency, sum(abs(after_minor - before_minor))::bigint FROM rulebooks_backtestchange"
        " WHERE back_test_id = %s AND currency <> '' GROUP BY currency ORDER BY currency",
        [report.pk],
    )
    return dict(found)
