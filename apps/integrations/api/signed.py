"""Who calls: a warehouse system, known by the signature of the whole request and by nothing else."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.integrations.decisions.wms.signing import HEADER, is_signed
from apps.integrations.selectors.connections import Connection, connection_of
from ordercash.kernel import clock
from ordercash.web.api.problems import too_large

# A hundred messages are far smaller; whoever is not known yet is not read for longer.
MOST_BYTES: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class WarehouseSystem:
    """The caller: it may tell what happens in its own warehouse, and holds no permission."""

    pk: UUID
    is_authenticated: bool = True
    is_active: bool = True
    is_staff: bool = False

    def has_perm(self, permission: str) -> bool:
        """Say no: what it may do is what its one endpoint does."""
        return False


class SignatureScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How signed requests are told in the description of the API."""

    target_class = "apps.integrations.api.signed.SignedRequests"
    name = "warehouseSignature"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the header that holds the signature."""
        return {"type": "apiKey", "in": "header", "name": HEADER, "description": "docs/warehouse-systems.md"}


class SignedRequests(BaseAuthentication):
    """Believes a request whose signature is right for the connection that its address names."""

    def authenticate(self, request: Request) -> tuple[WarehouseSystem, Connection] | None:
        """Return the system and its connection, None for a request without a signature.

        Raises AuthenticationFailed without saying whether the connection or the signature is wrong.
        """
        header = request.headers.get(HEADER, "")
        if not header:
            return None
        connection = connection_of(request.parser_context["kwargs"]["connection_id"])
        secrets = connection.secrets if connection is not None and connection.is_active else ()
        raw: HttpRequest = request._request
        if int(raw.headers.get("Content-Length") or 0) > MOST_BYTES:
            raise too_large()
        if (
            not is_signed(secrets, header, str(request.method), raw.get_full_path(), raw.body, now=clock.now())
            or connection is None
        ):
            raise AuthenticationFailed("The signature is not right for this connection.")
        return WarehouseSystem(connection.id), connection

    def authenticate_header(self, request: Request) -> str:
        """Return what a caller without a signature is asked for."""
        return f'Bearer realm="warehouse systems", header="{HEADER}"'
