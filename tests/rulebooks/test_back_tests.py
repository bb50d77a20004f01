"""Back-tests: what they count, and that nothing is counted twice however often they are stopped and by however many they are run."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from apps.audit.models import Job
from apps.audit.services.jobs import run_due_jobs
from apps.masterdata.models import Currency, LegalEntity
from apps.rulebooks.decisions.trying import NotDecided, Undecidable
from apps.rulebooks.models import BackTest, BackTestChange, BackTestFigure, RulebookVersion
from apps.rulebooks.selectors import back_tests as read
from apps.rulebooks.selectors import trying
from apps.rulebooks.services import back_tests, versions
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.states import WrongState
from tests.factories.audit import count_statements, run_on_other_connection
from tests.factories.decisions import log_decisions
from tests.factories.rulebooks import put_in_force
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
ANALYST = Actor(id=UUID(int=11), name="pricing.analyst")
# Ids of decisions carry the wall clock's time: a period that ends well after it holds all of them.
LATER = clock.now() + timedelta(days=1)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(back_tests, "CHUNK", 10)


@pytest.fixture
def past() -> RulebookVersion:
    """A version in force with 45 decisions about three customers and two products."""
    version = put_in_force(KIND, {"factor": 2})
    log_decisions(version, a_past())
    return version


def a_past(count: int = 45, **more: Any) -> Iterator[dict[str, Any]]:
    for number in range(count):
        yield {"number": number % 15, "customer": f"C{number % 3}", "product": f"P{number % 2}", **more}


def draft(**document: Any) -> RulebookVersion:
    """A draft that multiplies by three from ten on, unless said otherwise."""
    wanted = {"factor": 2, "large_from": 10, "large_factor": 3} | document
    return versions.save_draft(kind=KIND, name=KIND, document=wanted, actor=ANALYST, now=LATER)


def asked(version: RulebookVersion, **more: Any) -> BackTest:
    return back_tests.request_back_test(version_id=version.pk, actor=ANALYST, **({"now": LATER} | more))


def run(back_test: BackTest, tell: Any = lambda seen, total: None) -> BackTest:
    return back_tests.carry_on(back_test.pk, tell=tell, now=lambda: LATER)


def sums(back_test: BackTest) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {
        (found.dimension, found.key): (found.decisions, found.before_minor, found.after_minor)
        for found in BackTestFigure.objects.filter(back_test=back_test)
    }


def large() -> list[int]:
    return [facts["number"] for facts in a_past() if facts["number"] >= 10]


def test_what_changes_is_counted_by_customer_product_rule_and_in_total(past: RulebookVersion) -> None:
    told: list[tuple[int, int]] = []
    found = run(asked(draft()), lambda seen, total: told.append((seen, total)))
    assert (found.state, found.seen, found.changed, found.total) == ("done", 45, len(large()), 45)
    assert told == [(10, 45), (20, 45), (30, 45), (40, 45), (45, 45), (45, 45)]
    everything = [facts["number"] * 2 for facts in a_past()]
    counted = sums(found)
    assert counted["total", ""] == (45, sum(everything), sum(everything) + sum(4 * number for number in large()))
    assert counted["rule", "small"][1] == counted["rule", "small"][2]
    assert counted["rule", "large"] == (len(large()), 2 * sum(large()), 6 * sum(large()))
    for dimension in ("customer", "product"):
        parts = [sum_ for (kind, _), sum_ in counted.items() if kind == dimension]
        assert tuple(map(sum, zip(*parts, strict=True))) == counted["total", ""]
    assert {key for kind, key in counted if kind == "customer"} == {"C0", "C1", "C2"}
    changes = list(read.changes_of(found.pk))
    assert {change.before_minor for change in changes} == {2 * number for number in large()}
    assert sum(change.delta_minor for change in changes) == 4 * sum(large())
    assert read.shifted_of(found.pk) == {"EUR": 4 * sum(large())}


def test_the_same_rules_change_nothing(past: RulebookVersion) -> None:
    found = run(asked(draft(large_factor=1)))
    assert (found.state, found.seen, found.changed) == ("done", 45, 0)
    assert all(before == after for _, before, after in sums(found).values())


def test_the_newest_decisions_or_those_of_a_period(past: RulebookVersion) -> None:
    newest = run(asked(draft(), most=7))
    assert (newest.total, newest.seen) == (7, 7)
    between = clock.now()
    log_decisions(past, a_past(3))
    since = run(asked(draft(), since_at=between))
    assert (since.total, since.seen) == (3, 3)
    until = run(asked(draft(), until_at=between))
    assert (until.total, until.seen) == (45, 45)
    assert run(asked(draft(), since_at=LATER - timedelta(hours=1))).seen == 0


def test_a_period_makes_sense(past: RulebookVersion) -> None:
    with pytest.raises(back_tests.PeriodReversed):
        asked(draft(), since_at=LATER + timedelta(days=1))
    assert not BackTest.objects.exists()


def test_an_entitys_rules_are_tried_on_its_own_decisions(past: RulebookVersion) -> None:
    Currency.objects.create(code="EUR", name="Euro", decimals=2)
    entity = LegalEntity.objects.create(code="DE1", name="One", country="DE", currency_id="EUR", time_zone="UTC")
    own = put_in_force(KIND, {"factor": 2}, legal_entity_id=entity.pk)
    log_decisions(own, a_past(4, legal_entity=str(entity.pk)))
    log_decisions(past, a_past(5, legal_entity=str(new_id())))
    at = {"actor": ANALYST, "now": LATER, "kind": KIND, "name": "Factors of DE1", "document": {"factor": 3}}
    mine = versions.save_draft(legal_entity_id=entity.pk, **at)
    assert run(asked(mine)).seen == 4
    assert run(asked(draft())).seen == 50
    assert run(asked(mine, most=3)).seen == 3


def test_it_runs_as_a_job(past: RulebookVersion) -> None:
    found = asked(draft())
    assert Job.objects.get(pk=found.job_id).requested_by == ANALYST.id
    run_due_jobs(clock=lambda: LATER)
    job = Job.objects.get(pk=found.job_id)
    assert (job.state, job.result) == ("done", {"state": "done", "seen": 45, "changed": len(large())})
    assert (job.done, job.total) == (45, 45)


def test_it_stops_and_goes_on(past: RulebookVersion) -> None:
    found = asked(draft())

    def stop(seen: int, total: int) -> None:
        if seen == 20 and BackTest.objects.get(pk=found.pk).state == "running":
            back_tests.stop_back_test(back_test_id=found.pk, actor=ANALYST, now=LATER)

    stopped = run(found, stop)
    assert (stopped.state, stopped.seen) == ("stopped", 20)
    assert run(found).seen == 20
    log_decisions(past, a_past(5))
    later = LATER + timedelta(minutes=1)
    resumed = back_tests.resume_back_test(back_test_id=found.pk, actor=ANALYST, now=later)
    assert resumed.state == "waiting"
    assert resumed.job_id != found.job_id
    whole = run(found)
    assert (whole.state, whole.seen) == ("done", 50)
    with pytest.raises(WrongState):
        back_tests.resume_back_test(back_test_id=found.pk, actor=ANALYST, now=later)
    with pytest.raises(WrongState):
        back_tests.stop_back_test(back_test_id=found.pk, actor=ANALYST, now=later)


def test_it_counts_the_same_however_often_it_is_stopped(past: RulebookVersion) -> None:
    reference = sums(run(asked(draft())))
    found = asked(draft(words={"a": "b"}))

    def stop(seen: int, total: int) -> None:
        if BackTest.objects.get(pk=found.pk).state == "running":
            back_tests.stop_back_test(back_test_id=found.pk, actor=ANALYST, now=LATER)

    for minute in range(10):
        if run(found, stop).state == "done":
            break
        back_tests.resume_back_test(back_test_id=found.pk, actor=ANALYST, now=LATER + timedelta(minutes=minute))
    assert sums(found) == reference
    assert read.changes_of(found.pk).count() == len(large())


def test_two_workers_count_nothing_twice(past: RulebookVersion) -> None:
    reference = sums(run(asked(draft())))
    found = asked(draft(words={"a": "b"}))

    def the_other_one_as_well(seen: int, total: int) -> None:
        # A second worker carries the same back-test on, a chunk or to its end, while the first one is between two chunks.
        if seen in (10, 30):
            run_on_other_connection(lambda: run(found))

    assert run(found, the_other_one_as_well).state == "done"
    assert sums(found) == reference


def test_a_chunk_read_twice_is_kept_once(past: RulebookVersion, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = sums(run(asked(draft())))
    found = asked(draft(words={"a": "b"}))
    tried = trying.try_on

    def while_another_is_quicker(*args: Any) -> Any:
        monkeypatch.setattr(trying, "try_on", tried)
        run_on_other_connection(lambda: run(found))
        return tried(*args)

    monkeypatch.setattr(trying, "try_on", while_another_is_quicker)
    assert run(found).state == "done"
    assert sums(found) == reference


def test_a_version_is_tried_once_at_a_time(past: RulebookVersion) -> None:
    version = draft()
    first = asked(version)
    with pytest.raises(back_tests.BackTestUnderWay):
        asked(version)
    with pytest.raises(IntegrityError, match="one_back_test_of_a_version_under_way"), transaction.atomic():
        BackTest.objects.create(
            version=version, sha256=version.sha256, since_at=LATER, until_at=LATER, requested_by=ANALYST.id, requested_at=LATER
        )  # fmt: skip
    run(first)
    assert asked(version).state == "waiting"


def test_a_version_without_an_answer_fails_and_says_for_what(past: RulebookVersion) -> None:
    ids = log_decisions(past, [{"number": "x"}])
    found = asked(draft())
    with pytest.raises(Undecidable, match=str(ids[0])):
        run(found)
    found.refresh_from_db()
    assert (found.state, found.seen) == ("failed", 40)
    assert str(ids[0]) in found.error
    resumed = back_tests.resume_back_test(back_test_id=found.pk, actor=ANALYST, now=LATER)
    assert (resumed.state, resumed.error, resumed.finished_at) == ("waiting", "", None)


def test_a_report_counts_for_the_text_that_it_ran(past: RulebookVersion) -> None:
    version = draft()
    found = asked(version)
    versions.save_draft(kind=KIND, name=KIND, document={"factor": 9}, version_id=version.pk, actor=ANALYST, now=LATER)
    assert run(found).changed == len(large())
    version.refresh_from_db()
    assert read.report_of(version) is None
    assert not read.is_of_present_text(read.back_test_of(found.pk))
    again = run(asked(version))
    report = read.report_of(version)
    assert report is not None
    assert report.pk == again.pk


def test_a_decision_side_by_side(past: RulebookVersion) -> None:
    found = run(asked(draft()))
    (change, *_) = read.changes_most_moved(found.pk, 3)
    shown = read.side_by_side(read.back_test_of(found.pk), change.decision_id)
    assert (shown.outcome, shown.trace) == ('{"result":84}', '["14 x 6"]')
    assert [weight.amount_minor for weight in (*shown.before, *shown.after)] == [28, 84]
    with pytest.raises(NotFound):
        read.side_by_side(read.back_test_of(found.pk), new_id())


def test_what_moves_most_comes_first(past: RulebookVersion) -> None:
    found = run(asked(draft()))
    moved = read.most_moved(found.pk, "customer", "EUR")
    assert [row.delta_minor for row in moved] == sorted((row.delta_minor for row in moved), reverse=True)
    assert [row.key for row in read.most_moved(found.pk, "rule", "EUR")] == ["large"]
    assert read.most_moved(found.pk, "rule", "JPY") == []


def test_a_chunk_costs_the_same_statements_whatever_it_holds(
    past: RulebookVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = asked(draft(), most=5), asked(draft(words={"a": "b"}))
    monkeypatch.setattr(back_tests, "CHUNK", 1000)
    assert count_statements(lambda: run(few)) == count_statements(lambda: run(many))


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(NotFound):
        back_tests.request_back_test(version_id=new_id(), actor=ANALYST, now=LATER)
    for verb in (back_tests.stop_back_test, back_tests.resume_back_test):
        with pytest.raises(NotFound):
            verb(back_test_id=new_id(), actor=ANALYST, now=LATER)
    with pytest.raises(NotFound):
        back_tests.carry_on(new_id(), tell=lambda seen, total: None, now=lambda: LATER)


def test_a_kind_that_logs_nothing_cannot_be_tried() -> None:
    version = put_in_force("ledger.posting", {"rules": {}})
    with pytest.raises(NotDecided):
        asked(version)


def test_the_text_of_a_back_test_is_the_one_of_its_hash(past: RulebookVersion) -> None:
    found = asked(draft())
    for change in ({"document": '{"factor":1}'}, {"sha256": b"1" * 32}):
        with (
            pytest.raises(Exception, match=r"back_test_frozen|back_test_hash_is_of_its_document"),
            transaction.atomic(),
        ):
            BackTest.objects.filter(pk=found.pk).update(**change)
    other = draft()
    with pytest.raises(IntegrityError, match="back_test_hash_is_of_its_document"), transaction.atomic():
        BackTest.objects.create(
            version=other, sha256=b"1" * 32, document="{}", since_at=LATER, until_at=LATER, requested_by=ANALYST.id,
            requested_at=LATER,
        )  # fmt: skip
    assert BackTestChange.objects.count() == 0
