"""What facts carry, for people: names in words, amounts as money, instants in the user's zone, ids as links."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ordercash.kernel.ids import id_in
from ordercash.web import formats
from ordercash.web.links import link_html, link_url
from ordercash.web.tones import state_label

# The parts of a name that tell how its value is written, not what it is.
_UNITS: Final = ("_minor", "_at", "_date", "_id", "_ids")
_MOST_PARTS: Final = 20


def told_html(payload: Mapping[str, Any]) -> dict[str, SafeString]:
    """Return what a payload says, by names in words, nothing left out that says something."""
    currency = str(payload.get("currency") or "")
    return {name_text(name): _value(name, value, currency) for name, value in sorted(payload.items())}


def told_text(detail: Mapping[str, Any]) -> str:
    """Return a detail in a line: "line 2, quantity -1"; what is empty, and ids, are left out."""
    said = {name: value for name, value in detail.items() if value not in (None, "", [], {}) and not id_in(str(value))}
    return ", ".join(_part(name, value) for name, value in said.items())


def _part(name: str, value: Any) -> str:
    return _plain(value) if name == "detail" else f"{name_text(name).lower()} {_plain(value)}"


def name_text(name: str) -> str:
    """Return a field's name for people.

    >>> [name_text(name) for name in ("gross_minor", "line_no", "shipped_at", "order_ids")]
    ['Gross', 'Line', 'Shipped', 'Order']
    """
    if name == "line_no":
        return "Line"
    ending = next((unit for unit in _UNITS if name.endswith(unit) and name != unit[1:]), "")
    return state_label(name.removesuffix(ending))


def _value(name: str, value: Any, currency: str) -> SafeString:
    if name.endswith("_minor") and isinstance(value, int) and currency:
        return formats.money_html(value, currency)
    if isinstance(value, Mapping):
        return _joined(
            format_html("{}: {}", _key(key), _value(name, part, currency)) for key, part in _first(value.items())
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _joined(_value(name.removesuffix("s"), part, currency) for part in _first(value))
    return _single(name, value)


def _single(name: str, value: Any) -> SafeString:
    if not isinstance(value, str) or not value:
        return formats.text_html(value)
    kind = name.removesuffix("_id").removesuffix("s")
    if (id := id_in(value)) is not None:
        return link_html(kind, id) if link_url(kind, id) else format_html('<code class="oc-code">{}</code>', value)
    if name.endswith("_at") and (moment := _moment(value)) is not None:
        return formats.when_html(moment)
    if name.endswith("_date") and (day := _day(value)) is not None:
        return formats.day_html(day)
    return format_html("{}", _words(value))


def _first(parts: Any) -> list[Any]:
    return list(parts)[:_MOST_PARTS]


def _joined(parts: Any) -> SafeString:
    return format_html_join(", ", "{}", ((part,) for part in parts)) or formats.NOTHING


def _key(key: Any) -> str:
    return f"line {key}" if str(key).isdigit() else str(key)


def _plain(value: Any) -> str:
    return ", ".join(_words(str(part)) for part in value) if isinstance(value, list | tuple) else _words(str(value))


def _words(text: str) -> str:
    """Write a code of ours in words; anything else stays as it is."""
    return text.replace("_", " ") if text.isascii() and text.replace("_", "").isalnum() and text.islower() else text


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
