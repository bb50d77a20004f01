"""A version is not retired by the way: where nothing takes its place somebody says so, with a reason, and is told what stops."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from apps.audit.models import EventRecord
from apps.masterdata.models import Currency, LegalEntity
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.decisions.phases import Period, first_gap
from apps.rulebooks.models import Activation, RulebookVersion, VersionComment
from apps.rulebooks.selectors.gaps import gap_without
from apps.rulebooks.selectors.versions import phase_of, version_of
from apps.rulebooks.services import activations, versions
from ordercash.kernel.actor import Actor
from tests.factories.pages import signed_in
from tests.factories.rulebooks import put_in_force
from tests.rulebooks.a_kind import KIND

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
AUTHOR = Actor(id=UUID(int=11), name="pricing.analyst")
APPROVER = Actor(id=UUID(int=12), name="pricing.approver")
ONE, TWO = UUID(int=1), UUID(int=2)
database = pytest.mark.django_db(transaction=True)


def on(version: UUID, begin: int, end: int | None = None) -> Period:
    return Period(version, NOW + begin * DAY, None if end is None else NOW + end * DAY)


@pytest.mark.parametrize(
    ("ended", "left", "gap"),
    [
        ([on(ONE, -1)], [], (0, None)),
        ([on(ONE, -1, 3)], [on(TWO, 3)], (0, 3)),
        ([on(ONE, -1, 3)], [], (0, 3)),
        ([on(ONE, 2)], [on(TWO, -1, 2)], (2, None)),
        ([on(ONE, -1)], [on(TWO, -9)], None),
        ([on(ONE, -1)], [on(TWO, -9, 4)], (4, None)),
        ([on(ONE, -1)], [on(TWO, -9, 4), on(TWO, 4)], None),
        ([on(ONE, -1)], [on(TWO, 5), on(TWO, -9, 4)], (4, 5)),
        ([on(ONE, 2, 2)], [], None),
        ([], [], None),
    ],
)
def test_the_first_gap(ended: list[Period], left: list[Period], gap: tuple[int, int | None] | None) -> None:
    found = first_gap(ended, left, NOW)
    wanted = gap and (NOW + gap[0] * DAY, None if gap[1] is None else NOW + gap[1] * DAY)
    assert found == wanted


def approved(factor: int, **more: Any) -> RulebookVersion:
    plain = {"kind": KIND, "name": "Factors", "document": {"factor": factor}} | more
    version = versions.save_draft(actor=AUTHOR, now=NOW, **plain)
    versions.submit_version(version_id=version.id, actor=AUTHOR, now=NOW)
    return versions.approve_version(version_id=version.id, actor=APPROVER, now=NOW)


def active(factor: int, from_at: datetime = NOW, **more: Any) -> RulebookVersion:
    version = approved(factor, **more)
    activations.activate_version(version_id=version.id, from_at=from_at, actor=APPROVER, now=NOW)
    return version


def retire(version: RulebookVersion, at: datetime = NOW + DAY, **more: Any) -> RulebookVersion:
    return activations.retire_version(version_id=version.id, actor=APPROVER, now=at, **more)


@database
def test_the_only_version_in_force_is_not_retired_by_the_way() -> None:
    version = active(2)
    with pytest.raises(activations.LeavesGap, match="Nothing of this kind is decided from 2026-03-06 12:00:00 UTC on"):
        retire(version)
    with pytest.raises(activations.ReasonMissing):
        retire(version, without_successor=True, reason="  ")
    assert (phase_of(version, NOW + DAY), VersionComment.objects.count()) == ("active", 0)
    assert not EventRecord.objects.filter(name="rulebooks.version_retired").exists()
    retire(version, without_successor=True, reason="The company is closed")
    assert phase_of(version, NOW + DAY) == "retired"
    assert EventRecord.objects.get(name="rulebooks.version_retired").payload["reason"] == "The company is closed"
    assert VersionComment.objects.get().text == "Retired with nothing in its place: The company is closed"


@database
def test_a_successor_that_comes_later_leaves_a_gap_until_then() -> None:
    first, second = active(2), active(3, NOW + 5 * DAY)
    with pytest.raises(
        activations.LeavesGap, match="from 2026-03-06 12:00:00 UTC until 2026-03-10 12:00:00 UTC"
    ) as refused:
        retire(first)
    assert refused.value.extra["until_at"] == (NOW + 5 * DAY).isoformat()
    with pytest.raises(activations.LeavesGap, match="from 2026-03-10 12:00:00 UTC on"):
        retire(second)
    assert [phase_of(each, NOW + DAY) for each in (first, second)] == ["active", "scheduled"]


@database
def test_the_rules_of_everybody_take_the_place_of_an_entitys_own() -> None:
    Currency.objects.create(code="EUR", name="Euro", decimals=2)
    entity = LegalEntity.objects.create(code="DE1", name="One", country="DE", currency_id="EUR", time_zone="UTC")
    general = active(2)
    own = active(7, legal_entity_id=entity.id, name="Factors of DE1")
    retire(own)
    assert phase_of(own, NOW + DAY) == "retired"
    with pytest.raises(activations.LeavesGap):
        retire(general)


@database
def test_over_the_api_it_is_said_and_has_its_reason() -> None:
    version = put_in_force(KIND, {"factor": 2})
    client = signed_in("rulebooks.view_rulebooks", "rulebooks.activate_version")

    def sent(body: dict[str, Any]) -> Any:
        return client.post(f"/api/v1/rulebook-versions/{version.id}/retire", body, content_type="application/json")

    refused = sent({})
    assert (refused.status_code, refused.json()["code"]) == (409, "leaves_gap")
    assert refused.json()["stops"] == "Nothing of this kind is decided"
    assert sent({"without_successor": True}).json()["code"] == "reason_missing"
    assert sent({"without_successor": "yes", "reason": "x"}).status_code == 422
    assert Activation.objects.get().until_at is None
    done = sent({"without_successor": True, "reason": "Closed"})
    assert (done.status_code, done.json()["phase"]) == (200, "retired")


@database
def test_the_page_says_what_will_stop() -> None:
    version = put_in_force("pricing.rules", {"accesses": [{"name": "agreed", "source": "agreed_price"}]})
    page = signed_in("rulebooks.view_rulebooks", "rulebooks.activate_version").get(f"/rulebooks/versions/{version.id}/")
    assert "Orders and quotes are refused from" in page.content.decode()
    assert "No other version takes its place." in page.content.decode()


@pytest.mark.parametrize(
    "kind", ["pricing.rules", "compliance.checks", "ledger.posting", "orders.manual_prices", "rulebooks.approval"]
)
def test_every_kind_says_what_stops_without_it(kind: str) -> None:
    assert kind_of(kind).stops != kind_of(KIND).stops


@database
def test_gaps_cost_one_statement(django_assert_num_queries: Any) -> None:
    version = version_of(put_in_force(KIND, {"factor": 2}).pk)
    with django_assert_num_queries(1):
        assert gap_without(version, NOW + DAY)
