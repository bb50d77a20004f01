"""What the database refuses of rulebooks, tried in SQL."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.rulebooks.contract import DecisionDraft, decisions_of, record_decisions
from apps.rulebooks.models import Activation, Approval, Decision, Rulebook, RulebookVersion
from ordercash.kernel import sql
from ordercash.kernel.ids import new_id
from tests.factories.rulebooks import put_in_force
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def refused(statement: str, says: str, *params: object) -> None:
    with pytest.raises(DatabaseError, match=says), transaction.atomic():
        sql.run(statement, params)


@pytest.fixture
def version() -> RulebookVersion:
    return put_in_force(KIND, {"factor": 2})


@pytest.mark.parametrize(
    "change",
    [
        "document = '{}', sha256 = sha256('{}'::bytea)",
        "number = 9",
        "author_id = gen_random_uuid()",
        "approver_id = gen_random_uuid()",
        "state = 'draft'",
        "state = 'in_review'",
        "rulebook_id = gen_random_uuid()",
    ],
)
def test_a_version_in_force_is_frozen(version: RulebookVersion, change: str) -> None:
    refused(f"UPDATE rulebooks_rulebookversion SET {change} WHERE id = %s", "rulebooks_version_frozen", version.id)
    again = RulebookVersion.objects.get(pk=version.pk)
    assert (again.document, again.state, again.number) == (version.document, "approved", 1)


def test_a_version_in_force_is_not_deleted(version: RulebookVersion) -> None:
    refused("DELETE FROM rulebooks_rulebookversion WHERE id = %s", "rulebooks_version_frozen", version.id)


@pytest.mark.parametrize(
    "table", ["rulebooks_activation", "rulebooks_rulebookversion CASCADE", "rulebooks_rulebook CASCADE"]
)
def test_what_was_in_force_is_not_emptied(version: RulebookVersion, table: str) -> None:
    refused(f"TRUNCATE {table}", "TRUNCATE on rulebooks_")
    assert Activation.objects.filter(version=version).exists()


def test_an_activation_only_ends(version: RulebookVersion) -> None:
    change = "UPDATE rulebooks_activation SET {} WHERE version_id = %s"
    for what in (
        "from_at = from_at - interval '1 day'", "version_id = gen_random_uuid()", "rulebook_id = gen_random_uuid()",
        "activated_by = gen_random_uuid()", "kind = 'rollback', reason = 'x'", "reason = 'x'", "recorded_at = now()",
    ):  # fmt: skip
        refused(change.format(what), "rulebooks_activation_frozen", version.id)
    sql.run(change.format("until_at = %s"), [NOW, version.id])
    for what in ("until_at = NULL", "until_at = until_at + interval '1 day'"):
        refused(change.format(what), "rulebooks_activation_frozen", version.id)
    sql.run(change.format("until_at = until_at - interval '1 day'"), [version.id])
    refused("DELETE FROM rulebooks_activation WHERE version_id = %s", "rulebooks_activation_frozen", version.id)


@pytest.mark.parametrize("state", ["in_review", "approved"])
def test_the_text_is_frozen_from_the_review_on(version: RulebookVersion, state: str) -> None:
    other = _copy(version, "draft")
    sql.run("UPDATE rulebooks_rulebookversion SET document = '{}', sha256 = sha256('{}'::bytea) WHERE id = %s", [other])
    with transaction.atomic():
        sql.run("UPDATE rulebooks_rulebookversion SET state = %s WHERE id = %s", [state, other])
        if state == "approved":
            _approval(RulebookVersion.objects.get(pk=other))
    refused(
        "UPDATE rulebooks_rulebookversion SET document = '[]', sha256 = sha256('[]'::bytea) WHERE id = %s",
        "rulebooks_version_frozen",
        other,
    )


def test_two_versions_are_never_in_force_together(version: RulebookVersion) -> None:
    other = _copy(version, "approved")
    with pytest.raises(IntegrityError, match="no_two_versions_in_force"), transaction.atomic():
        _activate(version, other)
    sql.run("UPDATE rulebooks_activation SET until_at = %s WHERE version_id = %s", [NOW, version.id])
    with pytest.raises(IntegrityError, match="no_two_versions_in_force"), transaction.atomic():
        _activate(version, other, from_at=NOW - timedelta(microseconds=1))
    _activate(version, other)


@pytest.mark.parametrize("state", ["draft", "in_review"])
def test_only_an_approved_version_of_its_rulebook_is_activated(version: RulebookVersion, state: str) -> None:
    sql.run("UPDATE rulebooks_activation SET until_at = %s WHERE version_id = %s", [NOW, version.id])
    with pytest.raises(DatabaseError, match="rulebooks_activation_unapproved"), transaction.atomic():
        _activate(version, _copy(version, state))
    elsewhere = Rulebook.objects.create(kind="test.elsewhere", name="Elsewhere")
    with pytest.raises(DatabaseError, match="rulebooks_activation_unapproved"), transaction.atomic():
        _activate(version, version.pk, rulebook_id=elsewhere.pk)
    assert Activation.objects.count() == 1


def test_a_rollback_has_its_reason_and_an_activation_its_order(version: RulebookVersion) -> None:
    sql.run("UPDATE rulebooks_activation SET until_at = %s WHERE version_id = %s", [NOW, version.id])
    for values, says in (
        ({"kind": "rollback"}, "rollback_has_its_reason"),
        ({"kind": "other"}, "activation_kind_known"),
        ({"until_at": NOW - timedelta(days=1)}, "activation_ends_after_start|range lower bound"),
    ):
        with pytest.raises(DatabaseError, match=says), transaction.atomic():
            _activate(version, version.pk, **values)


def test_the_hash_is_the_documents_own(version: RulebookVersion) -> None:
    other = _copy(version, "draft")
    refused(
        "UPDATE rulebooks_rulebookversion SET document = '{}' WHERE id = %s", "version_hash_is_of_its_document", other
    )


def test_approver_is_never_author(version: RulebookVersion) -> None:
    other = _copy(version, "draft")
    refused(
        "UPDATE rulebooks_rulebookversion SET approver_id = author_id WHERE id = %s", "approver_is_not_author", other
    )


def test_nothing_is_approved_by_nobody(version: RulebookVersion) -> None:
    other = _copy(version, "draft")
    refused(
        "UPDATE rulebooks_rulebookversion SET state = 'approved', approver_id = NULL WHERE id = %s",
        "version_approved_before_use",
        other,
    )


def test_one_rulebook_per_kind_and_entity(version: RulebookVersion) -> None:
    refused(
        "INSERT INTO rulebooks_rulebook (id, kind, name) VALUES (gen_random_uuid(), %s, 'second')",
        "one_rulebook_per_kind_and_entity",
        KIND,
    )


@pytest.mark.parametrize(
    "statement",
    ["UPDATE rulebooks_decision SET outcome = '0'", "DELETE FROM rulebooks_decision", "TRUNCATE rulebooks_decision"],
)
def test_decisions_are_only_added(statement: str) -> None:
    subject_id = new_id()
    with transaction.atomic():
        record_decisions([DecisionDraft(KIND, "thing", subject_id, b"0" * 32, "{}", "1", "[]", NOW)])
    refused(statement, "is refused")
    assert [decision.outcome for decision in decisions_of(subject_id)] == ["1"]


def test_decisions_lie_in_their_month() -> None:
    with transaction.atomic():
        record_decisions([DecisionDraft(KIND, "thing", new_id(), b"0" * 32, "{}", "1", "[]", NOW)])
    assert Decision.objects.count() == 1
    assert sql.fetch("SELECT count(*) FROM rulebooks_decision_default") == [(0,)]


def _activate(version: RulebookVersion, version_id: Any, **changes: Any) -> None:
    values = {
        "rulebook_id": version.rulebook_id,
        "from_at": NOW,
        "activated_by": new_id(),
        "recorded_at": NOW,
    } | changes
    Activation.objects.create(version_id=version_id, **values)


@transaction.atomic
def _copy(version: RulebookVersion, state: str) -> Any:
    made = RulebookVersion.objects.create(
        rulebook_id=version.rulebook_id, number=version.number + 1, document=version.document, sha256=version.sha256, state=state,
        author_id=version.author_id, approver_id=version.approver_id, recorded_at=NOW,
    )  # fmt: skip
    if state == "approved":
        _approval(made)
    return made.id


def _approval(version: RulebookVersion) -> None:
    Approval.objects.create(
        version=version, sha256=version.sha256, basis="installation", approver_id=version.approver_id, recorded_at=NOW
    )
