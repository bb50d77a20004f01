"""Every move of a case, by state and holder."""

import pytest

from apps.exceptions.decisions import rule_on
from ordercash.kernel.ids import new_id

ME, OTHER = new_id(), new_id()

TABLE = [
    # verb, state, holder, may assign, code
    ("claim", "open", None, False, ""),
    ("claim", "claimed", ME, False, "already_yours"),
    ("claim", "claimed", OTHER, False, "taken"),
    ("claim", "claimed", OTHER, True, "taken"),
    ("release", "open", None, False, "not_claimed"),
    ("release", "claimed", ME, False, ""),
    ("release", "claimed", OTHER, False, "taken"),
    ("release", "claimed", OTHER, True, ""),
    ("assign", "open", None, True, ""),
    ("assign", "claimed", OTHER, True, ""),
    ("resolve", "open", None, False, ""),
    ("resolve", "claimed", ME, False, ""),
    ("resolve", "claimed", OTHER, False, "taken"),
    ("resolve", "claimed", OTHER, True, ""),
    *(
        (verb, state, ME, True, "case_closed")
        for verb in ("claim", "release", "assign", "resolve")
        for state in ("resolved", "cancelled")
    ),
]


@pytest.mark.parametrize(("verb", "state", "holder", "may_assign", "code"), TABLE)
def test_who_may_move_a_case(verb: str, state: str, holder: object, may_assign: bool, code: str) -> None:
    ruling = rule_on(verb, state=state, assignee_id=holder, actor_id=ME, may_override=may_assign)  # type: ignore[arg-type]
    assert ruling.code == code
    assert bool(ruling.text) == bool(code)
