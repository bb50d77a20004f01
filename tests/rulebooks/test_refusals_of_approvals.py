"""What the database refuses of approvals, tried in SQL: the wrong person, the wrong text, another limit, more than the limit."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, transaction

from apps.rulebooks.decisions.canonical import digest_of
from apps.rulebooks.models import Approval, BackTest, BackTestChange, Rulebook, RulebookVersion
from ordercash.kernel import sql
from ordercash.kernel.ids import new_id
from ordercash.kernel.money import exponent
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
AUTHOR_ID = UUID(int=11)
LIMITS = [{"role": "pricing_approver", "most": {"EUR": "100.00", "JPY": 5000}}, {"role": "finance_approver"}]
RULES = {
    "rules": [
        {"kinds": ["*_factor", "text.factor", "test.?"], "limits": [{"role": "warehouse"}]},
        {"kinds": ["test.*"], "report_from_decisions": 3, "limits": LIMITS},
        {"kinds": ["*"], "limits": [{"role": "order_desk"}]},
    ]
}
INSERT = """
INSERT INTO rulebooks_approval (id, version_id, sha256, basis, approver_id, rule_version_id, role, most, report_id, needed, covered,
                                moved, recorded_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s::jsonb, %s)
"""
APPROVE = "UPDATE rulebooks_rulebookversion SET state = 'approved', approver_id = %s WHERE id = %s"


class Case:
    """A version in review whose report moves so many euro cents, limits in force, and a pricing approver."""

    def __init__(self, moves: int = 10_000) -> None:
        self.limits = put_in_force("rulebooks.approval", RULES)
        book, _ = Rulebook.objects.get_or_create(kind=KIND, defaults={"name": "Factors"})
        text = '{"factor":2}'
        self.version = RulebookVersion.objects.create(
            rulebook=book, number=1, document=text, sha256=digest_of(text), state="in_review", author_id=AUTHOR_ID, recorded_at=NOW
        )  # fmt: skip
        self.report = BackTest.objects.create(
            version=self.version, sha256=self.version.sha256, document=text, since_at=NOW - timedelta(days=1), until_at=NOW, seen=3,
            changed=1, requested_by=AUTHOR_ID, requested_at=NOW,
        )  # fmt: skip
        BackTestChange.objects.create(
            back_test=self.report, decision_id=new_id(), subject_kind="order", subject_id=new_id(), currency="EUR", before_minor=0,
            after_minor=-moves,
        )  # fmt: skip
        BackTest.objects.filter(pk=self.report.pk).update(state="done", finished_at=NOW)
        self.approver = make_user()
        self.approver.groups.add(Group.objects.get_or_create(name="pricing_approver")[0])
        self.moves = moves

    def row(self, **changes: Any) -> list[Any]:
        values: dict[str, Any] = {
            "id": new_id(), "version": self.version.pk, "sha256": self.version.sha256, "basis": "person", "approver": self.approver.pk,
            "rule": self.limits.pk, "role": "pricing_approver", "most": {"EUR": "100.00", "JPY": "5000"}, "report": self.report.pk,
            "needed": 3, "covered": 3, "moved": {"EUR": self.moves}, "at": NOW,
        } | changes  # fmt: skip
        for name in ("most", "moved"):
            values[name] = None if values[name] is None else json.dumps(values[name])
        return list(values.values())

    def insert(self, **changes: Any) -> None:
        sql.run(INSERT, self.row(**changes))

    def refused(self, says: str, **changes: Any) -> None:
        with pytest.raises(DatabaseError, match=says), transaction.atomic():
            self.insert(**changes)
        assert Approval.objects.filter(version=self.version).count() == 0


def test_what_fits_is_kept_and_stays() -> None:
    case = Case()
    with transaction.atomic():
        case.insert()
        sql.run(APPROVE, [case.approver.pk, case.version.pk])
    for statement in (
        "UPDATE rulebooks_approval SET role = 'x'", "DELETE FROM rulebooks_approval", "TRUNCATE rulebooks_approval",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="is refused"), transaction.atomic():
            sql.run(statement)
    with pytest.raises(DatabaseError, match=r"rulebooks_approval_wrong|version_id"), transaction.atomic():
        case.insert()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"approver": AUTHOR_ID}, "rulebooks_approval_wrong"),
        ({"sha256": b"1" * 32}, "rulebooks_approval_wrong"),
        ({"basis": "before"}, "rulebooks_approval_wrong"),
        ({"basis": "installation", "rule": None, "role": "", "most": None}, "rulebooks_approval_wrong"),
        ({"role": "finance_approver", "most": None}, "does not hold the role"),
        ({"role": "warehouse", "most": None}, "say otherwise of the role"),
        ({"role": "order_desk", "most": None}, "say otherwise of the role"),
        ({"most": None}, "say otherwise of the role"),
        ({"most": {"EUR": "1000000.00", "JPY": "5000"}}, "say otherwise of the role"),
        ({"rule": None, "role": "", "most": None}, "other limits than those in force"),
        ({"moved": {}}, "the report says otherwise"),
        ({"moved": {"EUR": 1}}, "the report says otherwise"),
        ({"report": None, "needed": 0, "covered": 0}, "the report says otherwise"),
        ({"report": None, "needed": 0, "covered": 3, "moved": {}}, "the report says otherwise"),
        ({"covered": 4}, "rulebooks_approval_report"),
        ({"covered": 2}, "approval_report_covers_enough"),
        ({"role": ""}, "approval_by_a_role_of_its_rule|say otherwise"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], says: str) -> None:
    Case().refused(says, **changes)


def test_nobody_approves_more_than_his_role_may() -> None:
    case = Case(moves=10_001)
    case.refused("moves more than the role pricing_approver may approve")
    case.approver.groups.add(Group.objects.get_or_create(name="finance_approver")[0])
    case.refused("say otherwise of the role", role="finance_approver")
    with transaction.atomic():
        case.insert(role="finance_approver", most=None)
        sql.run(APPROVE, [case.approver.pk, case.version.pk])


def test_a_report_of_another_text_or_one_that_is_not_done_does_not_count() -> None:
    case = Case()
    for text, state in (('{"factor":3}', "done"), ('{"factor":2}', "stopped")):
        other = BackTest.objects.create(
            version=case.version, sha256=digest_of(text), document=text, since_at=NOW, until_at=NOW, seen=3, state=state,
            finished_at=NOW if state == "done" else None, requested_by=AUTHOR_ID, requested_at=NOW,
        )  # fmt: skip
        case.refused("not a finished one of this text", report=other.pk, moved={})


def test_no_version_is_approved_without_its_approval() -> None:
    case = Case()
    with pytest.raises(DatabaseError, match="rulebooks_version_unapproved"), transaction.atomic():
        sql.run(APPROVE, [case.approver.pk, case.version.pk])
    with pytest.raises(DatabaseError, match="rulebooks_version_unapproved"), transaction.atomic():
        RulebookVersion.objects.create(
            rulebook=case.version.rulebook, number=2, document="{}", sha256=digest_of("{}"), state="approved", author_id=AUTHOR_ID,
            approver_id=case.approver.pk, recorded_at=NOW,
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="rulebooks_version_unapproved"), transaction.atomic():
        case.insert()
        sql.run(APPROVE, [new_id(), case.version.pk])
    case.version.refresh_from_db()
    assert (case.version.state, RulebookVersion.objects.filter(rulebook__kind=KIND).count()) == ("in_review", 1)


def test_the_database_knows_the_decimals_of_currencies() -> None:
    for currency in ("EUR", "JPY", "KWD", "CLF", "UYW", "BIF", "TND", "USD"):
        assert sql.fetch("SELECT rulebooks_minor_units(%s)", [currency]) == [(10 ** exponent(currency),)]
