"""Who calls the API: a program with a key, or a page of this site with its session."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.masterdata.models import ApiKey, User
from apps.masterdata.selectors.actors import KeyRefused, caller_of_key
from ordercash.kernel import clock


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer oc_<prefix>_<secret>` (RFC 6750)."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """Return the key's user and the key; None when no bearer token is sent; raises AuthenticationFailed (401)."""
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            return caller_of_key(token.strip().decode("latin-1"), at=clock.now())
        except KeyRefused as refused:
            raise AuthenticationFailed(refused.detail) from None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="OrderCash"'


class ProblemSessionAuthentication(SessionAuthentication):
    """The session of a signed-in user. Unsafe methods need the CSRF token; without it the answer is a 403 problem."""


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API description tells of keys."""

    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "oc_<prefix>_<secret>"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API description tells of sessions."""

    target_class = ProblemSessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
