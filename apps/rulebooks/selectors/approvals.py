"""Whether somebody may approve a version, and what stands in the way."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.masterdata.contract import roles_of
from apps.rulebooks.decisions.approval import (
    APPROVAL_KIND,
    ApprovalRule,
    ApprovalRules,
    Limit,
    Refusal,
    Report,
    allowing,
    refusal,
)
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.models import BackTest, RulebookVersion
from apps.rulebooks.selectors.back_tests import Among, among_of, count_up_to
from apps.rulebooks.selectors.in_force import NoRulebookInForce, rulebook_in_force
from ordercash.kernel import sql
from ordercash.kernel.ids import lowest_id_at

COUNTED_DAYS: Final = 30
# So many of the widest back-tests are looked at.
MOST_REPORTS: Final = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """How a version stands before its approval: the rule for its kind, the report that it has and needs, and who is refused why.

    needed -- how many of the newest decisions a report has to cover; 0: none is needed
    report -- the finished back-test of this very text that counts, and what it `shows`
    limit  -- under which of the rule's limits the one who asks may approve it
    """

    rule: ApprovalRule | None = None
    rule_sha256: bytes = b""
    needed: int = 0
    report: BackTest | None = None
    shows: Report | None = None
    limit: Limit | None = None
    refusal: Refusal | None = None


def approval_standing(version: RulebookVersion, *, approver_id: UUID, at: datetime) -> Standing:
    """Return how a version (with its rulebook) stands before its approval by somebody; no statement without a rule.

    Back-tests of another text, or of longer ago than 30 days, do not count. Of those that cover enough the widest counts, so that
    nothing is hidden behind a narrower one.
    """
    entity_id = version.rulebook.legal_entity_id
    try:
        in_force = rulebook_in_force(APPROVAL_KIND, at=at, legal_entity_id=entity_id)
    except NoRulebookInForce:
        return Standing()
    rules: ApprovalRules = in_force.document
    rule = rules.for_kind(version.rulebook.kind)
    if rule is None:
        return Standing()
    needed = _needed(rule, version, at)
    report, shows = _report(rule, version, at)
    roles = roles_of(approver_id)
    refused = refusal(rule, roles=roles, needed=needed, report=shows)
    limit = None if refused else allowing(rule, roles=roles, moved=shows.moved if shows else {})
    return Standing(rule, in_force.sha256, needed, report, shows, limit, refused)


def _needed(rule: ApprovalRule, version: RulebookVersion, at: datetime) -> int:
    """Return how many decisions a report has to cover: none while few were taken lately, or when the kind logs none."""
    enough = rule.report_from_decisions
    if enough is None or kind_of(version.rulebook.kind).decide is None:
        return 0
    enough = max(enough, 1)
    lately = count_up_to(_lately(version, at), lowest_id_at(at), max(enough, rule.covers))
    return min(lately, rule.covers) if lately >= enough else 0


def _report(rule: ApprovalRule, version: RulebookVersion, at: datetime) -> tuple[BackTest | None, Report | None]:
    """Return the back-test that counts with what it shows: the widest that covers enough, or else the one that covers most."""
    found = version.back_tests.filter(
        sha256=version.sha256, document=version.document, state=BackTest.State.DONE,
        requested_at__gt=at - timedelta(days=COUNTED_DAYS),
    ).order_by("-seen", "-finished_at")[:MOST_REPORTS]  # fmt: skip
    best: tuple[BackTest, int, int] | None = None
    for report in found:
        covered, needed = _coverage(rule, version, report)
        if best is None or covered > best[1]:
            best = report, covered, needed
        if covered >= needed:
            best = report, covered, needed
            break
    if best is None:
        return None, None
    return best[0], Report(best[1], best[2], _moved(best[0]))


def _coverage(rule: ApprovalRule, version: RulebookVersion, report: BackTest) -> tuple[int, int]:
    """Return how many of the newest decisions before its request a back-test covers, and how many it has to; two statements."""
    about = _lately(version, report.requested_at)
    begins, ends = lowest_id_at(report.until_at), lowest_id_at(report.requested_at)
    missed = count_up_to(replace(about, from_id=max(begins, about.from_id)), ends, rule.covers)
    before = count_up_to(about, begins, rule.covers - missed)
    return min(report.seen, before), missed + before


def _lately(version: RulebookVersion, at: datetime) -> Among:
    since = lowest_id_at(at - timedelta(days=COUNTED_DAYS))
    return among_of(version.rulebook, since, lowest_id_at(at), at)


def _moved(report: BackTest) -> dict[str, int]:
    """Add up what every changed decision moves, whichever way: what one loses does not make up for what another gains."""
    found = sql.fetch(
        "SELECT currency, sum(abs(after_minor - before_minor))::bigint FROM rulebooks_backtestchange"
        " WHERE back_test_id = %s AND currency <> '' GROUP BY currency ORDER BY currency",
        [report.pk],
    )
    return dict(found)
