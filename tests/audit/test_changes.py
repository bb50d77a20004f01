"""Change capture: whatever changes a watched row leaves what changed, who did it and when."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
import pytest

from apps.audit.contract import set_change_actor
from ordercash.kernel.actor import Actor
from ordercash.kernel.sql import fetch, run
from tests.factories.audit import in_transaction

ACTOR = Actor(id=UUID(int=42), name="finance.controller")
ROW = UUID(int=9)


@pytest.fixture(autouse=True)
def watched(transactional_db: None) -> Iterator[None]:
    """A table of two columns, one of them a secret."""
    for statement in (
        "CREATE TABLE tests_watched (id uuid PRIMARY KEY, name text, secret text)",
        "CREATE TRIGGER record_change AFTER INSERT OR UPDATE OR DELETE ON tests_watched"
        " FOR EACH ROW EXECUTE FUNCTION audit_record_change('secret')",
    ):
        run(statement)
    yield
    run("DROP TABLE tests_watched")


def change(statement: str, *params: Any, actor: Actor | None = ACTOR) -> None:
    def work() -> None:
        if actor:
            set_change_actor(actor)
        run(statement, params)

    in_transaction(work)


def changes() -> list[tuple[Any, ...]]:
    found = fetch("SELECT operation, row_id, before, after, actor_id FROM audit_changerecord ORDER BY id")
    return [
        (what, row, before and orjson.loads(before), after and orjson.loads(after), who)
        for what, row, before, after, who in found
    ]


def test_what_changed_is_kept_and_secrets_are_not() -> None:
    change("INSERT INTO tests_watched VALUES (%s, 'one', 'key 1')", ROW)
    change("UPDATE tests_watched SET name = 'two'")
    change("UPDATE tests_watched SET secret = 'key 2'")
    change("DELETE FROM tests_watched")
    row = str(ROW)
    assert changes() == [
        ("insert", row, None, {"id": row, "name": "one", "secret": "redacted"}, ACTOR.id),
        ("update", row, {"name": "one"}, {"name": "two"}, ACTOR.id),
        ("update", row, {"secret": "redacted"}, {"secret": "redacted"}, ACTOR.id),
        ("delete", row, {"id": row, "name": "two", "secret": "redacted"}, None, ACTOR.id),
    ]


def test_a_change_in_plain_sql_leaves_its_row_without_an_actor() -> None:
    change("INSERT INTO tests_watched VALUES (%s, 'one', '')", ROW)
    change("UPDATE tests_watched SET name = 'two'", actor=None)
    assert changes()[1] == ("update", str(ROW), {"name": "one"}, {"name": "two"}, None)


def test_many_rows_at_once_leave_a_row_each() -> None:
    change("INSERT INTO tests_watched SELECT new_id(), 'many', '' FROM generate_series(1, 50)")
    change("UPDATE tests_watched SET name = 'changed'")
    assert len(changes()) == 100


def test_an_update_that_changes_nothing_leaves_nothing() -> None:
    change("INSERT INTO tests_watched VALUES (%s, 'one', '')", ROW)
    change("UPDATE tests_watched SET name = 'one'")
    assert [what for what, *_ in changes()] == ["insert"]


def test_the_actor_is_named_for_one_transaction() -> None:
    in_transaction(lambda: set_change_actor(ACTOR))
    change("INSERT INTO tests_watched VALUES (%s, 'one', '')", ROW, actor=None)
    assert changes()[0][-1] is None
