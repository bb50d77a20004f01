"""Every refusal of the API as one problem document (RFC 9457), with JSON pointers (RFC 6901) to what is wrong."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

from ordercash.kernel.errors import DomainError, Fault, Forbidden, NotFound
from ordercash.web.api.renderers import encode

log = logging.getLogger("ordercash.web.api")

PROBLEM_TYPE = "application/problem+json"
Problem = dict[str, Any]


class InvalidInput(DomainError):
    """The document was read, but some of its values cannot be accepted; the faults say which."""

    code, title, status = "invalid_input", "Some values cannot be accepted", 422


class TooLarge(DomainError):
    """The body is larger than the installation reads at once."""

    code, title, status = "body_too_large", "The body is too large", 413


class LengthMissing(DomainError):
    """A body in chunks, whose size nobody knows beforehand: it would be taken for an empty one."""

    code, title, status = "length_required", "The body has no Content-Length", 411


class Unavailable(DomainError):
    """The database did not answer; the same request may be sent again."""

    code, title, status = "unavailable", "The service cannot answer right now", 503


class Unexpected(DomainError):
    """A mistake of ours; its details are in the log alone."""

    code, title, status = "internal_error", "An unexpected error occurred; it has been logged", 500


# What the framework raises, as (code, title): the words of our own refusals.
_FRAMEWORK: Mapping[type[exceptions.APIException], tuple[str, str]] = {
    exceptions.NotAuthenticated: ("not_authenticated", "Sign in or send an API key"),
    exceptions.AuthenticationFailed: ("authentication_failed", "The credentials are not valid"),
    exceptions.PermissionDenied: ("forbidden", "You may not do this"),
    exceptions.NotFound: ("not_found", "Not found"),
    exceptions.MethodNotAllowed: ("method_not_allowed", "This address does not take that method"),
    exceptions.NotAcceptable: ("not_acceptable", "The answer cannot be given in that format"),
    exceptions.UnsupportedMediaType: ("unsupported_media_type", "The body is in a format that is not read here"),
    exceptions.Throttled: ("too_many_requests", "Too many requests"),
    exceptions.ParseError: ("malformed", "The body cannot be read"),
    exceptions.ValidationError: (InvalidInput.code, InvalidInput.title),
}


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response:
    """Answer any error of an API view with a problem document; what nobody foresaw is logged and told without details."""
    problem, headers = problem_of(error)
    response = Response(problem, status=problem["status"], headers=headers, content_type=PROBLEM_TYPE)
    response.exception = True
    if problem["status"] >= 500:
        log.error("request failed: %s", problem["code"], exc_info=error)
    return response


def problem_of(error: Exception) -> tuple[Problem, dict[str, str]]:
    """Return the problem document of an error and the headers that belong to it."""
    if isinstance(error, exceptions.APIException):
        return _of_framework(error), _framework_headers(error)
    refusal = _as_refusal(error)
    return refusal.as_problem(), {"Retry-After": "1"} if refusal.status == 503 else {}


def _as_refusal(error: Exception) -> DomainError:
    refusal: DomainError = Unexpected()
    match error:
        case DomainError():
            refusal = error
        case Http404():
            refusal = NotFound()
        case PermissionDenied():
            refusal = Forbidden(str(error))
        case DjangoValidationError():
            refusal = InvalidInput(faults=_faults_of_django(error))
        case RequestDataTooBig():
            refusal = too_large()
        case OperationalError() | InterfaceError():
            refusal = Unavailable(
                "The database did not answer in time, or others were at the same rows; send the same request again."
            )
    return refusal


def plain_problem(status: int, code: str, title: str, detail: str = "") -> Problem:
    """Return a problem document that carries no faults."""
    return {
        "type": f"urn:ordercash:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail or title,
    }


def problem_http(problem: Problem, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return the problem as a plain Django answer, for what happens outside of API views."""
    return HttpResponse(
        encode(problem), status=problem["status"], content_type=PROBLEM_TYPE, headers=dict(headers or {})
    )


def too_large() -> TooLarge:
    """Return the refusal of a body over the limit, naming it."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    return TooLarge(f"A body may hold {limit // (1024 * 1024)} MB; send it in parts.")


def wants_problem(request: HttpRequest) -> bool:
    """Say whether a refusal outside of API views must be told as a problem document."""
    return request.path.startswith("/api/")


def _of_framework(error: exceptions.APIException) -> Problem:
    known = next((words for kind, words in _FRAMEWORK.items() if isinstance(error, kind)), None)
    code, title = known or (str(error.default_code), str(error.default_detail))
    if isinstance(error, exceptions.ValidationError):
        return InvalidInput(faults=list(_faults_of_detail(error.get_full_details(), ""))).as_problem()
    return plain_problem(error.status_code, code, title, str(error.detail))


def _framework_headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(int(wait) + 1)
    return headers


def _faults_of_detail(detail: Any, pointer: str) -> Iterator[Fault]:
    """Walk the framework's nested error details; `message` and `code` mark a leaf."""
    if isinstance(detail, Mapping) and set(detail) == {"message", "code"} and isinstance(detail["message"], str):
        yield Fault(pointer, str(detail["code"]), detail["message"])
    elif isinstance(detail, Mapping):
        for key, value in detail.items():
            step = "" if key == "non_field_errors" else f"/{escape(key)}"
            yield from _faults_of_detail(value, pointer + step)
    else:
        leaves = all(isinstance(item, Mapping) and set(item) == {"message", "code"} for item in detail)
        for index, item in enumerate(detail):
            yield from _faults_of_detail(item, pointer if leaves else f"{pointer}/{index}")


def _faults_of_django(error: DjangoValidationError) -> list[Fault]:
    if not hasattr(error, "error_dict"):
        return [_django_fault("", item) for item in error.error_list]
    named: Iterable[tuple[str, list[DjangoValidationError]]] = error.error_dict.items()
    return [
        _django_fault("" if name == "__all__" else f"/{escape(name)}", item) for name, items in named for item in items
    ]


def _django_fault(pointer: str, error: DjangoValidationError) -> Fault:
    return Fault(pointer, str(error.code or "invalid"), " ".join(error.messages))


def escape(step: object) -> str:
    """Return one step of a JSON pointer, escaped (RFC 6901, section 3)."""
    return str(step).replace("~", "~0").replace("/", "~1")
