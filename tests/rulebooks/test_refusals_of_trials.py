"""What the database refuses of comments, scenarios and back-tests, tried in SQL."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.rulebooks.models import BackTest, BackTestChange, BackTestFigure, RulebookVersion, Scenario, VersionComment
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


def scenario(version: RulebookVersion, **changes: Any) -> Scenario:
    values = {"name": "two", "facts": '{"number":1}', "expected": '{"result":2}'} | changes
    return Scenario.objects.create(rulebook_id=version.rulebook_id, author_id=new_id(), recorded_at=NOW, **values)


def back_test(version: RulebookVersion, **changes: Any) -> BackTest:
    values = {"sha256": version.sha256, "since_at": NOW, "until_at": NOW, "requested_by": new_id(), "requested_at": NOW}
    return BackTest.objects.create(version=version, **(values | changes))


def figure(of: BackTest, key: str = "") -> BackTestFigure:
    return BackTestFigure.objects.create(
        back_test=of, dimension="total", key=key, currency="EUR", decisions=1, before_minor=1, after_minor=2
    )


def change(of: BackTest) -> BackTestChange:
    return BackTestChange.objects.create(
        back_test=of, decision_id=new_id(), subject_kind="order", subject_id=new_id(), currency="EUR", before_minor=1,
        after_minor=2,
    )  # fmt: skip


@pytest.mark.parametrize("statement", ["UPDATE {} SET text = 'other'", "DELETE FROM {}", "TRUNCATE {}"])
def test_comments_are_only_added(version: RulebookVersion, statement: str) -> None:
    VersionComment.objects.create(version=version, author_id=new_id(), text="Good", recorded_at=NOW)
    refused(statement.format("rulebooks_versioncomment"), "is refused")
    with pytest.raises(IntegrityError, match="comment_says_something"), transaction.atomic():
        VersionComment.objects.create(version=version, author_id=new_id(), text="", recorded_at=NOW)


def test_a_scenario_is_replaced_not_changed(version: RulebookVersion) -> None:
    kept = scenario(version)
    for what in ("facts = '{}'", "expected = '{}'", "name = 'three'", "note = 'x'", "author_id = gen_random_uuid()"):
        refused(f"UPDATE rulebooks_scenario SET {what} WHERE id = %s", "rulebooks_scenario_frozen", kept.pk)
    with pytest.raises(IntegrityError, match="scenario_name_once_per_rulebook"), transaction.atomic():
        scenario(version, expected="{}")
    sql.run("UPDATE rulebooks_scenario SET retired_at = %s WHERE id = %s", [NOW, kept.pk])
    scenario(version, expected="{}")
    refused("UPDATE rulebooks_scenario SET retired_at = NULL WHERE id = %s", "rulebooks_scenario_frozen", kept.pk)
    refused("DELETE FROM rulebooks_scenario WHERE id = %s", "rulebooks_scenario_frozen", kept.pk)
    with pytest.raises(IntegrityError, match="scenario_has_a_name"), transaction.atomic():
        scenario(version, name="")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"state": "over"}, "back_test_state_known"),
        ({"state": "done"}, "back_test_finished_when_over"),
        ({"finished_at": NOW}, "back_test_finished_when_over"),
        ({"changed": 2, "seen": 1}, "back_test_changed_of_the_seen"),
        ({"until_at": NOW.replace(year=2020)}, "back_test_period_in_order"),
        ({"sha256": b"short"}, "back_test_hash_is_sha256"),
    ],
)
def test_a_back_test_makes_sense(version: RulebookVersion, values: dict[str, Any], says: str) -> None:
    with pytest.raises(IntegrityError, match=says), transaction.atomic():
        back_test(version, **values)


def test_what_was_asked_for_stays(version: RulebookVersion) -> None:
    kept = back_test(version)
    for what in ("sha256 = sha256('x')", "version_id = gen_random_uuid()", "since_at = now()", "requested_by = id"):
        refused(f"UPDATE rulebooks_backtest SET {what} WHERE id = %s", "rulebooks_back_test_frozen", kept.pk)
    refused("DELETE FROM rulebooks_backtest WHERE id = %s", "rulebooks_back_test_frozen", kept.pk)
    sql.run("UPDATE rulebooks_backtest SET state = 'running', seen = 5, changed = 1 WHERE id = %s", [kept.pk])


def test_a_report_that_is_done_is_frozen(version: RulebookVersion) -> None:
    kept = back_test(version)
    figure(kept)
    change(kept)
    sql.run("UPDATE rulebooks_backtestfigure SET decisions = 2")
    sql.run("UPDATE rulebooks_backtest SET state = 'done', finished_at = %s WHERE id = %s", [NOW, kept.pk])
    refused("UPDATE rulebooks_backtest SET changed = 0 WHERE id = %s", "rulebooks_back_test_frozen", kept.pk)
    for table in ("rulebooks_backtestfigure", "rulebooks_backtestchange"):
        refused(f"UPDATE {table} SET after_minor = 0", "rulebooks_back_test_frozen")
        refused(f"DELETE FROM {table}", "rulebooks_back_test_frozen")
    for add in (lambda: figure(kept, key="other"), lambda: change(kept)):
        with pytest.raises(DatabaseError, match="rulebooks_back_test_frozen"), transaction.atomic():
            add()


def test_figures_and_changes_are_told_once(version: RulebookVersion) -> None:
    kept = back_test(version)
    figure(kept)
    with pytest.raises(IntegrityError, match="back_test_figure_once_per_key"), transaction.atomic():
        figure(kept)
    refused("UPDATE rulebooks_backtestfigure SET dimension = 'moon'", "back_test_dimension_known")
    told = change(kept)
    with pytest.raises(IntegrityError, match="back_test_change_once_per_decision"), transaction.atomic():
        BackTestChange.objects.create(
            back_test=kept, decision_id=told.decision_id, subject_kind="order", subject_id=new_id(), before_minor=1,
            after_minor=1,
        )  # fmt: skip
