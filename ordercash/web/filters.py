"""The filters of a list. They live in the URL, so that a view of a list can be kept, sent and opened again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Filter:
    """A field of the filter bar. `kind`: text, choice, choices (several), date (a day), period (two days) or flag.

    choices -- (value, label) pairs, or a function without arguments that returns them
    required -- one choice always holds, the first when the URL names none
    A period gives `<name>_from` and `<name>_until`; it is half-open on days: until is the last day shown plus one.
    """

    name: str
    label: str
    kind: str = "text"
    choices: Choices | Callable[[], Choices] = ()
    placeholder: str = ""
    required: bool = False

    def options(self) -> Choices:
        """The choices, read now when a function gives them."""
        return self.choices() if callable(self.choices) else self.choices

    def parameters(self) -> list[str]:
        """The names that the filter has in the URL."""
        return [f"{self.name}_from", f"{self.name}_until"] if self.kind == "period" else [self.name]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the URL asks for: `wanted["state"]` gives "" (or [], None for days, False for flags) when not asked."""

    values: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    standing: frozenset[str] = frozenset()

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __bool__(self) -> bool:
        return any(bool(value) for name, value in self.values.items() if name not in self.standing)


@dataclass(frozen=True, slots=True)
class ShownFilter:
    """A filter with its present values, for the template."""

    filter: Filter
    value: Any
    until: Any = None
    options: Sequence[tuple[str, str, bool]] = ()
    error: str = ""


def read_filters(filters: Sequence[Filter], query: QueryDict) -> Wanted:
    """Read the filters from the URL; a value that cannot be read is left out and named in `errors`."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for each in filters:
        for name in each.parameters():
            values[name], problem = _read(each, name, query)
            if problem:
                errors[each.name] = problem
    standing = frozenset(each.name for each in filters if each.required and not query.get(each.name))
    return Wanted(values, errors, standing)


def shown_filters(filters: Sequence[Filter], wanted: Wanted) -> list[ShownFilter]:
    """Return the filters with what is chosen."""
    return [_shown(each, wanted) for each in filters]


def _read(each: Filter, name: str, query: QueryDict) -> tuple[Any, str]:
    text = query.get(name, "").strip()[:200].replace("\x00", "")
    if each.kind == "flag":
        return text in {"1", "on", "true"}, ""
    if each.kind in {"date", "period"}:
        return _read_day(text)
    if each.kind in {"choice", "choices"}:
        return _read_choice(each, name, query)
    return text, ""


def _read_day(text: str) -> tuple[date | None, str]:
    if not text:
        return None, ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        return None, f"“{text}” is not a day; write it as 2024-12-31."


def _read_choice(each: Filter, name: str, query: QueryDict) -> tuple[Any, str]:
    known = {value for value, _ in each.options()}
    asked = [value for value in query.getlist(name) if value]
    wrong = [value[:40] for value in asked if value not in known]
    found = [value for value in asked if value in known]
    problem = f"There is no choice “{wrong[0]}”." if wrong else ""
    if each.kind == "choices":
        return found, problem
    standing = next((value for value, _ in each.options()), "") if each.required else ""
    return (found[0] if found else standing), problem


def _shown(each: Filter, wanted: Wanted) -> ShownFilter:
    first, *rest = each.parameters()
    value = wanted[first]
    chosen = set(value) if isinstance(value, list) else {value}
    options = [(key, label, key in chosen) for key, label in each.options()]
    return ShownFilter(each, value, wanted[rest[0]] if rest else None, options, wanted.errors.get(each.name, ""))
