"""Opening: one open case per subject, a reason per obstacle, queues and deadlines from the reasons."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from apps.audit.contract import timeline
from apps.exceptions.contract import (
    CaseDraft,
    ReasonDraft,
    ReasonKind,
    case_of,
    cases_of,
    close_cases,
    open_cases,
    refresh_cases,
    register_reasons,
    settle_reasons,
)
from apps.exceptions.models import Case, CaseReason, Queue
from apps.exceptions.ports import reasons
from apps.exceptions.services.queues import DeadlineImpossible, configure_queue
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.transactions import TransactionMisuse
from tests.factories.audit import count_statements, in_thread, in_transaction
from tests.factories.exceptions import NOW, make_draft, open_all, open_case

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """Two kinds of reasons with queues and deadlines of their own."""
    known = dict(reasons)
    reasons.clear()
    register_reasons(
        {
            "price_missing": ReasonKind("There is no price", "pricing", 8),
            "address_incomplete": ReasonKind("The address is incomplete", "order_desk", 24),
        }
    )
    yield
    reasons.clear()
    reasons.update(known)


def test_a_case_shows_every_reason_with_its_queue_and_deadline() -> None:
    draft = make_draft("address_incomplete", "price_missing")
    open_all([draft])
    case = case_of("thing", draft.subject_id)
    assert case is not None
    assert (case.state, case.queue, case.due_at) == ("open", "pricing", NOW + timedelta(hours=8))
    assert [(reason.code, reason.title, reason.queue, reason.due_at) for reason in case.reasons] == [
        ("price_missing", "There is no price", "pricing", NOW + timedelta(hours=8)),
        ("address_incomplete", "The address is incomplete", "order_desk", NOW + timedelta(hours=24)),
    ]


def test_opening_needs_the_transaction_of_its_finder_and_a_reason() -> None:
    with pytest.raises(TransactionMisuse):
        open_cases([make_draft()])
    with pytest.raises(ValueError, match="needs a reason"):
        open_all([make_draft(reasons=[])])
    assert Case.objects.count() == 0


def refresh(*drafts: CaseDraft) -> None:
    in_transaction(lambda: refresh_cases(drafts, actor=SYSTEM, now=NOW))


def standing_reasons(draft: CaseDraft) -> list[tuple[str, Any]]:
    found = CaseReason.objects.filter(case__subject_id=draft.subject_id, state="open").order_by("code")
    return [(reason.code, reason.detail) for reason in found]


def test_a_refreshed_case_says_what_stands_now_and_nothing_else() -> None:
    draft, other = make_draft("price_missing"), make_draft("price_missing")
    first, _ = open_all([draft, other])
    refresh(replace(draft, reasons=[ReasonDraft("address_incomplete", {"part": "city"})], money_at_risk_minor=7))
    assert standing_reasons(draft) == [("address_incomplete", {"part": "city"})]
    case = Case.objects.get(pk=first)
    assert (case.state, case.queue_id, case.money_at_risk_minor) == ("open", "order_desk", 7)
    assert case.due_at == NOW + timedelta(hours=24)
    assert [event.name for event in timeline(first)] == ["exceptions.case_opened", "exceptions.reasons_resolved"]
    # The same code with another detail is another reason.
    refresh(replace(draft, reasons=[ReasonDraft("address_incomplete", {"part": "street"})]))
    assert standing_reasons(draft) == [("address_incomplete", {"part": "street"})]
    refresh(draft)
    assert standing_reasons(draft) == standing_reasons(other) == [("price_missing", {})]


@pytest.mark.parametrize("size", [1, 20])
def test_refreshing_takes_as_many_statements_for_any_number(size: int) -> None:
    drafts = [make_draft("price_missing") for _ in range(size)]
    open_all(drafts)
    changed = [replace(draft, reasons=[ReasonDraft("address_incomplete", {})]) for draft in drafts]
    work = partial(refresh_cases, changed, actor=SYSTEM, now=NOW)
    assert in_transaction(lambda: count_statements(work)) == 6
    assert CaseReason.objects.filter(state="open", code="address_incomplete").count() == size


def test_opening_again_changes_nothing_and_tells_nothing() -> None:
    draft = make_draft("price_missing", "address_incomplete")
    first = open_all([draft])
    assert open_all([draft, draft]) == [first[0], first[0]]
    assert (Case.objects.count(), CaseReason.objects.count()) == (1, 2)
    assert [event.name for event in timeline(first[0])] == ["exceptions.case_opened"]


def test_a_new_reason_joins_the_case_that_stands_and_may_make_it_urgent() -> None:
    draft = make_draft("address_incomplete", money_at_risk_minor=100)
    (case_id,) = open_all([draft])
    again = make_draft("price_missing", subject_id=draft.subject_id, money_at_risk_minor=900)
    assert open_all([again]) == [case_id]
    case = case_of("thing", draft.subject_id)
    assert case is not None
    assert {reason.code for reason in case.reasons} == {"price_missing", "address_incomplete"}
    assert (case.money_at_risk_minor, case.due_at) == (900, NOW + timedelta(hours=8))


def test_the_same_code_for_two_lines_is_two_reasons() -> None:
    lines = [ReasonDraft("price_missing", {"line": 1}), ReasonDraft("price_missing", {"line": 2})]
    open_case(reasons=[*lines, lines[0]])
    assert CaseReason.objects.count() == 2


def test_a_reason_that_nobody_registered_goes_to_the_general_queue() -> None:
    open_case("moon_in_wrong_phase")
    assert Queue.objects.get().code == "general"


def test_after_a_case_is_closed_a_new_one_may_open() -> None:
    draft = make_draft()
    (first,) = open_all([draft])
    close("thing", draft.subject_id)
    (second,) = open_all([draft])
    assert first != second
    assert case_of("thing", draft.subject_id).id == second  # type: ignore[union-attr]


def close(kind: str, subject_id: object) -> list[object]:
    return in_transaction(
        lambda: close_cases(kind, [subject_id], resolution="release", note="checked", actor=SYSTEM, now=NOW)  # type: ignore[list-item]
    )


def test_closing_closes_every_reason_and_tells_it_once() -> None:
    draft = make_draft("price_missing", "address_incomplete")
    (case_id,) = open_all([draft])
    assert close("thing", draft.subject_id) == [draft.subject_id]
    assert close("thing", draft.subject_id) == []
    case = Case.objects.get()
    assert (case.state, case.resolution, case.resolution_note, case.closed_at) == (
        "resolved",
        "release",
        "checked",
        NOW,
    )
    assert set(CaseReason.objects.values_list("state", flat=True)) == {"resolved"}
    assert [event.name for event in timeline(case_id)] == ["exceptions.case_opened", "exceptions.case_resolved"]


def test_a_case_about_an_order_stands_on_the_timeline_of_the_order() -> None:
    order_id = new_id()
    open_case(subject_kind="order", subject_id=order_id)
    assert [event.name for event in timeline(order_id)] == ["exceptions.case_opened"]


def test_a_case_closes_with_its_last_reason() -> None:
    draft, other = make_draft("price_missing", "address_incomplete"), make_draft("price_missing")
    open_all([draft, other])

    def settle(codes: frozenset[str]) -> list[object]:
        return in_transaction(
            lambda: settle_reasons(  # type: ignore[return-value]
                "thing", {draft.subject_id: codes}, resolution="recheck", note="", actor=SYSTEM, now=NOW
            )
        )

    assert settle(frozenset({"price_missing", "address_incomplete"})) == []
    assert settle(frozenset({"price_missing"})) == []
    states = {reason.code: reason.state for reason in case_of("thing", draft.subject_id).reasons}  # type: ignore[union-attr]
    assert states == {"price_missing": "open", "address_incomplete": "resolved"}
    assert settle(frozenset()) == [draft.subject_id]
    assert list(cases_of("thing", [draft.subject_id, other.subject_id])) == [other.subject_id]


def test_two_finders_at_once_open_one_case() -> None:
    draft = make_draft("price_missing")
    also = make_draft("address_incomplete", subject_id=draft.subject_id)
    for thread in [in_thread(lambda each=each: open_all([each])) for each in [draft, also] * 4]:
        thread.join()
    assert (Case.objects.count(), CaseReason.objects.count()) == (1, 2)


def configure(code: str, sla_hours: int) -> None:
    in_transaction(
        lambda: configure_queue(code=code, name="Pricing", sla_hours=sla_hours, resolve_permission="", actor=SYSTEM)
    )


def test_a_queue_with_a_tighter_deadline_tightens_its_reasons() -> None:
    open_case("price_missing")
    configure("pricing", 2)
    draft = make_draft("price_missing")
    open_all([draft])
    assert case_of("thing", draft.subject_id).due_at == NOW + timedelta(hours=2)  # type: ignore[union-attr]
    with pytest.raises(DeadlineImpossible):
        configure("pricing", 0)
    with pytest.raises(NotFound):
        configure("unknown", 2)


@pytest.mark.parametrize("size", [1, 200])
def test_statements_do_not_grow_with_the_cases(size: int) -> None:
    drafts = [make_draft("price_missing", "address_incomplete") for _ in range(size)]
    subjects = [draft.subject_id for draft in drafts]
    assert in_transaction(lambda: count_statements(lambda: open_cases(drafts))) == 4

    def settle() -> None:
        standing = dict.fromkeys(subjects, frozenset({"price_missing"}))
        settle_reasons("thing", standing, resolution="recheck", note="", actor=SYSTEM, now=NOW)

    assert in_transaction(lambda: count_statements(settle)) == 3

    def close_all() -> None:
        close_cases("thing", subjects, resolution="release", note="", actor=SYSTEM, now=NOW)

    assert in_transaction(lambda: count_statements(close_all)) == 3
    assert Case.objects.filter(state="resolved").count() == size
