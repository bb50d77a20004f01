"""The frame of every page: what django-unfold shows around them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static

SHADES = ("50", "100", "200", "300", "400", "500", "600", "700", "800", "900", "950")
STYLES = ("oc/tokens.css", "oc/shell.css", "oc/parts.css", "oc/work.css", "oc/story.css", "oc/rules.css")
SCRIPTS = ("oc/frame.js", "oc/worklist.js")


def unfold_settings() -> dict[str, Any]:
    """Return Django's UNFOLD setting; its colours are those of static/oc/tokens.css."""
    return {
        "SITE_TITLE": "OrderCash",
        "SITE_HEADER": "OrderCash",
        "SITE_URL": "/",
        "SITE_ICON": _served("oc/icon.svg"),
        "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _served("oc/icon.svg")}],
        "BORDER_RADIUS": "5px",
        "COLORS": {
            "base": {shade: f"var(--oc-base-{shade})" for shade in SHADES},
            "primary": {shade: f"var(--oc-primary-{shade})" for shade in SHADES},
            "font": {
                "subtle-light": "var(--oc-base-500)",
                "subtle-dark": "var(--oc-base-400)",
                "default-light": "var(--oc-base-700)",
                "default-dark": "var(--oc-base-300)",
                "important-light": "var(--oc-base-900)",
                "important-dark": "var(--oc-base-100)",
            },
        },
        "STYLES": [_served(name) for name in STYLES],
        "SCRIPTS": [_served(name) for name in SCRIPTS],
        "SIDEBAR": {"navigation": "ordercash.navigation.sidebar"},
    }


def _served(name: str) -> Callable[[HttpRequest], str]:
    """The address of a static file, asked for with each page: the settings are read before it is known."""
    return lambda request: static(name)
