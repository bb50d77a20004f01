"""The frame around every page: the admin's shell, for users who need not be staff."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def shell_context(request: HttpRequest, *, title: str = "", **more: Any) -> dict[str, Any]:
    """Return the context that the shell's templates read: colours, navigation, the user's menu."""
    site: Any = admin.site
    request.current_app = site.name  # type: ignore[attr-defined]
    return {
        **site.each_context(request),
        "has_permission": True,
        "is_nav_sidebar_enabled": True,
        "sidebar_navigation": SimpleLazyObject(lambda: site.get_sidebar_list(request)),
        "title": title,
        **more,
    }
