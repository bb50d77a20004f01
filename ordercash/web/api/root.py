"""The door of the API: where its description lies. It tells nothing about the data, so nobody has to sign in for it."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@require_safe
def api_root(request: HttpRequest) -> JsonResponse:
    """Return the version and the addresses of the documentation."""
    return JsonResponse(
        {
            "name": "OrderCash API",
            "version": 1,
            "documentation": request.build_absolute_uri("/api/docs/"),
            "openapi": request.build_absolute_uri("/api/schema/"),
            "order_schema": request.build_absolute_uri("/api/v1/schemas/order/1"),
        }
    )
