"""What the database refuses of cases, tried in SQL."""

import pytest
from django.db import IntegrityError

from ordercash.kernel.sql import fetch, run
from tests.factories.audit import in_transaction
from tests.factories.exceptions import NOW, make_draft, open_all, open_case

pytestmark = pytest.mark.django_db(transaction=True)


def try_in_sql(statement: str, *params: object) -> None:
    in_transaction(lambda: run(statement, params))


def test_a_subject_has_one_open_case() -> None:
    open_case()
    copy = (
        "INSERT INTO exceptions_case (id, subject_kind, subject_id, queue_id, title, currency, opened_at, due_at, state, assignee_id)"
        " SELECT new_id(), subject_kind, subject_id, queue_id, title, currency, opened_at, due_at, %s, %s FROM exceptions_case"
    )
    with pytest.raises(IntegrityError, match="one_open_case_per_subject"):
        try_in_sql(copy, "open", None)
    with pytest.raises(IntegrityError, match="one_open_case_per_subject"):
        try_in_sql(copy, "claimed", fetch("SELECT new_id()")[0][0])


def test_a_closed_case_does_not_reopen_beside_another() -> None:
    draft = make_draft()
    (first,) = open_all([draft])
    try_in_sql("UPDATE exceptions_case SET state = 'resolved', closed_at = %s", NOW)
    open_all([draft])
    with pytest.raises(IntegrityError, match="one_open_case_per_subject"):
        try_in_sql("UPDATE exceptions_case SET state = 'open', closed_at = NULL WHERE id = %s", first)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE exceptions_case SET state = 'lost'", "case_state_is_known"),
        ("UPDATE exceptions_case SET state = 'claimed', assignee_id = NULL", "claimed_case_has_assignee"),
        ("UPDATE exceptions_case SET state = 'resolved', closed_at = NULL", "closed_case_has_its_instant"),
        ("UPDATE exceptions_case SET closed_at = now()", "closed_case_has_its_instant"),
        ("UPDATE exceptions_case SET money_at_risk_minor = -1", "money_at_risk_is_not_negative"),
        ("UPDATE exceptions_casereason SET state = 'lost'", "case_reason_state_is_known"),
        ("UPDATE exceptions_casereason SET fingerprint = 'same'", "open_reason_stands_once"),
        ("DELETE FROM exceptions_queue", "exceptions_"),
        ("DELETE FROM exceptions_case", "exceptions_"),
    ],
)
def test_a_case_keeps_its_shape(statement: str, constraint: str) -> None:
    open_case("price_missing", "address_incomplete")
    before = fetch("SELECT * FROM exceptions_case")
    with pytest.raises(IntegrityError, match=constraint):
        try_in_sql(statement)
    assert fetch("SELECT * FROM exceptions_case") == before
