"""What the database refuses of rulebooks, tried in SQL."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.rulebooks.contract import DecisionDraft, decisions_of, record_decisions
from apps.rulebooks.models import Decision, RulebookVersion
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
        "from_at = from_at - interval '1 day'",
        "state = 'draft'",
        "state = 'approved'",
        "rulebook_id = gen_random_uuid()",
    ],
)
def test_a_version_in_force_is_frozen(version: RulebookVersion, change: str) -> None:
    refused(f"UPDATE rulebooks_rulebookversion SET {change} WHERE id = %s", "rulebooks_version_frozen", version.id)
    again = RulebookVersion.objects.get(pk=version.pk)
    assert (again.document, again.state, again.number) == (version.document, "active", 1)


def test_a_version_in_force_is_not_deleted(version: RulebookVersion) -> None:
    refused("DELETE FROM rulebooks_rulebookversion WHERE id = %s", "rulebooks_version_frozen", version.id)


def test_an_ended_version_does_not_begin_again(version: RulebookVersion) -> None:
    sql.run("UPDATE rulebooks_rulebookversion SET state = 'retired', until_at = %s WHERE id = %s", [NOW, version.id])
    for change in ("until_at = NULL", "until_at = until_at + interval '1 day'", "state = 'active'"):
        refused(f"UPDATE rulebooks_rulebookversion SET {change} WHERE id = %s", "rulebooks_version_frozen", version.id)


@pytest.mark.parametrize("state", ["in_review", "approved"])
def test_the_text_is_frozen_from_the_review_on(version: RulebookVersion, state: str) -> None:
    other = _copy(version, "draft")
    sql.run("UPDATE rulebooks_rulebookversion SET document = '{}', sha256 = sha256('{}'::bytea) WHERE id = %s", [other])
    sql.run("UPDATE rulebooks_rulebookversion SET state = %s WHERE id = %s", [state, other])
    refused(
        "UPDATE rulebooks_rulebookversion SET document = '[]', sha256 = sha256('[]'::bytea) WHERE id = %s",
        "rulebooks_version_frozen",
        other,
    )


def test_two_versions_are_never_in_force_together(version: RulebookVersion) -> None:
    with pytest.raises(IntegrityError, match="no_two_versions_in_force"), transaction.atomic():
        _copy(version, "active", from_at=NOW)
    sql.run("UPDATE rulebooks_rulebookversion SET until_at = %s WHERE id = %s", [NOW, version.id])
    _copy(version, "active", from_at=NOW)


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


def _copy(version: RulebookVersion, state: str, **changes: object) -> object:
    values = {"from_at": None} | changes
    made = RulebookVersion.objects.create(
        rulebook_id=version.rulebook_id, number=version.number + 1, document=version.document, sha256=version.sha256, state=state,
        author_id=version.author_id, approver_id=version.approver_id, recorded_at=NOW, **values,
    )  # fmt: skip
    return made.id
