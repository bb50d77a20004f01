"""Claim, release, assign: one holder at a time, each case with its own outcome."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from apps.audit.contract import timeline
from apps.exceptions.models import Case
from apps.exceptions.permissions import ASSIGN_CASE, CLAIM_CASE, PERMISSIONS
from apps.exceptions.services.holding import AssigneeUnknown, assign_cases, claim_cases, release_claims
from ordercash.kernel.ids import new_id
from tests.factories.audit import count_statements, in_thread, in_transaction
from tests.factories.exceptions import NOW, make_actor, make_draft, open_all, open_case

pytestmark = pytest.mark.django_db(transaction=True)

DESK = make_actor(name="order.desk")
OTHER = make_actor(name="credit.controller")
LEAD = make_actor(ASSIGN_CASE, name="order.approver")


def states() -> list[tuple[str, object]]:
    return list(Case.objects.order_by("id").values_list("state", "assignee_id"))


def make_holder(name: str = "warehouse", *, active: bool = True) -> object:
    """Return the id of a user who may claim cases."""
    kind, _ = ContentType.objects.get_or_create(app_label="exceptions", model="verb")
    right, _ = Permission.objects.get_or_create(
        codename="claim_case", content_type=kind, defaults={"name": PERMISSIONS[CLAIM_CASE]}
    )
    user = get_user_model().objects.create(username=name, is_active=active)
    user.user_permissions.add(right)
    return user.pk


def test_a_claimed_case_is_its_holders() -> None:
    case_id = open_case()
    (mine,) = claim_cases(case_ids=[case_id], actor=DESK, now=NOW)
    (again,) = claim_cases(case_ids=[case_id], actor=DESK, now=NOW)
    (theirs,) = claim_cases(case_ids=[case_id], actor=OTHER, now=NOW)
    assert (mine.done, again.done, theirs.done, theirs.code) == (True, True, False, "taken")
    assert states() == [("claimed", DESK.id)]
    assert [event.name for event in timeline(case_id)] == ["exceptions.case_opened", "exceptions.case_claimed"]


def test_a_case_is_given_back_by_its_holder_or_by_who_may_assign() -> None:
    case_id = open_case()
    claim_cases(case_ids=[case_id], actor=DESK, now=NOW)
    (refused,) = release_claims(case_ids=[case_id], actor=OTHER, now=NOW)
    assert (refused.done, refused.code) == (False, "taken")
    (done,) = release_claims(case_ids=[case_id], actor=LEAD, now=NOW)
    assert done.done
    assert states() == [("open", None)]
    (idle,) = release_claims(case_ids=[case_id], actor=DESK, now=NOW)
    assert (idle.done, idle.code) == (False, "not_claimed")


def test_a_case_is_given_to_a_colleague_who_may_work_on_cases() -> None:
    case_id, holder = open_case(), make_holder()
    (done,) = assign_cases(case_ids=[case_id], assignee_id=holder, actor=LEAD, now=NOW)  # type: ignore[arg-type]
    assert done.done
    assert states() == [("claimed", holder)]


def test_a_case_is_not_given_to_nobody() -> None:
    case_id = open_case()
    outsider = get_user_model().objects.create(username="auditor").pk
    for wrong in (new_id(), outsider, make_holder("left.us", active=False)):
        with pytest.raises(AssigneeUnknown):
            assign_cases(case_ids=[case_id], assignee_id=wrong, actor=LEAD, now=NOW)  # type: ignore[arg-type]
    assert states() == [("open", None)]


def test_in_a_batch_each_case_has_its_own_outcome() -> None:
    free, taken, closed = open_all([make_draft(), make_draft(), make_draft()])
    claim_cases(case_ids=[taken], actor=OTHER, now=NOW)
    Case.objects.filter(id=closed).update(state="resolved", closed_at=NOW)
    unknown = new_id()
    found = claim_cases(case_ids=[free, taken, closed, unknown, free], actor=DESK, now=NOW)
    assert [(outcome.case_id, outcome.done, outcome.code) for outcome in found] == [
        (free, True, ""),
        (taken, False, "taken"),
        (closed, False, "case_closed"),
        (unknown, False, "not_found"),
    ]
    assert states() == [("claimed", DESK.id), ("claimed", OTHER.id), ("resolved", None)]


def test_of_many_who_claim_at_once_one_holds_it() -> None:
    case_id = open_case()
    actors = [make_actor(name=f"desk {number}") for number in range(10)]
    done: list[bool] = []
    threads = [
        in_thread(lambda actor=actor: done.append(claim_cases(case_ids=[case_id], actor=actor, now=NOW)[0].done))
        for actor in actors
    ]
    for thread in threads:
        thread.join()
    assert sorted(done) == [False] * 9 + [True]


@pytest.mark.parametrize("size", [1, 200])
def test_statements_do_not_grow_with_the_cases(size: int) -> None:
    ids = open_all([make_draft() for _ in range(size)])
    claim = claim_cases.__wrapped__  # type: ignore[attr-defined]
    assert in_transaction(lambda: count_statements(lambda: claim(case_ids=ids, actor=DESK, now=NOW))) == 3
    assert Case.objects.filter(state="claimed").count() == size
