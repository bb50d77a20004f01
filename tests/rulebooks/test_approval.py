"""Limits of approval: by role, by what the back-test moves."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import yaml
from django.conf import settings
from django.contrib.auth.models import Group
from pydantic import ValidationError

from apps.rulebooks.decisions.approval import ApprovalRules, Report, approval_words, examine_approval, refusal
from apps.rulebooks.decisions.canonical import digest_of
from apps.rulebooks.decisions.documents import DocumentInvalid, checked_text
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.models import BackTest, BackTestChange, RulebookVersion
from apps.rulebooks.services import versions
from apps.rulebooks.services.transfer import SINCE_EVER
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import lowest_id_at, new_id
from ordercash.kernel.states import WrongState
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user
from tests.rulebooks.a_kind import KIND

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
INSERT = """
INSERT INTO rulebooks_decision (id, kind, subject_kind, subject_id, version_sha256, facts, outcome, trace, taken_at)
VALUES (%s, %s, 'order', %s, %s, '{}', '1', '[]', %s)
"""
AUTHOR = Actor(id=UUID(int=11), name="pricing.analyst")
LIMITS = [{"role": "pricing_approver", "most": {"EUR": "100.00", "JPY": "5000"}}, {"role": "finance_approver"}]
DOCUMENT: dict[str, Any] = {"rules": [{"kinds": ["test.*"], "report_from_decisions": 3, "limits": LIMITS}]}
RULE = ApprovalRules.model_validate(DOCUMENT).rules[0]


NOTHING: dict[str, int] = {}


@pytest.mark.parametrize(
    ("roles", "needed", "report", "code"),
    [
        ({"warehouse"}, 0, None, "role_missing"),
        ({"pricing_approver"}, 0, None, None),
        ({"pricing_approver"}, 3, None, "back_test_missing"),
        ({"pricing_approver"}, 3, Report(2, 3, NOTHING), "back_test_too_small"),
        ({"finance_approver"}, 3, Report(2, 3, NOTHING), "back_test_too_small"),
        ({"pricing_approver"}, 3, Report(3, 3, {"EUR": 10_000, "JPY": 5000}), None),
        ({"pricing_approver"}, 3, Report(3, 3, {"EUR": 10_001}), "above_limit"),
        ({"pricing_approver"}, 3, Report(3, 3, {"JPY": 5001}), "above_limit"),
        ({"pricing_approver"}, 3, Report(3, 3, {"KWD": 1}), "above_limit"),
        ({"pricing_approver"}, 0, Report(1, 3, {"EUR": 10_001}), "above_limit"),
        ({"pricing_approver", "finance_approver"}, 3, Report(3, 3, {"EUR": 10_001}), None),
        ({"finance_approver"}, 3, Report(3, 3, {"KWD": 10**15}), None),
        ({"pricing_approver"}, 3, Report(3, 3, NOTHING), None),
    ],
)
def test_who_may_approve_what(roles: set[str], needed: int, report: Report | None, code: str | None) -> None:
    found = refusal(RULE, roles=roles, needed=needed, report=report)
    assert (found.code if found else None) == code


def test_a_refusal_says_what_is_missing() -> None:
    found = refusal(RULE, roles={"pricing_approver"}, needed=1000, report=Report(1, 1000, NOTHING))
    assert found is not None
    assert "covers 1 of the newest 1,000 decisions" in found.sentence
    assert "999 are missing" in found.sentence


def test_a_report_is_demanded_before_it_covers_anything() -> None:
    rule = {"kinds": ["a.*"], "report_covers_decisions": 5, "limits": LIMITS}
    with pytest.raises(ValidationError, match="report_from_decisions"):
        ApprovalRules.model_validate({"rules": [rule]})
    assert ApprovalRules.model_validate({"rules": [rule | {"report_from_decisions": 2}]}).rules[0].covers == 5
    for pattern in ("a[b]", "A.b", "", "a b"):
        with pytest.raises(ValidationError):
            ApprovalRules.model_validate({"rules": [{"kinds": [pattern], "limits": LIMITS}]})


def test_the_shipped_limits_are_sound_and_read_well() -> None:
    path = settings.BASE_DIR / "examples" / "rulebooks" / "rulebooks_approval.yaml"
    document = yaml.safe_load(path.read_text("utf-8"))["document"]
    checked_text(kind_of("rulebooks.approval"), document)
    rules = ApprovalRules.model_validate(document)
    assert not examine_approval(rules)
    assert approval_words(rules)["pricing.*"].words["finance_approver"] == "any amount"
    assert rules.for_kind("compliance.checks") is None


def test_amounts_have_the_decimals_of_their_currency_and_rules_are_reached() -> None:
    wrong = {"rules": [{"kinds": ["a.*"], "limits": [{"role": "some", "most": {"JPY": "1.5"}}]}]}
    with pytest.raises(DocumentInvalid) as refused:
        checked_text(kind_of("rulebooks.approval"), wrong)
    assert refused.value.faults[0].pointer == "/rules/0/limits/0/most/JPY"
    late = {"rules": [{"kinds": ["*"], "limits": LIMITS}, {"kinds": ["a.b"], "limits": LIMITS}]}
    (found,) = examine_approval(ApprovalRules.model_validate(late))
    assert (found.pointer, found.code) == ("/rules/1/kinds", "unreachable")


def in_review() -> RulebookVersion:
    version = versions.save_draft(kind=KIND, name="Factors", document={"factor": 2}, actor=AUTHOR, now=NOW)
    return versions.submit_version(version_id=version.id, actor=AUTHOR, now=NOW)


def somebody(role: str) -> Actor:
    user = make_user("rulebooks.approve_version")
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return Actor(id=user.pk, name=user.username)


def decisions(count: int) -> None:
    """Log decisions of the last hour before NOW."""
    for place in range(count):
        id = UUID(int=lowest_id_at(NOW - timedelta(minutes=60 - place)).int + new_id().int % 2**60)
        sql.run(INSERT, [id, KIND, new_id(), b"0" * 32, NOW])


def report_on(version: RulebookVersion, *moves: int, text: str = "", seen: int = 3) -> BackTest:
    document = text or version.document
    made = BackTest.objects.create(
        version=version, sha256=digest_of(document), document=document, since_at=SINCE_EVER, until_at=NOW, seen=seen,
        requested_by=new_id(), requested_at=NOW,
    )  # fmt: skip
    for move in moves:
        BackTestChange.objects.create(
            back_test=made, decision_id=new_id(), subject_kind="order", subject_id=new_id(), currency="EUR",
            before_minor=50_000, after_minor=50_000 + move,
        )  # fmt: skip
    BackTest.objects.filter(pk=made.pk).update(state="done", finished_at=NOW)
    return made


def approve(version: RulebookVersion, actor: Actor) -> str:
    try:
        return versions.approve_version(version_id=version.id, actor=actor, now=NOW).state
    except versions.ApprovalRefused as refused:
        return str(refused.extra["reason"])


@pytest.mark.django_db(transaction=True)
def test_a_report_of_this_very_text_within_the_limit() -> None:
    put_in_force("rulebooks.approval", DOCUMENT)
    version, approver = in_review(), somebody("pricing_approver")
    assert approve(version, somebody("warehouse")) == "role_missing"
    decisions(3)
    assert approve(version, approver) == "back_test_missing"
    report_on(version, 1, text='{"factor":3}')
    assert approve(version, approver) == "back_test_missing"
    report_on(version, 1, seen=2)
    assert approve(version, approver) == "back_test_too_small"
    report_on(version, 6_000, -6_000)
    assert approve(version, approver) == "above_limit"
    version.refresh_from_db()
    assert (version.state, version.approver_id) == ("in_review", None)
    assert approve(version, somebody("finance_approver")) == "approved"
    with pytest.raises(WrongState):
        approve(version, approver)


@pytest.mark.django_db(transaction=True)
def test_few_decisions_need_no_report_and_a_small_report_is_approved() -> None:
    put_in_force("rulebooks.approval", DOCUMENT)
    approver = somebody("pricing_approver")
    decisions(2)
    assert approve(in_review(), approver) == "approved"
    decisions(1)
    version = in_review()
    report_on(version, 5_000, -5_000)
    assert approve(version, approver) == "approved"


@pytest.mark.django_db(transaction=True)
def test_without_rules_whoever_may_approve_does() -> None:
    assert approve(in_review(), somebody("warehouse")) == "approved"
