"""What the components of a page are given: small frozen shapes; how they look is in templates/oc/."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure. `value` is text or made by formats (money_html …); `change` is a share, Decimal("0.042") = +4.2 %.

    good -- which way is good: "up", "down" or "" when neither is; it decides the colour of the change
    note -- what the figure is compared with, or its unit; url -- where its rows are listed
    spark -- the figure's recent values, oldest first, drawn small
    tone -- "", "warn" or "bad" when the figure itself asks for attention
    """

    label: str
    value: str | SafeString | int
    note: str = ""
    change: Decimal | None = None
    good: str = ""
    url: str = ""
    spark: Sequence[float | int] = ()
    tone: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened: `kind` and `id` make its label a link; `data` can be unfolded."""

    at: datetime
    title: str
    detail: str | SafeString = ""
    actor: str = ""
    tone: str = "neutral"
    kind: str = ""
    id: Any = None
    link_label: str = ""
    data: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation: what was tried, what came out, and the steps below it.

    outcome -- "taken", "missed", "applied", "refused" or ""; it decides the sign before the label; a marked step stands out
    """

    label: str
    value: str | SafeString = ""
    outcome: str = ""
    note: str = ""
    below: Sequence["Step"] = ()
    is_open: bool = True
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One line or set of bars; None is a gap. `marks` are points that no line joins, such as what comes in on some days."""

    name: str
    values: Sequence[float | int | None]
    marks: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart over labels (days as ISO dates, or words), with the same numbers as a table below it.

    kind -- "line", "area", "bar", "stacked", or "step": a value that holds until the next label
    currency -- set when values are minor units of it; unit -- else
    """

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    kind: str = "bar"
    currency: str = ""
    unit: str = ""
    height: int = 220


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time on a schedule: where it begins and how long it is, in per cent of what is shown; `title` says when exactly.

    An end that lies outside of what is shown is cut off.
    """

    start: float
    width: float
    label: str
    title: str
    url: str = ""
    tone: str = "info"
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class BarRow:
    """What the bars of a row are about."""

    label: str
    bars: Sequence[Bar]
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What runs when, as horizontal bars. `ticks`: (place in per cent, label), `now`: the present in per cent when it is shown."""

    ticks: Sequence[tuple[float, str]]
    rows: Sequence[BarRow]
    label: str
    now: float | None = None


@dataclass(frozen=True, slots=True)
class JobProgress:
    """A piece of long work; while it is not finished the component asks `url` again every two seconds.

    state -- due, running, done, failed or stopped; total 0 means that nobody knows it yet
    """

    label: str
    state: str
    url: str
    done: int = 0
    total: int = 0
    note: str = ""
    error: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_finished(self) -> bool:
        return self.state in {"done", "failed", "stopped"}

    @property
    def percent(self) -> int | None:
        """Whole percent done, None when the total is not known."""
        if self.state == "done":
            return 100
        return min(99, self.done * 100 // self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class Empty:
    """An empty state: what would stand here, and what to do next."""

    title: str
    text: str = ""
    url: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way to this page; `url_name` without arguments, or a finished `url`."""

    label: str
    url_name: str = ""
    url: str = ""
