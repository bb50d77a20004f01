"""Jobs as pages: what ran, what waits, how often each comes due."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.audit import ports
from apps.audit.models import Job, JobState
from apps.audit.pages.periods import MINUTE_SECONDS, UNITS, period_text
from apps.audit.permissions import MANAGE_JOBS, VIEW_JOBS
from apps.audit.selectors import NEWEST_JOB, actor_names, job_by_id, jobs, schedules
from apps.audit.services.steering import SHORTEST_PERIOD_SECONDS, change_schedule, retry_job, run_job_now
from apps.audit.states import JOB
from ordercash.kernel import clock
from ordercash.kernel.errors import Forbidden
from ordercash.web.actions import Action, Given
from ordercash.web.api.permissions import SIGNED_IN
from ordercash.web.columns import Column, Table
from ordercash.web.components import Crumb, Empty, JobProgress
from ordercash.web.filters import Filter, Wanted
from ordercash.web.page import Page
from ordercash.web.views import job_response
from ordercash.web.worklist import Worklist

YEAR_SECONDS = 366 * 24 * 3600

SCHEDULE_COLUMNS = (
    Column("job", "Job", value=lambda row: ports.job_title(row.job)),
    Column("every_seconds", "Every", value=lambda row: period_text(row.every_seconds)),
    Column("enabled", "State", kind="badge", value=lambda row: "active" if row.enabled else "inactive"),
    Column("next_due_at", "Next due", kind="when"),
)


def job_choices() -> list[tuple[str, str]]:
    """Return the registered jobs by what people call them."""
    return _by_title(ports.jobs)


def _by_title(names: Iterable[str]) -> list[tuple[str, str]]:
    return sorted(((name, ports.job_title(name)) for name in names), key=lambda choice: choice[1])


class RunForm(forms.Form):
    """Which job to run."""

    job = forms.ChoiceField(label="Job", choices=job_choices)


class ScheduleForm(forms.Form):
    """How often a job comes due."""

    job = forms.ChoiceField(label="Job", choices=lambda: _by_title(row.job for row in schedules()))
    every = forms.IntegerField(label="Every", min_value=1, max_value=YEAR_SECONDS)
    unit = forms.TypedChoiceField(label="Unit", coerce=int, choices=UNITS, initial=MINUTE_SECONDS)
    enabled = forms.BooleanField(label="Switched on", required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """Bring the period to seconds."""
        values: dict[str, Any] = super().clean() or {}
        seconds = values.get("every", 0) * values.get("unit", 0)
        if seconds and not SHORTEST_PERIOD_SECONDS <= seconds <= YEAR_SECONDS:
            shortest, longest = period_text(SHORTEST_PERIOD_SECONDS), period_text(YEAR_SECONDS)
            self.add_error("every", f"From {shortest} to {longest}.")
        return {**values, "every_seconds": seconds}


class Jobs(Worklist):
    """Every job, the latest due first."""

    permission = VIEW_JOBS
    title = "Jobs"
    row_noun = "job"
    default_sort = NEWEST_JOB
    columns = (
        Column("job", "Job", link="job", value=lambda row: ports.job_title(row.job)),
        Column("state", "State", kind="badge"),
        Column("due_at", "Due", kind="when", sort="due_at"),
        Column("finished_at", "Finished", kind="when"),
        Column("done", "Done", kind="number"),
        Column("total", "Of", kind="number", desk=True),
        Column("attempts", "Attempts", kind="number", desk=True),
        Column("error", "Error"),
    )
    filters = (
        Filter("state", "State", kind="choices", choices=JobState.choices),
        Filter("job", "Job", kind="choice", choices=job_choices),
    )
    empty = Empty("No jobs", "Scheduled work appears here when a worker looks for it.")

    def queryset(self, wanted: Wanted) -> QuerySet[Job]:
        return jobs(states=wanted["state"], name=wanted["job"])

    def actions(self) -> Sequence[Action]:
        return (
            Action("Schedules", url=reverse("schedules")),
            Action("Run a job now", verb="run", permission=MANAGE_JOBS, form=RunForm, style="primary"),
        )

    def do_run(self, given: Given) -> str:
        run_job_now(job=given.values["job"], actor=self.actor, now=clock.now())
        return f"{ports.job_title(given.values['job'])}: it is due now; a worker takes it within seconds."


class JobPage(Page):
    """One job with its progress; whoever asked for it may look, too."""

    permission = SIGNED_IN
    template = "audit/job.html"
    crumbs = (Crumb("Jobs", "jobs"),)

    @cached_property
    def job(self) -> Job:
        found = job_by_id(self.kwargs["job_id"])
        if found.requested_by != self.actor.id and not self.may(VIEW_JOBS):
            raise Forbidden("This job was asked for by somebody else.")
        return found

    def context(self) -> Mapping[str, Any]:
        job = self.job
        self.title = ports.job_title(job.job)
        asked_by = actor_names([job.requested_by]).get(job.requested_by, "") if job.requested_by else "its schedule"
        return {"job": job, "badge": job.state, "progress": progress_of(job), "asked_by": asked_by}

    def actions(self) -> Sequence[Action]:
        why = "" if "retry" in JOB.verbs(self.job.state) else "It has not failed"
        return (Action("Try again", verb="retry", permission=MANAGE_JOBS, disabled=why),)

    def do_retry(self, given: Given) -> str:
        retry_job(job_id=self.job.id, now=clock.now())
        return "It is due again."


class JobPoll(JobPage):
    """The progress of a job, asked again while it runs."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return job_response(request, progress_of(self.job))


class Schedules(Page):
    """How often each job comes due."""

    permission = VIEW_JOBS
    title = "Schedules"
    template = "audit/schedules.html"
    crumbs = (Crumb("Jobs", "jobs"),)

    def context(self) -> Mapping[str, Any]:
        empty = Empty("No schedules yet", "They appear when a worker looks for due jobs for the first time.")
        return {"schedules": Table(columns=SCHEDULE_COLUMNS, rows=list(schedules()), empty=empty)}

    def actions(self) -> Sequence[Action]:
        return (Action("Change a schedule", verb="change", permission=MANAGE_JOBS, form=ScheduleForm),)

    def do_change(self, given: Given) -> str:
        wanted = given.values
        change_schedule(
            job=wanted["job"], every_seconds=wanted["every_seconds"], enabled=wanted["enabled"], now=clock.now()
        )
        return f"{ports.job_title(wanted['job'])}: the schedule is changed."


def progress_of(job: Job) -> JobProgress:
    """Return a job as the progress component shows it."""
    return JobProgress(
        label=ports.job_title(job.job),
        state=job.state,
        url=reverse("job_progress", args=[job.id]),
        done=job.done,
        total=job.total,
        error=job.error,
        result=job.result or {},
    )
