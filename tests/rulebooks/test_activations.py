"""Versions that come back: rolled back, activated again, withdrawn before they began."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.audit.models import EventRecord
from apps.rulebooks.contract import NoRulebookInForce, rulebook_if_any, rulebook_in_force
from apps.rulebooks.decisions.phases import Period, phase, version_before
from apps.rulebooks.models import Activation, RulebookVersion
from apps.rulebooks.selectors.versions import phase_of, rulebook
from apps.rulebooks.services import activations, versions
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import NotFound
from tests.factories.audit import count_statements
from tests.rulebooks.a_kind import KIND

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
AUTHOR = Actor(id=UUID(int=11), name="pricing.analyst")
APPROVER = Actor(id=UUID(int=12), name="pricing.approver")
DAY = timedelta(days=1)
database = pytest.mark.django_db(transaction=True)


def approved(factor: int) -> RulebookVersion:
    version = versions.save_draft(kind=KIND, name="Factors", document={"factor": factor}, actor=AUTHOR, now=NOW)
    versions.submit_version(version_id=version.id, actor=AUTHOR, now=NOW)
    return versions.approve_version(version_id=version.id, actor=APPROVER, now=NOW)


def activate(version: RulebookVersion, day: int, now: int | None = None) -> Activation:
    at = NOW + day * DAY
    return activations.activate_version(
        version_id=version.id, from_at=at, actor=APPROVER, now=at if now is None else NOW + now * DAY
    )


def back(version: RulebookVersion, day: float, reason: str = "Too much") -> Activation:
    return activations.roll_back(rulebook_id=version.rulebook_id, reason=reason, actor=APPROVER, now=NOW + day * DAY)


def factor_on(day: float) -> int:
    return rulebook_in_force(KIND, at=NOW + day * DAY).document.factor


def phases(version: RulebookVersion, day: float) -> list[str]:
    found = rulebook(version.rulebook_id)
    return [phase_of(each, NOW + day * DAY) for each in reversed(found.versions)]


@database
def test_a_rollback_is_an_activation_of_its_own() -> None:
    one, two = approved(1), approved(2)
    activate(one, 0)
    activate(two, 2)
    made = back(two, 3)
    assert (made.version_id, made.kind, made.reason, made.until_at) == (one.id, "rollback", "Too much", None)
    assert [factor_on(day) for day in (0, 2, 2.99, 3, 99)] == [1, 2, 2, 1, 1]
    assert phases(two, 3) == ["active", "retired"]
    told = EventRecord.objects.get(name="rulebooks.rolled_back").payload
    assert (told["number"], told["from_number"], told["reason"]) == (1, 2, "Too much")


@database
def test_a_rollback_that_is_sent_twice_goes_back_once() -> None:
    one, two, three = approved(1), approved(2), approved(3)
    for day, version in enumerate((one, two, three)):
        activate(version, day)
    leave = {"rulebook_id": one.rulebook_id, "from_version_id": three.id, "reason": "Too much", "actor": APPROVER}
    assert activations.roll_back(**leave, now=NOW + 3 * DAY).version_id == two.id
    with pytest.raises(activations.MovedOn, match="In force is version 2"):
        activations.roll_back(**leave, now=NOW + 4 * DAY)
    assert phases(one, 4) == ["retired", "active", "retired"]


@database
def test_going_back_twice_goes_back_further() -> None:
    one, two, three = approved(1), approved(2), approved(3)
    for day, version in enumerate((one, two, three)):
        activate(version, day)
    assert back(one, 3).version_id == two.id
    assert back(one, 4).version_id == one.id
    with pytest.raises(activations.NothingBefore):
        back(one, 5)
    activate(three, 6)
    assert factor_on(6) == 3
    assert back(one, 7).version_id == one.id


@database
def test_a_rollback_says_why_and_has_something_to_return_to() -> None:
    one = approved(1)
    with pytest.raises(activations.NothingBefore):
        back(one, 0)
    activate(one, 0)
    with pytest.raises(activations.ReasonMissing):
        back(one, 1, "  ")
    with pytest.raises(activations.NothingBefore):
        back(one, 1)
    with pytest.raises(NotFound):
        activations.roll_back(rulebook_id=uuid4(), reason="x", actor=APPROVER, now=NOW)
    assert Activation.objects.count() == 1


@database
def test_what_is_planned_stays_planned() -> None:
    one, two, three = approved(1), approved(2), approved(3)
    activate(one, 0)
    activate(two, 1)
    activate(three, 5, now=1)
    back(one, 2)
    assert [factor_on(day) for day in (1, 2, 4.99, 5)] == [2, 1, 1, 3]


@database
def test_a_version_that_is_withdrawn_leaves_no_gap_and_blocks_nothing() -> None:
    one, two = approved(1), approved(2)
    activate(one, 0)
    activate(two, 5, now=1)
    activations.withdraw_version(version_id=two.id, actor=APPROVER, now=NOW + 2 * DAY)
    assert [factor_on(day) for day in (0, 4.99, 5, 99)] == [1, 1, 1, 1]
    assert phases(one, 2) == ["active", "approved"]
    assert EventRecord.objects.filter(name="rulebooks.version_withdrawn").count() == 1
    with pytest.raises(activations.NotInUse):
        activations.withdraw_version(version_id=one.id, actor=APPROVER, now=NOW + 2 * DAY)
    activate(two, 3)
    assert [factor_on(day) for day in (2.99, 3, 5, 99)] == [1, 2, 2, 2]
    back(one, 4)
    assert [factor_on(day) for day in (4, 5, 99)] == [1, 1, 1]


@database
def test_a_rollback_ends_what_continues_the_version_as_well() -> None:
    one, two, three = approved(1), approved(2), approved(3)
    activate(one, 0)
    activate(two, 1)
    activate(three, 5, now=1)
    activations.withdraw_version(version_id=three.id, actor=APPROVER, now=NOW + 2 * DAY)
    back(one, 3)
    assert [factor_on(day) for day in (2, 3, 5, 99)] == [2, 1, 1, 1]


@database
def test_a_version_is_activated_once_at_a_time() -> None:
    one = approved(1)
    activate(one, 0)
    with pytest.raises(activations.PeriodTaken):
        activate(one, 1)
    activations.retire_version(
        version_id=one.id, without_successor=True, reason="Closed", actor=APPROVER, now=NOW + 2 * DAY
    )
    with pytest.raises(NoRulebookInForce):
        factor_on(2)
    with pytest.raises(activations.NotInUse):
        activations.retire_version(version_id=one.id, actor=APPROVER, now=NOW + 2 * DAY)
    activate(one, 3)
    assert factor_on(3) == 1


@database
def test_statements_do_not_grow_with_the_history() -> None:
    one, two = approved(1), approved(2)
    activate(one, 0)
    activate(two, 1)
    few = count_statements(lambda: back(one, 2))
    for day in range(3, 13):
        activate(two if day % 2 else one, day)
    assert count_statements(lambda: back(one, 14)) == few
    assert count_statements(lambda: rulebook(one.rulebook_id)) == 3


IDS = [UUID(int=number) for number in range(4)]


@given(st.lists(st.tuples(st.sampled_from(IDS), st.booleans()), max_size=8))
def test_a_rollback_never_returns_to_the_present_version(history: list[tuple[UUID, bool]]) -> None:
    """Whatever happened, it returns to another version that was in force; after as many steps as there are versions it ends."""
    ends = [NOW + DAY * day for day in range(1, len(history))]
    periods = [
        Period(version, NOW + DAY * day, until, is_rollback)
        for day, ((version, is_rollback), until) in enumerate(zip(history, [*ends, None], strict=False))
    ]
    at = NOW + DAY * 20
    for _ in range(len(history) + 1):
        target = version_before(periods, at)
        if target is None:
            return
        assert target != periods[-1].version_id
        assert target in {period.version_id for period in periods}
        periods[-1] = periods[-1]._replace(until_at=at)
        periods.append(Period(target, at, None, is_rollback=True))
        at += DAY
    raise AssertionError("rolling back does not end")


def test_phases_in_words() -> None:
    ahead, present, past = (
        Period(IDS[0], NOW + DAY, None), Period(IDS[0], NOW, NOW + DAY), Period(IDS[0], NOW - DAY, NOW),
    )  # fmt: skip
    withdrawn = Period(IDS[0], NOW + DAY, NOW + DAY)
    assert phase("draft", [], NOW) == "draft"
    assert phase("in_review", [], NOW) == "in review"
    assert [phase("approved", periods, NOW) for periods in ([], [withdrawn], [ahead], [past, ahead], [present], [past])] == [
        "approved", "approved", "scheduled", "scheduled", "active", "retired",
    ]  # fmt: skip


@pytest.mark.django_db
def test_rules_that_nobody_needs_are_asked_for_without_a_statement(django_assert_num_queries) -> None:
    assert rulebook_if_any("test.nothing", at=NOW) is None
    with django_assert_num_queries(0):
        assert rulebook_if_any("test.nothing", at=NOW) is None
