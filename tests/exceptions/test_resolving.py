"""Resolving: the owning domain settles the subjects; what its rows say afterwards is the outcome."""

from uuid import UUID

import pytest

from apps.exceptions.models import Case, Queue
from apps.exceptions.permissions import ASSIGN_CASE, CANCEL_CASE
from apps.exceptions.services.holding import claim_cases
from apps.exceptions.services.outcomes import CaseRefused, UnknownResolution, the_only
from apps.exceptions.services.resolving import resolve_cases
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.errors import Forbidden, NotFound
from ordercash.kernel.ids import new_id
from tests.factories.exceptions import NOW, RELEASE, Owner, make_actor, make_draft, open_all, open_case

pytestmark = pytest.mark.django_db(transaction=True)

DESK = make_actor(RELEASE)


def resolve(
    *case_ids: UUID, verb: str = "release", note: str = "checked", actor: Actor = DESK
) -> list[tuple[bool, str, str]]:
    found = resolve_cases(case_ids=case_ids, verb=verb, note=note, actor=actor, now=NOW)
    return [(outcome.done, outcome.code, outcome.text) for outcome in found]


def test_a_resolution_closes_the_case_with_who_and_why(owner: Owner) -> None:
    case_id = open_case()
    assert resolve(case_id) == [(True, "", "Released.")]
    case = Case.objects.get()
    assert (case.state, case.resolution, case.resolution_note, case.closed_by) == (
        "resolved",
        "release",
        "checked",
        DESK.id,
    )


def test_many_cases_are_one_call_of_the_domain(owner: Owner) -> None:
    ids = open_all([make_draft() for _ in range(20)])
    assert resolve(*ids) == [(True, "", "Released.")] * 20
    assert owner.calls == [20]


def test_a_case_that_stays_open_is_not_done(owner: Owner) -> None:
    good, bad = make_draft(), make_draft()
    ids = open_all([good, bad])
    owner.left = {bad.subject_id}
    assert resolve(*ids) == [(True, "", "Released."), (False, "still_open", "Still has no price.")]


def test_a_subject_whose_obstacle_is_found_again_is_not_done(owner: Owner) -> None:
    draft = make_draft()
    (case_id,) = open_all([draft])
    owner.found_again = {draft.subject_id}
    assert resolve(case_id)[0][:2] == (False, "still_open")
    assert Case.objects.filter(state="open").count() == 1


def test_a_bad_case_fails_alone(owner: Owner) -> None:
    drafts = [make_draft() for _ in range(3)]
    ids = open_all(drafts)
    owner.refused = {drafts[1].subject_id}
    assert resolve(*ids) == [
        (True, "", "Released."),
        (False, "still_open", "It has moved on."),
        (True, "", "Released."),
    ]
    assert Case.objects.filter(state="open").count() == 1


@pytest.mark.parametrize(
    ("verb", "note", "actor", "code"),
    [
        ("release", "", make_actor(), "forbidden"),
        ("scrap", "  ", DESK, "note_missing"),
        ("explode", "", DESK, "resolution_unknown"),
    ],
)
def test_a_refused_resolution_leaves_everything_as_it_was(
    owner: Owner, verb: str, note: str, actor: Actor, code: str
) -> None:
    case_id = open_case()
    assert resolve(case_id, verb=verb, note=note, actor=actor)[0][:2] == (False, code)
    assert owner.calls == []
    assert Case.objects.get().state == "open"


def test_a_case_of_somebody_else_is_resolved_only_by_who_may_assign(owner: Owner) -> None:
    case_id = open_case()
    claim_cases(case_ids=[case_id], actor=make_actor(), now=NOW)
    assert resolve(case_id)[0][:2] == (False, "taken")
    assert resolve(case_id, actor=make_actor(RELEASE, ASSIGN_CASE)) == [(True, "", "Released.")]


def test_a_queue_may_ask_for_a_right_of_its_own(owner: Owner) -> None:
    case_id = open_case()
    Queue.objects.update(resolve_permission="exceptions.special")
    assert resolve(case_id)[0][:2] == (False, "forbidden")
    assert resolve(case_id, actor=make_actor(RELEASE, "exceptions.special"))[0][0]


def test_a_closed_or_unknown_case_is_not_resolved(owner: Owner) -> None:
    case_id = open_case()
    resolve(case_id)
    assert [outcome[1] for outcome in resolve(case_id, new_id())] == ["case_closed", "not_found"]
    assert owner.calls == [1]


def test_where_no_domain_offers_a_way_out_a_case_is_dismissed_with_a_note(owner: Owner) -> None:
    case_id = open_case(subject_kind="stray_row")
    may = make_actor(CANCEL_CASE)
    assert resolve(case_id, verb="dismiss", note="", actor=may)[0][1] == "note_missing"
    assert resolve(case_id, verb="dismiss", note="not ours", actor=make_actor())[0][1] == "forbidden"
    assert resolve(case_id, verb="dismiss", note="not ours", actor=may) == [(True, "", "Dismissed.")]
    assert Case.objects.get().state == "cancelled"


def test_a_domains_cases_are_never_dismissed_behind_its_back(owner: Owner) -> None:
    case_id = open_case()
    assert resolve(case_id, verb="dismiss", actor=SYSTEM)[0][:2] == (False, "resolution_unknown")


def test_the_outcome_of_one_is_an_error_when_it_was_not_done(owner: Owner) -> None:
    case_id = open_case()

    def attempt(*ids: UUID, verb: str = "release", actor: Actor = DESK) -> None:
        the_only(resolve_cases(case_ids=ids, verb=verb, note="", actor=actor, now=NOW))

    for error, ids, verb, actor in (
        (NotFound, [new_id()], "release", DESK),
        (Forbidden, [case_id], "release", make_actor()),
        (UnknownResolution, [case_id], "explode", DESK),
        (CaseRefused, [case_id], "scrap", DESK),
    ):
        with pytest.raises(error):
            attempt(*ids, verb=verb, actor=actor)
    attempt(case_id)
