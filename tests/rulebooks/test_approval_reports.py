"""A back-test has to cover enough before it opens the way to an approval: over the verb, the API and the page, saying what is missing."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from apps.masterdata.models import User
from apps.rulebooks.models import Approval, BackTest, RulebookVersion
from apps.rulebooks.selectors.approvals import approval_standing
from apps.rulebooks.services import back_tests, versions
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from tests.factories.decisions import log_decisions
from tests.factories.pages import signed_in
from tests.factories.rulebooks import put_in_force
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
AUTHOR = Actor(id=new_id(), name="pricing.analyst")
RULE = {
    "kinds": ["test.*"], "report_from_decisions": 5, "report_covers_decisions": 20,
    "limits": [{"role": "pricing_approver", "most": {"EUR": "100.00"}}],
}  # fmt: skip
ALLOWED = ("rulebooks.view_rulebooks", "rulebooks.approve_version")


@pytest.fixture
def past() -> RulebookVersion:
    put_in_force("rulebooks.approval", {"rules": [RULE]})
    version = put_in_force(KIND, {"factor": 2})
    log_decisions(version, ({"number": number} for number in range(30)))
    return version


def in_review(document: Any = None) -> RulebookVersion:
    now = clock.now()
    version = versions.save_draft(kind=KIND, name=KIND, document=document or {"factor": 3}, actor=AUTHOR, now=now)
    return versions.submit_version(version_id=version.id, actor=AUTHOR, now=now)


def tried(version: RulebookVersion, later: timedelta = timedelta(seconds=1), **asked: Any) -> BackTest:
    """Try a version at once; what was logged a moment ago counts."""
    now = clock.now() + later
    made = back_tests.request_back_test(version_id=version.pk, in_background=False, actor=AUTHOR, now=now, **asked)
    return back_tests.carry_on(made.pk, tell=lambda seen, total: None, now=lambda: now)


def approver() -> tuple[Client, Actor]:
    client = signed_in(*ALLOWED)
    user = User.objects.get(pk=client.session["_auth_user_id"])
    user.groups.add(Group.objects.get_or_create(name="pricing_approver")[0])
    return client, Actor(id=user.pk, name=user.username)


def refused(version: RulebookVersion, who: Actor, later: timedelta = timedelta(seconds=2)) -> dict[str, Any]:
    with pytest.raises(versions.ApprovalRefused) as refusal:
        versions.approve_version(version_id=version.id, actor=who, now=clock.now() + later)
    assert not Approval.objects.filter(version=version).exists()
    return dict(refusal.value.extra)


def test_a_report_over_one_decision_opens_nothing(past: RulebookVersion) -> None:
    version, (client, who) = in_review(), approver()
    assert refused(version, who)["reason"] == "back_test_missing"
    small = tried(version, most=1)
    told = refused(version, who)
    assert told == {
        "reason": "back_test_too_small", "needed_decisions": 20, "covered_decisions": 1, "back_test_id": str(small.pk),
    }  # fmt: skip
    answer = client.post(f"/api/v1/rulebook-versions/{version.id}/approve", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (
        403, "approval_refused", "back_test_too_small",
    )  # fmt: skip
    assert "covers 1 of the newest 20 decisions" in answer.json()["detail"]
    page = client.get(f"/rulebooks/versions/{version.id}/").content.decode()
    assert "1 of the newest 20 decisions" in page
    posted = client.post(f"/rulebooks/versions/{version.id}/", {"verb": "approve"})
    assert posted.status_code in {302, 303, 403, 409}
    version.refresh_from_db()
    assert (version.state, version.approver_id) == ("in_review", None)


def test_one_that_covers_enough_does_and_is_kept_with_the_approval(past: RulebookVersion) -> None:
    version, (client, who) = in_review(), approver()
    tried(version, most=1)
    found = tried(version, most=20)
    versions.approve_version(version_id=version.id, actor=who, now=clock.now() + timedelta(seconds=2))
    kept = Approval.objects.get(version=version)
    moves = sum(number for number in range(10, 30))
    assert (kept.report_id, kept.needed, kept.covered, kept.moved) == (found.pk, 20, 20, {"EUR": moves})
    assert (kept.role, kept.most, kept.approver_id) == ("pricing_approver", {"EUR": "100.00"}, who.id)
    page = client.get(f"/rulebooks/versions/{version.id}/").content.decode()
    assert "as pricing approver, up to 100.00 EUR" in page


def test_all_there_are_is_enough_when_there_are_fewer() -> None:
    put_in_force("rulebooks.approval", {"rules": [RULE]})
    log_decisions(put_in_force(KIND, {"factor": 2}), ({"number": 1} for _ in range(7)))
    version, (_, who) = in_review(), approver()
    tried(version, most=6)
    assert refused(version, who)["needed_decisions"] == 7
    tried(version, most=7)
    assert versions.approve_version(version_id=version.id, actor=who, now=clock.now()).state == "approved"


def test_a_period_that_leaves_the_newest_out_does_not_cover_them(past: RulebookVersion) -> None:
    between = clock.now()
    log_decisions(past, ({"number": 1} for _ in range(15)))
    version, (_, who) = in_review(), approver()
    tried(version, most=1000, until_at=between)
    told = refused(version, who)
    assert (told["needed_decisions"], told["covered_decisions"]) == (20, 5)
    tried(version, since_at=between)
    told = refused(version, who)
    assert (told["needed_decisions"], told["covered_decisions"]) == (20, 15)


def test_the_widest_that_covers_enough_counts(past: RulebookVersion) -> None:
    """A wide report that moves too much is not hidden behind a narrower one."""
    version, (_, who) = in_review({"factor": 2, "large_from": 0, "large_factor": 19}), approver()
    wide = tried(version, most=30)
    tried(version, most=20)
    assert approval_standing(version, approver_id=who.id, at=clock.now()).report == wide
    assert refused(version, who)["reason"] == "above_limit"


def test_a_report_of_long_ago_or_of_another_text_does_not_count(past: RulebookVersion) -> None:
    version, (_, who) = in_review(), approver()
    tried(version, most=30)
    assert refused(in_review({"factor": 4}), who)["reason"] == "back_test_missing"
    month = timedelta(days=31)
    log_decisions(past, ({"number": 1} for _ in range(7)))
    standing = approval_standing(version, approver_id=who.id, at=clock.now() + month)
    assert (standing.report, standing.needed) == (None, 0)
