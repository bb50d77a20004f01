"""Back-tests: asked for, run in chunks by any worker, stopped and taken up again; nothing is counted twice."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.audit.contract import JobContext, enqueue_job, register_job
from apps.rulebooks.decisions.kinds import kind_of
from apps.rulebooks.decisions.trying import NotDecided, Tried, Undecidable
from apps.rulebooks.decisions.weighing import Moved, Place
from apps.rulebooks.models import BackTest
from apps.rulebooks.selectors.back_tests import among, back_test_of, count_after, first_id, spans_after
from apps.rulebooks.selectors.decision_log import Span
from apps.rulebooks.selectors.trying import processes_for, trying
from apps.rulebooks.services.transfer import SINCE_EVER
from apps.rulebooks.services.versions import locked_version
from apps.rulebooks.states import BACK_TEST
from ordercash.kernel import clock, sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, DomainError, NotFound
from ordercash.kernel.ids import new_id, new_ids
from ordercash.kernel.transactions import joins, writes

JOB = "rulebooks.back_test"
CHUNK = 1000
# What is tried when nothing is said: the newest decisions.
MOST_UNLESS_SAID = 10_000

Tell = Callable[[int, int], None]

ADVANCE = """
UPDATE rulebooks_backtest SET after_id = %s, seen = seen + %s, changed = changed + %s
 WHERE id = %s AND state = 'running' AND after_id = %s
"""
COUNT = """
INSERT INTO rulebooks_backtestfigure AS f (id, back_test_id, dimension, key, currency, decisions, before_minor, after_minor)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[], %s::bigint[], %s::bigint[])
    ON CONFLICT (back_test_id, dimension, key, currency) DO UPDATE
   SET decisions = f.decisions + excluded.decisions, before_minor = f.before_minor + excluded.before_minor,
       after_minor = f.after_minor + excluded.after_minor
"""
CHANGE_COLUMNS = {
    "id": "uuid", "back_test_id": "uuid", "decision_id": "uuid", "subject_kind": "text", "subject_id": "uuid",
    "currency": "text", "before_minor": "bigint", "after_minor": "bigint",
}  # fmt: skip
FINISH = """
UPDATE rulebooks_backtest SET state = 'done', finished_at = %s WHERE id = %s AND state = 'running' AND after_id = %s
"""


class BackTestUnderWay(Conflict):
    """A version is tried once at a time."""

    code, title = "back_test_under_way", "This version is being tried already"


class PeriodReversed(DomainError):
    """A period ends after it begins."""

    code, title = "period_reversed", "The period ends before it begins"


@writes
def request_back_test(
    *,
    version_id: UUID,
    since_at: datetime | None = None,
    until_at: datetime | None = None,
    most: int | None = None,
    in_background: bool = True,
    actor: Actor,
    now: datetime,
) -> BackTest:
    """Ask for a version to be tried on what was decided in [since_at, until_at), at most on the newest `most` of it.

    The text is the one that the version has now, whatever becomes of a draft. Decisions count by when they were logged. A worker runs
    it, unless the caller carries it on himself. Raises NotFound, NotDecided, BackTestUnderWay, PeriodReversed.
    """
    version = locked_version(version_id)
    if kind_of(version.rulebook.kind).decide is None:
        raise NotDecided("Nothing is logged that this version could be tried on.")
    since, until = since_at or SINCE_EVER, min(until_at or now, now)
    if until < since:
        raise PeriodReversed("Choose a beginning that is past and before the end.")
    _refuse_second(version_id)
    made = BackTest.objects.create(
        id=new_id(), version=version, sha256=version.sha256, document=version.document, since_at=since, until_at=until,
        most=most or (None if since_at else MOST_UNLESS_SAID), requested_by=actor.id, requested_at=now,
    )  # fmt: skip
    return _enqueue(made, actor, now) if in_background else made


@writes
def stop_back_test(*, back_test_id: UUID, actor: Actor, now: datetime) -> BackTest:
    """Stop a back-test; what it has counted stays, and it can go on from there. Raises NotFound, WrongState."""
    found = _locked(back_test_id)
    found.state = BACK_TEST.after(found.state, "stop")
    found.save(update_fields=["state"])
    return found


@writes
def resume_back_test(*, back_test_id: UUID, in_background: bool = True, actor: Actor, now: datetime) -> BackTest:
    """Let a stopped or failed back-test go on where it stood. Raises NotFound, WrongState, BackTestUnderWay."""
    found = _locked(back_test_id)
    found.state = BACK_TEST.after(found.state, "resume")
    locked_version(found.version_id)
    _refuse_second(found.version_id)
    found.finished_at, found.error = None, ""
    found.save(update_fields=["state", "finished_at", "error"])
    return _enqueue(found, actor, now) if in_background else found


def carry_on(back_test_id: UUID, *, tell: Tell, now: Callable[[], datetime]) -> BackTest:
    """Run a back-test to its end, or until somebody stops it; returns it as it stands then.

    One transaction a chunk: cursor, figures and changes move together and only from where the cursor stood, so that a process may die
    at any moment and several may run the same back-test. Where much is left, every core computes and this process writes.
    `tell(seen, total)` is called after each chunk. Raises Undecidable when the version cannot take one of the decisions; the back-test
    has failed then and names it.
    """
    running = _begin(back_test_id)
    about = among(running)
    while running.state == BackTest.State.RUNNING:
        spans = spans_after(about, _cursor(running), CHUNK)
        if spans:
            _carry(running, spans, tell, now)
        else:
            _finish(running, now())
            _read_again(running)
            tell(running.seen, running.total or running.seen)
    return running


def _carry(running: BackTest, spans: Sequence[Span], tell: Tell, now: Callable[[], datetime]) -> None:
    """Try pieces of the log and keep what came of them, in order, until the cursor is elsewhere or nothing runs any more."""
    with trying(running.pk, spans, processes_for(len(spans) * CHUNK)) as pieces:
        for span, found in zip(spans, pieces, strict=True):
            if found.tried is None:
                _fail(running.pk, found.refusal, now())
                raise Undecidable(found.refusal)
            _keep(running, found.tried, span)
            _read_again(running)
            tell(running.seen, running.total or running.seen)
            if (running.state, running.after_id) != (BackTest.State.RUNNING, span.until_id):
                return


def _read_again(running: BackTest) -> None:
    running.refresh_from_db(fields=["state", "after_id", "seen", "changed", "total", "finished_at"])


def run_back_test(context: JobContext) -> Mapping[str, Any]:
    """Carry a back-test on as a job; returns what it saw."""
    found = carry_on(UUID(context.arguments["back_test"]), tell=context.progress, now=clock.now)
    return {"state": found.state, "seen": found.seen, "changed": found.changed}


def register() -> None:
    """Make the job known; called once when the apps are loaded."""
    register_job(JOB, run_back_test, title="Run a draft over past decisions")


@writes
def _begin(back_test_id: UUID) -> BackTest:
    """Lock a back-test, let it run unless it is stopped or done, and find out where it begins and how much there is."""
    found = _locked(back_test_id)
    if "run" not in BACK_TEST.verbs(found.state):
        return found
    found.state, found.finished_at, found.error = BACK_TEST.after(found.state, "run"), None, ""
    if found.after_id is None:
        about = among(found)
        found.after_id = first_id(about, found.most)
        found.total = count_after(about, found.after_id)
    found.save(update_fields=["state", "finished_at", "error", "after_id", "total"])
    return found


@writes
def _keep(running: BackTest, tried: Tried, span: Span) -> None:
    """Keep a chunk if the cursor still stands where it was read from and nobody stopped the back-test."""
    if sql.run(ADVANCE, [span.until_id, tried.seen, len(tried.changes), running.pk, span.after_id]):
        _count(running.pk, tried.figures)
        ids = new_ids(len(tried.changes))
        rows = [(id, running.pk, *change) for id, change in zip(ids, tried.changes, strict=True)]
        sql.insert_rows("rulebooks_backtestchange", CHANGE_COLUMNS, rows)


@joins
def _count(back_test_id: UUID, figures: Mapping[Place, Moved]) -> None:
    ids = new_ids(len(figures))
    rows = [(id, back_test_id, *place, *figures[place]) for id, place in zip(ids, sorted(figures), strict=True)]
    sql.run(COUNT, sql.columns_of(rows, 8))


@writes
def _finish(running: BackTest, now: datetime) -> None:
    sql.run(FINISH, [now, running.pk, running.after_id])


@writes
def _fail(back_test_id: UUID, error: str, now: datetime) -> None:
    found = _locked(back_test_id)
    if "fail" in BACK_TEST.verbs(found.state):
        found.state, found.finished_at, found.error = BACK_TEST.after(found.state, "fail"), now, error[:2000]
        found.save(update_fields=["state", "finished_at", "error"])


@joins
def _enqueue(found: BackTest, actor: Actor, now: datetime) -> BackTest:
    found.job_id = enqueue_job(JOB, due_at=now, arguments={"back_test": found.pk}, requested_by=actor.id)
    found.save(update_fields=["job_id"])
    return found


@joins
def _locked(back_test_id: UUID) -> BackTest:
    if not BackTest.objects.select_for_update().filter(pk=back_test_id).exists():
        raise NotFound("There is no such back-test.")
    return back_test_of(back_test_id)


@joins
def _refuse_second(version_id: UUID) -> None:
    under_way = (BackTest.State.WAITING, BackTest.State.RUNNING)
    if BackTest.objects.filter(version_id=version_id, state__in=under_way).exists():
        raise BackTestUnderWay("Wait until it is done, or stop it.")


def _cursor(running: BackTest) -> UUID:
    if running.after_id is None:
        raise NotFound("The back-test has no cursor.")
    return running.after_id
