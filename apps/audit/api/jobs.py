"""Jobs and their schedules over the API."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.audit.api.answers import JobShown, ScheduleShown
from apps.audit.api.events import BadFilter
from apps.audit.models import Job, JobSchedule, JobState
from apps.audit.permissions import MANAGE_JOBS, VIEW_JOBS
from apps.audit.selectors import NEWEST_JOB, job_by_id, jobs, schedules
from apps.audit.services.steering import SHORTEST_PERIOD_SECONDS, change_schedule, retry_job, run_job_now
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.values import STRICT, Flag, Made, Text, Whole

YEAR_SECONDS = 366 * 24 * 3600


class JobBody(BaseModel):
    """Which job to run now."""

    model_config = STRICT

    job: Annotated[Text, Field(min_length=1, max_length=100)]


class ScheduleBody(BaseModel):
    """How often a job comes due, and whether it does."""

    model_config = STRICT

    every_seconds: Annotated[Whole, Field(ge=SHORTEST_PERIOD_SECONDS, le=YEAR_SECONDS)]
    enabled: Flag = True


class Jobs(APIView):
    """GET the jobs, latest due first; POST one to run now (its id is the answer)."""

    permissions = {"GET": VIEW_JOBS, "POST": MANAGE_JOBS}
    shapes = {
        "GET": Shape(
            answer=JobShown,
            query={
                "state": f"Several with commas: {', '.join(JobState.values)}",
                "job": "Jobs of one name",
            },
            paged=True,
        ),
        "POST": Shape(request=JobBody, answer=Made, status=202),
    }

    def get(self, request: Request) -> Response:
        states = [state for state in request.query_params.get("state", "").split(",") if state]
        if not set(states) <= set(JobState.values):
            known = ", ".join(JobState.values)
            raise BadFilter(faults=[Fault("?state", "bad_filter", f"One of {known}.")])
        found = jobs(states=states, name=request.query_params.get("job", "").replace("\x00", ""))
        return page_response(request, found, sort=NEWEST_JOB, show=lambda rows: [shown_job(row) for row in rows])

    def post(self, request: Request) -> Response:
        body = read_body(JobBody, request.data)
        job_id = run_job_now(job=body.job, actor=caller(request), now=clock.now())
        return Response({"id": job_id}, status=202)


class JobDetail(APIView):
    """GET one job with its progress and its result."""

    permissions = {"GET": VIEW_JOBS}
    shapes = {"GET": Shape(answer=JobShown)}

    def get(self, request: Request, job_id: UUID) -> Response:
        return Response(shown_job(job_by_id(job_id)))


class JobRetry(APIView):
    """POST to repeat a job that failed."""

    permissions = {"POST": MANAGE_JOBS}
    shapes = {"POST": Shape(answer=JobShown, status=202)}

    def post(self, request: Request, job_id: UUID) -> Response:
        retry_job(job_id=job_id, now=clock.now())
        return Response(shown_job(job_by_id(job_id)), status=202)


class Schedules(APIView):
    """GET how often each job comes due."""

    permissions = {"GET": VIEW_JOBS}
    shapes = {"GET": Shape(answer=ScheduleShown, listed=True)}

    def get(self, request: Request) -> Response:
        return Response({"items": [shown_schedule(row) for row in schedules()]})


class ScheduleDetail(APIView):
    """PUT how often a job comes due."""

    permissions = {"PUT": MANAGE_JOBS}
    shapes = {"PUT": Shape(request=ScheduleBody, answer=ScheduleShown)}

    def put(self, request: Request, job: str) -> Response:
        body = read_body(ScheduleBody, request.data)
        name = job.replace("\x00", "")
        change_schedule(job=name, every_seconds=body.every_seconds, enabled=body.enabled, now=clock.now())
        return Response(shown_schedule(schedules().get(job=name)))


def caller(request: Request) -> Actor:
    """Return the caller as the one who acts; its permission was checked by the view."""
    user: Any = request.user
    return Actor(id=user.pk, name=user.get_username())


def shown_job(job: Job) -> dict[str, Any]:
    """Return a job as the API shows it."""
    fields = (
        "id", "job", "state", "due_at", "arguments", "done", "total", "attempts", "result", "error",
        "taken_at", "heartbeat_at", "finished_at", "requested_by",
    )  # fmt: skip
    return {field: getattr(job, field) for field in fields}


def shown_schedule(schedule: JobSchedule) -> dict[str, Any]:
    """Return a schedule as the API shows it."""
    fields = ("job", "every_seconds", "enabled", "next_due_at")
    return {field: getattr(schedule, field) for field in fields}
