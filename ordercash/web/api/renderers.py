"""JSON out: orjson, with decimals as their exact text."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.encoding import force_str
from django.utils.functional import Promise
from pydantic import BaseModel
from rest_framework.renderers import BaseRenderer


class OrjsonRenderer(BaseRenderer):
    """Renders answers; decimals leave as strings, instants as RFC 3339 in UTC with a Z."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Return the bytes of the answer; nothing for an answer without a body."""
        return b"" if data is None else encode(data)


def encode(data: Any) -> bytes:
    """Return `data` as JSON bytes; mappings, lists, dataclasses, instants, UUIDs and decimals are known."""
    return orjson.dumps(data, default=_plain, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)


_PLAIN: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (Decimal, lambda value: format(value, "f")),
    (Promise, force_str),
    (bytes, bytes.hex),
    ((set, frozenset), sorted),
    (BaseModel, BaseModel.model_dump),
    (Mapping, dict),
    (Iterable, list),
)


def _plain(value: Any) -> Any:
    for kind, turn in _PLAIN:
        if isinstance(value, kind):
            return turn(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
