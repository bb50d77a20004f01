"""Middleware of the edge: the headers of every answer, the user's time zone, refusals that no view caught."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ordercash.kernel.errors import DomainError
from ordercash.web.api.problems import LengthMissing, problem_http, problem_of, wants_problem
from ordercash.web.refusals import refusal_page

Handler = Callable[[HttpRequest], HttpResponse]

# Everything comes from this site and no script stands in a page. The shell's Alpine components evaluate the expressions
# in their attributes ('unsafe-eval') and the shell writes its colours as a style element ('unsafe-inline' for styles).
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# The API answers data alone: nothing in it may run or be framed.
API_SECURITY_POLICY = "default-src 'none'; frame-ancestors 'none'"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PageSecurityMiddleware:
    """Say to the browser what a page may load and do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_data = response.get("Content-Type", "").partition(";")[0].endswith("json")
        response.setdefault("Content-Security-Policy", API_SECURITY_POLICY if is_data else CONTENT_SECURITY_POLICY)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-cache")
        return response


class BodyLengthMiddleware:
    """Refuse a body in chunks: without a Content-Length Django reads nothing of it, and an order would be refused as empty."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            refusal = LengthMissing("Send the body with a Content-Length, not in chunks.")
            return problem_http(*problem_of(refusal)) if wants_problem(request) else refusal_page(request, refusal)
        return self.get_response(request)


class UserZoneMiddleware:
    """Show every instant in the signed-in user's time zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = getattr(request.user, "time_zone", "") or "UTC"
        with timezone.override(ZoneInfo(zone)):
            return self.get_response(request)


class DomainErrorMiddleware:
    """Placed last: turns a refusal that no view caught into a problem document, or a page that says what to do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a DomainError; any other error goes its way to the handlers of the site."""
        if not isinstance(error, DomainError):
            return None
        if wants_problem(request):
            return problem_http(*problem_of(error))
        return refusal_page(request, error)
