"""The life of a version, and which one is in force when."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from apps.audit.models import ChangeRecord, EventRecord
from apps.masterdata.models import Currency, LegalEntity
from apps.rulebooks.contract import NoRulebookInForce, rulebook_in_force
from apps.rulebooks.decisions.documents import DocumentInvalid
from apps.rulebooks.models import Activation, RulebookVersion
from apps.rulebooks.selectors.versions import phase_of, rulebooks
from apps.rulebooks.services import activations, versions
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import NotFound
from ordercash.kernel.states import WrongState
from tests.factories.audit import count_statements
from tests.factories.rulebooks import put_in_force
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
AUTHOR = Actor(id=UUID(int=11), name="pricing.analyst")
APPROVER = Actor(id=UUID(int=12), name="pricing.approver")
DAY = timedelta(days=1)


def draft(factor: int = 2, *, actor: Actor = AUTHOR, **changes: Any) -> RulebookVersion:
    values = {"kind": KIND, "name": "Factors", "document": {"factor": factor}} | changes
    return versions.save_draft(actor=actor, now=NOW, **values)


def approved(factor: int = 2, **changes: Any) -> RulebookVersion:
    version = draft(factor, **changes)
    versions.submit_version(version_id=version.id, actor=AUTHOR, now=NOW)
    return versions.approve_version(version_id=version.id, actor=APPROVER, now=NOW)


def active(factor: int = 2, from_at: datetime = NOW, now: datetime = NOW, **changes: Any) -> RulebookVersion:
    version = approved(factor, **changes)
    activations.activate_version(version_id=version.id, from_at=from_at, actor=APPROVER, now=now)
    return version


def activation(version: RulebookVersion) -> Activation:
    return version.activations.get()


def factor_at(at: datetime, **changes: Any) -> int:
    return rulebook_in_force(KIND, at=at, **changes).document.factor


def test_the_whole_life() -> None:
    version = active()
    assert (phase_of(version, NOW), version.number, version.author_id, version.approver_id) == (
        "active",
        1,
        AUTHOR.id,
        APPROVER.id,
    )
    assert factor_at(NOW) == 2
    assert rulebook_in_force(KIND, at=NOW).sha256 == bytes(version.sha256)
    retired = activations.retire_version(
        version_id=version.id, without_successor=True, reason="Closed", actor=APPROVER, now=NOW + DAY
    )
    assert (phase_of(retired, NOW + DAY), activation(retired).until_at) == ("retired", NOW + DAY)
    assert factor_at(NOW + DAY - timedelta(microseconds=1)) == 2
    with pytest.raises(NoRulebookInForce):
        factor_at(NOW + DAY)
    told = list(EventRecord.objects.order_by("seq").values_list("name", flat=True))
    assert told == ["rulebooks.version_activated", "rulebooks.version_retired"]
    assert set(ChangeRecord.objects.filter(table_name="rulebooks_rulebookversion").values_list("actor_id", flat=True)) == {
        AUTHOR.id, APPROVER.id,
    }  # fmt: skip


def test_the_next_version_ends_the_one_before_it() -> None:
    first, second = active(2), active(3, NOW + DAY)
    assert (phase_of(first, NOW), activation(first).until_at) == ("active", NOW + DAY)
    assert [factor_at(NOW + DAY - timedelta(microseconds=1)), factor_at(NOW + DAY)] == [2, 3]
    assert [phase_of(first, NOW), phase_of(second, NOW), phase_of(first, NOW + DAY)] == [
        "active",
        "scheduled",
        "retired",
    ]
    activations.retire_version(
        version_id=second.id, without_successor=True, reason="Not wanted", actor=APPROVER, now=NOW
    )
    with pytest.raises(NoRulebookInForce):
        factor_at(NOW + DAY)


def test_a_version_in_force_at_once_retires_the_one_before_it() -> None:
    first, _ = active(2), active(3, NOW + DAY, now=NOW + DAY)
    assert phase_of(first, NOW + DAY) == "retired"
    assert factor_at(NOW) == 2
    (found,) = rulebooks(KIND)
    assert [version.number for version in found.versions] == [2, 1]
    in_force = found.in_force(NOW + DAY)
    assert in_force is not None
    assert in_force.number == 2


def test_the_past_is_not_decided_anew() -> None:
    active(2)
    with pytest.raises(activations.BackdatedActivation):
        active(3, NOW - DAY, now=NOW + DAY)
    with pytest.raises(activations.BackdatedActivation):
        active(3, NOW, now=NOW + DAY)
    assert factor_at(NOW) == 2


def test_the_first_version_may_reach_back() -> None:
    active(2, NOW - 100 * DAY)
    assert factor_at(NOW - 99 * DAY) == 2


def test_a_planned_version_is_not_overtaken() -> None:
    active(2)
    active(3, NOW + 5 * DAY)
    with pytest.raises(activations.PeriodTaken):
        active(4, NOW + 2 * DAY)


def test_the_author_does_not_approve() -> None:
    version = draft()
    versions.submit_version(version_id=version.id, actor=AUTHOR, now=NOW)
    with pytest.raises(versions.SelfApproval):
        versions.approve_version(version_id=version.id, actor=AUTHOR, now=NOW)
    version.refresh_from_db()
    assert (version.state, version.approver_id) == ("in_review", None)


def test_a_draft_belongs_to_its_author_and_may_come_back() -> None:
    version = draft(2)
    with pytest.raises(versions.AuthorOnly):
        draft(3, actor=APPROVER, version_id=version.id)
    with pytest.raises(versions.AuthorOnly):
        versions.submit_version(version_id=version.id, actor=APPROVER, now=NOW)
    draft(4, version_id=version.id)
    versions.submit_version(version_id=version.id, actor=AUTHOR, now=NOW)
    with pytest.raises(WrongState):
        draft(5, version_id=version.id)
    rejected = versions.reject_version(version_id=version.id, note="Too much", actor=APPROVER, now=NOW)
    assert (rejected.state, rejected.note) == ("draft", "Too much")
    assert draft(6, version_id=version.id).document == '{"factor":6}'
    assert RulebookVersion.objects.count() == 1


def test_a_wrong_document_leaves_nothing() -> None:
    with pytest.raises(DocumentInvalid):
        draft("many")  # type: ignore[arg-type]
    assert not RulebookVersion.objects.exists()
    assert not rulebooks()


def test_only_what_was_approved_is_put_in_force() -> None:
    with pytest.raises(WrongState, match="possible: save, submit"):
        activations.activate_version(version_id=draft().id, from_at=NOW, actor=APPROVER, now=NOW)
    with pytest.raises(NotFound):
        versions.submit_version(version_id=uuid4(), actor=AUTHOR, now=NOW)


def test_an_entitys_own_rules_come_first() -> None:
    Currency.objects.create(code="EUR", name="Euro", decimals=2)
    entity = LegalEntity.objects.create(code="DE1", name="One", country="DE", currency_id="EUR", time_zone="UTC")
    active(2)
    active(7, NOW + DAY, legal_entity_id=entity.id, name="Factors of DE1")
    assert factor_at(NOW, legal_entity_id=entity.id) == 2
    assert factor_at(NOW + DAY, legal_entity_id=entity.id) == 7
    assert factor_at(NOW + DAY, legal_entity_id=uuid4()) == 2


def test_asking_costs_no_statement() -> None:
    put_in_force(KIND, {"factor": 2})
    factor_at(NOW)
    assert count_statements(lambda: [factor_at(NOW) for _ in range(100)]) == 0


def test_no_rules_are_named() -> None:
    with pytest.raises(NoRulebookInForce, match=KIND):
        factor_at(NOW)
