"""Limits of approval: by role, by what the back-test moves."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import yaml
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction

from apps.rulebooks.contract import DecisionDraft, record_decisions
from apps.rulebooks.decisions.approval import ApprovalRules, approval_words, examine_approval, refusal
from apps.rulebooks.decisions.documents import DocumentInvalid, checked_text
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.models import BackTest, BackTestChange, RulebookVersion
from apps.rulebooks.services import versions
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.states import WrongState
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user
from tests.rulebooks.a_kind import KIND

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
AUTHOR = Actor(id=UUID(int=11), name="pricing.analyst")
LIMITS = [{"role": "pricing_approver", "most": {"EUR": "100.00", "JPY": "5000"}}, {"role": "finance_approver"}]
DOCUMENT: dict[str, Any] = {"rules": [{"kinds": ["test.*"], "report_from_decisions": 3, "limits": LIMITS}]}
RULE = ApprovalRules.model_validate(DOCUMENT).rules[0]


@pytest.mark.parametrize(
    ("roles", "needed", "moved", "code"),
    [
        ({"warehouse"}, False, None, "role_missing"),
        ({"pricing_approver"}, False, None, None),
        ({"pricing_approver"}, True, None, "back_test_missing"),
        ({"pricing_approver"}, True, {"EUR": 10_000, "JPY": 5000}, None),
        ({"pricing_approver"}, True, {"EUR": 10_001}, "above_limit"),
        ({"pricing_approver"}, True, {"JPY": 5001}, "above_limit"),
        ({"pricing_approver"}, True, {"KWD": 1}, "above_limit"),
        ({"pricing_approver"}, False, {"EUR": 10_001}, "above_limit"),
        ({"pricing_approver", "finance_approver"}, True, {"EUR": 10_001}, None),
        ({"finance_approver"}, True, {"KWD": 10**15}, None),
        ({"pricing_approver"}, True, {}, None),
    ],
)
def test_who_may_approve_what(roles: set[str], needed: bool, moved: dict[str, int] | None, code: str | None) -> None:
    found = refusal(RULE, roles=roles, report_needed=needed, moved=moved)
    assert (found.code if found else None) == code


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
    with transaction.atomic():
        record_decisions([DecisionDraft(KIND, "thing", new_id(), b"0" * 32, "{}", "1", "[]", NOW)] * count)


def report_on(version: RulebookVersion, *moves: int, sha256: bytes | None = None) -> None:
    made = BackTest.objects.create(
        version=version, sha256=sha256 or version.sha256, since_at=NOW, until_at=NOW, requested_by=new_id(), requested_at=NOW,
    )  # fmt: skip
    for move in moves:
        BackTestChange.objects.create(
            back_test=made, decision_id=new_id(), subject_kind="order", subject_id=new_id(), currency="EUR",
            before_minor=50_000, after_minor=50_000 + move,
        )  # fmt: skip
    BackTest.objects.filter(pk=made.pk).update(state="done", finished_at=NOW)


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
    report_on(version, 1, sha256=b"1" * 32)
    assert approve(version, approver) == "back_test_missing"
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
