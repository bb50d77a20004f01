"""Due jobs: taken once, watched, taken over, scheduled without doubles."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.audit.contract import JobContext, enqueue_job, register_job
from apps.audit.ports import jobs
from apps.audit.services import jobs as carrying
from apps.audit.services.jobs import MOST_ATTEMPTS, TakenJob, carry_out, give_up_on_killers, run_due_jobs, take_job
from apps.audit.services.schedules import make_due_jobs
from apps.audit.services.steering import PeriodTooShort, change_schedule, retry_job, run_job_now
from apps.audit.tasks import run_due_jobs as run_due_jobs_task
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import Conflict, NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch, run
from ordercash.kernel.transactions import TransactionMisuse, writes
from tests.factories.audit import NOW, in_thread, in_transaction, run_on_other_connection

pytestmark = pytest.mark.django_db(transaction=True)

Register = Callable[..., None]


@pytest.fixture
def register() -> Iterator[Register]:
    """Register jobs for one test, alone."""
    known = dict(jobs)
    jobs.clear()
    yield register_job
    jobs.clear()
    jobs.update(known)


def enqueue(job: str = "tests.job", due_at: datetime = NOW, **arguments: Any) -> None:
    in_transaction(lambda: enqueue_job(job, due_at=due_at, arguments=arguments, requested_by=new_id()))


def rows(columns: str) -> list[tuple[Any, ...]]:
    return fetch(f"SELECT {columns} FROM audit_job ORDER BY due_at, id")


def work(now: datetime = NOW) -> int:
    return run_due_jobs(clock=lambda: now)


def fall_silent() -> None:
    """Make it look as if every worker died two minutes ago."""
    in_transaction(lambda: run("UPDATE audit_job SET heartbeat_at = clock_timestamp() - interval '2 minutes'"))


def test_a_job_gets_its_arguments_and_leaves_its_result(register: Register) -> None:
    def double(context: JobContext) -> dict[str, Any]:
        context.progress(3, 10)
        return {"double": context.arguments["number"] * 2, "now": context.now}

    register("tests.job", double)
    enqueue(number=21)
    assert work() == 1
    assert rows("state, result ->> 'double', done, total, attempts, finished_at") == [("done", "42", 3, 10, 1, NOW)]
    assert work() == 0


def test_a_job_is_not_taken_before_its_time(register: Register) -> None:
    register("tests.job", lambda context: {})
    enqueue(due_at=NOW + timedelta(seconds=1))
    assert work() == 0
    assert work(NOW + timedelta(seconds=1)) == 1


def test_a_job_that_nobody_here_knows_waits_for_a_worker_that_does(register: Register) -> None:
    enqueue("tests.of_a_newer_release")
    assert work() == 0
    assert rows("state") == [("due",)]


def test_a_failing_job_leaves_its_error_and_the_next_goes_on(register: Register) -> None:
    def fail(context: JobContext) -> dict[str, Any]:
        raise ValueError("no such file")

    register("tests.fails", fail)
    register("tests.job", lambda context: {})
    enqueue("tests.fails")
    enqueue("tests.job", due_at=NOW + timedelta(seconds=1))
    assert work(NOW + timedelta(seconds=1)) == 2
    assert rows("state, error") == [("failed", "ValueError: no such file"), ("done", "")]


def test_a_job_runs_outside_of_any_transaction(register: Register) -> None:
    verb = writes(lambda: None)
    register("tests.job", lambda context: verb() or {})
    enqueue()
    work()
    assert rows("state, error") == [("done", "")]


def test_the_same_request_is_one_job_and_another_at_the_same_instant_is_not_lost() -> None:
    def ask() -> list[Any]:
        return [
            enqueue_job("tests.job", due_at=NOW, arguments={"file": name}, requested_by=new_id())
            for name in ("a", "a", "b", "b")
        ]

    first, same, other, same_other = in_transaction(ask)
    assert (first, other) == (same, same_other)
    assert rows("due_at, arguments ->> 'file'") == [(NOW, "a"), (NOW + timedelta(microseconds=1), "b")]
    with pytest.raises(TransactionMisuse):
        ask()


def test_two_workers_take_each_job_once(register: Register) -> None:
    carried_out: list[int] = []
    register("tests.job", lambda context: carried_out.append(context.arguments["number"]) or {})
    for number in range(30):
        enqueue(due_at=NOW + timedelta(seconds=number), number=number)
    later = NOW + timedelta(hours=1)
    for thread in [in_thread(lambda: work(later)) for _ in range(2)]:
        thread.join()
    assert sorted(carried_out) == list(range(30))
    assert {state for (state,) in rows("state")} == {"done"}


def test_a_job_that_is_being_taken_is_passed_over_without_waiting(register: Register) -> None:
    register("tests.job", lambda context: {})
    enqueue()

    def hold() -> TakenJob | None:
        fetch("SELECT 1 FROM audit_job FOR UPDATE")
        return run_on_other_connection(lambda: take_job(now=NOW))

    assert in_transaction(hold) is None


def test_the_job_of_a_killed_worker_is_taken_over_after_a_minute(register: Register) -> None:
    register("tests.job", lambda context: {"by": "the second"})
    enqueue()
    dead = take_job(now=NOW)
    assert dead is not None
    assert take_job(now=NOW) is None, "its heartbeat is fresh"
    fall_silent()
    assert work() == 1
    assert rows("state, attempts, result ->> 'by'") == [("done", 2, "the second")]


def test_a_worker_that_lost_its_job_leaves_no_trace(register: Register) -> None:
    """It was only asleep: its late answer does not overwrite the one of the worker that took over."""
    register("tests.job", lambda context: {"by": "somebody"})
    enqueue()
    sleeper = take_job(now=NOW)
    assert sleeper is not None
    fall_silent()
    second = take_job(now=NOW)
    assert second is not None
    assert second.id == sleeper.id
    carry_out(sleeper, clock=lambda: NOW)
    assert rows("state, worker") == [("running", second.worker)]

    register("tests.job", lambda context: context.progress(1, 2) or {"by": "the sleeper"})
    carry_out(sleeper, clock=lambda: NOW)
    assert rows("state, done") == [("running", 0)], "its progress is refused as well"
    register("tests.job", lambda context: {"by": "the second"})
    carry_out(second, clock=lambda: NOW)
    assert rows("state, result ->> 'by'") == [("done", "the second")]


def test_a_long_job_beats_while_it_computes(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrying, "HEARTBEAT_SECONDS", 0.01)
    beaten = threading.Event()

    def compute(context: JobContext) -> dict[str, Any]:
        fall_silent()
        for _ in range(500):
            if fetch("SELECT heartbeat_at > clock_timestamp() - interval '10 seconds' FROM audit_job")[0][0]:
                beaten.set()
                break
            beaten.wait(0.01)
        return {}

    register("tests.job", compute)
    enqueue()
    work()
    assert beaten.is_set()
    assert rows("state") == [("done",)]


def test_a_job_that_kills_its_workers_fails_in_the_end(register: Register) -> None:
    register("tests.job", lambda context: {})
    enqueue()
    for _ in range(MOST_ATTEMPTS):
        assert take_job(now=NOW) is not None
        fall_silent()
    assert give_up_on_killers(now=NOW) == 1
    assert rows("state, error") == [("failed", "Its worker died 5 times.")]
    assert take_job(now=NOW) is None


def test_a_schedule_makes_one_run_per_period_and_passes_missed_ones_over(register: Register) -> None:
    register("tests.job", lambda context: {}, every_seconds=60)
    work(NOW)
    work(NOW + timedelta(seconds=30))
    assert len(rows("id")) == 1
    work(NOW + timedelta(seconds=60))
    work(NOW + timedelta(hours=3, seconds=30))
    assert rows("due_at") == [(NOW,), (NOW + timedelta(seconds=60),), (NOW + timedelta(seconds=120),)]
    assert fetch("SELECT next_due_at FROM audit_jobschedule") == [(NOW + timedelta(hours=3, seconds=60),)]


def test_two_schedulers_make_each_run_once(register: Register) -> None:
    register("tests.job", lambda context: {}, every_seconds=1)

    def schedule() -> None:
        for second in range(40):
            make_due_jobs(now=NOW + timedelta(seconds=second))
            in_transaction(lambda: run("UPDATE audit_job SET state = 'done'"))

    for thread in [in_thread(schedule) for _ in range(2)]:
        thread.join()
    due = [moment for (moment,) in rows("due_at")]
    assert len(due) == len(set(due))
    assert len(due) <= 40


def test_a_run_that_still_waits_is_not_doubled(register: Register) -> None:
    register("tests.job", lambda context: {}, every_seconds=60)
    for minute in range(5):
        make_due_jobs(now=NOW + timedelta(minutes=minute))
    assert len(rows("id")) == 1


def test_a_schedule_that_is_switched_off_makes_nothing(register: Register) -> None:
    register("tests.job", lambda context: {}, every_seconds=60)
    work()
    change_schedule(job="tests.job", every_seconds=60, enabled=False, now=NOW)
    assert work(NOW + timedelta(hours=1)) == 0


def test_a_schedule_is_changed_by_people(register: Register) -> None:
    register("tests.job", lambda context: {}, every_seconds=3600)
    work()
    change_schedule(job="tests.job", every_seconds=10, enabled=True, now=NOW)
    assert work(NOW + timedelta(seconds=10)) == 1
    with pytest.raises(PeriodTooShort):
        change_schedule(job="tests.job", every_seconds=4, enabled=True, now=NOW)
    with pytest.raises(NotFound):
        change_schedule(job="tests.unknown", every_seconds=10, enabled=True, now=NOW)


def test_people_run_a_job_now_and_repeat_a_failed_one(register: Register) -> None:
    broken = True

    def work_or_not(context: JobContext) -> dict[str, Any]:
        if broken:
            raise ValueError("broken")
        return {}

    register("tests.job", work_or_not)
    job_id = run_job_now(job="tests.job", actor=SYSTEM, now=NOW)
    work()
    broken = False
    retry_job(job_id=job_id, now=NOW)
    work()
    assert rows("state, error") == [("done", "")]
    with pytest.raises(Conflict, match="retry is not possible"):
        retry_job(job_id=job_id, now=NOW)
    with pytest.raises(NotFound):
        run_job_now(job="tests.unknown", actor=SYSTEM, now=NOW)


def test_the_task_that_beat_names_carries_out_what_is_due(register: Register) -> None:
    register("tests.job", lambda context: {})
    enqueue()
    assert run_due_jobs_task.name == "audit.run_due_jobs"
    assert run_due_jobs_task() == 1
