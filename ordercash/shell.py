"""The frame of every page: what django-unfold shows around them."""

from typing import Any


def unfold_settings() -> dict[str, Any]:
    """Return Django's UNFOLD setting."""
    return {"SITE_TITLE": "OrderCash", "SITE_HEADER": "OrderCash"}
