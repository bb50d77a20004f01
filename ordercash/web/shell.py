"""The frame around every page: the admin's shell, for users who need not be staff."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


def shell_context(request: HttpRequest, *, title: str = "", **more: Any) -> dict[str, Any]:
    """Return the context that the shell's templates read: colours, navigation, the user's menu."""
    site: Any = admin.site
    request.current_app = site.name  # type: ignore[attr-defined]
    shell = site.each_context(request)
    return {
        **shell,
        "has_permission": True,
        "is_nav_sidebar_enabled": True,
        "is_fullwidth": "1",
        # The admin reads the navigation for its own staff only.
        "sidebar_navigation": shell["sidebar_navigation"] or site.get_sidebar_list(request),
        "oc_page": True,
        "title": title,
        **more,
    }
