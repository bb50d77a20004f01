"""Refusals as pages: what happened, and what to do next. The API tells the same as problem documents."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ordercash.kernel.errors import DomainError
from ordercash.web.api.problems import plain_problem, problem_http, wants_problem
from ordercash.web.shell import shell_context

log = logging.getLogger("ordercash.web")

NEXT_STEPS = {
    400: "Go back and check what was sent.",
    403: "Ask somebody who holds the role, or a platform operator to grant it to you.",
    404: "Check the address, or look for it by its number or name in the search box.",
    409: "Load the page again to see the present state.",
    412: "Somebody else changed it meanwhile: load the page again and repeat your change.",
    413: "Send it in smaller parts.",
    429: "Wait a little, then try again.",
    500: "It has been logged. Try again; if it happens again, tell a platform operator the time of day.",
    503: "Try again in a moment.",
}


def refusal_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a refusal with its title, its detail, its faults and the next step; htmx gets only the message."""
    return message_page(request, error.status, error.title, error.detail, faults=error.faults)


def message_page(
    request: HttpRequest, status: int, title: str, detail: str = "", *, faults: Any = (), next_step: str = ""
) -> HttpResponse:
    """Answer with a page that says one thing; inside the shell for a signed-in user, alone otherwise."""
    context = {
        "title": title,
        "status": status,
        "detail": "" if detail == title else detail,
        "faults": faults,
        "next_step": next_step or NEXT_STEPS.get(status, ""),
    }
    if is_partial(request):
        return render(request, "oc/error.html", context, status=status)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return render(request, "oc/refusal_alone.html", context, status=status)
    return render(request, "oc/refusal.html", {**shell_context(request, title=title), **context}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400."""
    return _answer(request, 400, "bad_request", "The request cannot be understood")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403; the exception's text says which permission is missing."""
    return _answer(request, 403, "forbidden", "You may not do this", str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404."""
    return _answer(request, 404, "not_found", "There is nothing at this address")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: mostly a page that was open over a new sign-in."""
    detail = "The form was not sent from a page of this session."
    return _answer(request, 403, "csrf_failed", "The form is too old", detail, "Load the page again and repeat it.")


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a page that needs neither the database nor the session."""
    title = "Something went wrong here"
    if wants_problem(request):
        return problem_http(plain_problem(500, "internal_error", title, "The error has been logged."))
    context = {"title": title, "status": 500, "next_step": NEXT_STEPS[500]}
    return render(None, "oc/refusal_alone.html", context, status=500)  # type: ignore[arg-type]


def is_partial(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of a page."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted


def _answer(
    request: HttpRequest, status: int, code: str, title: str, detail: str = "", next_step: str = ""
) -> HttpResponse:
    if wants_problem(request):
        return problem_http(plain_problem(status, code, title, detail))
    return message_page(request, status, title, detail, next_step=next_step)
