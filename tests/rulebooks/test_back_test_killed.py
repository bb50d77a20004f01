"""kill -9 in the middle of a back-test: whoever takes it up ends where nothing had happened. Real processes, random moments."""

import random
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings

from apps.audit.models import Job
from apps.audit.services.jobs import run_due_jobs
from apps.rulebooks.models import BackTest, BackTestFigure, RulebookVersion
from apps.rulebooks.selectors.back_tests import changes_of
from apps.rulebooks.services import back_tests, versions
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from tests.factories.decisions import log_decisions
from tests.factories.rulebooks import put_in_force
from tests.journeys.running import FULL, environment
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
DECISIONS, DEATHS = (5_000, 25) if FULL else (1_000, 3)


def draft() -> RulebookVersion:
    document = {"factor": 2, "large_from": 10, "large_factor": 3}
    return versions.save_draft(kind=KIND, name=KIND, document=document, actor=SYSTEM, now=clock.now())


def asked(version: RulebookVersion) -> BackTest:
    later = clock.now() + timedelta(seconds=1)
    return back_tests.request_back_test(version_id=version.pk, most=DECISIONS, actor=SYSTEM, now=later)


def sums(back_test: BackTest) -> list[tuple[object, ...]]:
    found = BackTestFigure.objects.filter(back_test=back_test).order_by("dimension", "key")
    return list(found.values_list("dimension", "key", "decisions", "before_minor", "after_minor"))


def start(back_test: BackTest) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.rulebooks.killing", str(back_test.pk)],
        cwd=settings.BASE_DIR, env=environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def reference() -> BackTest:
    """The same version tried without any trouble."""
    version = put_in_force(KIND, {"factor": 2})
    log_decisions(version, [{"number": place % 20, "customer": f"C{place % 7}"} for place in range(DECISIONS)])
    return back_tests.carry_on(asked(draft()).pk, tell=lambda seen, total: None, now=clock.now)


def test_nothing_is_counted_twice_or_lost(reference: BackTest) -> None:
    found, chance, deaths, seen = asked(draft()), random.Random(5), 0, 0
    while deaths < DEATHS:
        process = start(found)
        assert process.stdout
        wanted = chance.randint(1, DECISIONS // 25 // (DEATHS + 2))
        told = [process.stdout.readline() for _ in range(wanted)]
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
        process.stdout.close()
        deaths += 1
        found.refresh_from_db()
        assert found.seen >= int(told[-1])
        assert found.seen > seen
        seen = found.seen
    assert (found.state, found.seen % 25) == ("running", 0)
    assert found.seen < DECISIONS
    # The worker's job is run again by another worker once its heartbeat is old; the cursor stands where the last chunk ended.
    Job.objects.filter(pk=found.job_id).update(state="due")
    run_due_jobs(clock=lambda: clock.now() + timedelta(minutes=5))
    found.refresh_from_db()
    assert (found.state, found.seen, found.changed) == ("done", DECISIONS, reference.changed)
    assert sums(found) == sums(reference)
    assert changes_of(found.pk).count() == reference.changed


def test_two_processes_share_one_back_test(reference: BackTest) -> None:
    found = asked(draft())
    both = [start(found) for _ in range(2)]
    assert [process.communicate(timeout=120) and process.returncode for process in both] == [0, 0]
    found.refresh_from_db()
    assert (found.state, found.seen, found.changed) == ("done", DECISIONS, reference.changed)
    assert sums(found) == sums(reference)
