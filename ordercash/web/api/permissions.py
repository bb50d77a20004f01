"""Permission by verb, deny by default: a method that a view does not name is nobody's."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from ordercash.web.roles import refusal_sentence

# What a view names when every signed-in caller may use it.
SIGNED_IN = "signed_in"

_SAME_AS = {"HEAD": "GET", "OPTIONS": "GET"}


class VerbPermission(BasePermission):
    """Reads `view.permissions`, e.g. {"GET": "orders.view_orders", "POST": "orders.place_order"}."""

    message = "This method is not open to anybody."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Say whether the caller holds the permission that the view names; a method the view lacks is 405 to everybody."""
        method = request.method or ""
        if not hasattr(view, method.lower()):
            raise MethodNotAllowed(method)
        permission = needed_permission(view, method)
        if permission is None or not request.user.is_authenticated:
            return False
        if permission == SIGNED_IN or request.user.has_perm(permission):
            return True
        self.message = refusal_sentence(permission)
        return False


def needed_permission(view: Any, method: str) -> str | None:
    """Return the permission that the view names for the method; HEAD and OPTIONS follow GET, or the only one named."""
    named: Mapping[str, str] = getattr(view, "permissions", None) or {}
    if method in named:
        return named[method]
    if method == "OPTIONS" and "GET" not in named and named:
        return next(iter(named.values()))
    return named.get(_SAME_AS.get(method, ""))
