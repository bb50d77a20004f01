"""What a chart needs: numbers for the drawing (scaled to major units) and the same numbers, exact, as a table."""

from datetime import date
from typing import Any

from ordercash.kernel.money import exponent, to_major
from ordercash.web.components import Chart
from ordercash.web.formats import amount_text, number_text


def chart_context(chart: Chart) -> dict[str, Any]:
    """Return the template's context; the drawing's data goes as JSON in an element of its own."""
    return {
        "chart": chart,
        "data": {
            "kind": chart.kind,
            "labels": list(chart.labels),
            "days": _are_days(chart.labels),
            "names": [series.name for series in chart.series],
            "marks": [series.marks for series in chart.series],
            "values": [[_drawn(chart, value) for value in series.values] for series in chart.series],
            "decimals": exponent(chart.currency) if chart.currency else 0,
            "unit": chart.currency or chart.unit,
            "height": chart.height,
        },
        "rows": [
            (label, [_told(chart, series.values[index]) for series in chart.series])
            for index, label in enumerate(chart.labels)
        ],
    }


def _drawn(chart: Chart, value: float | int | None) -> float | int | None:
    return float(to_major(int(value), chart.currency)) if chart.currency and value is not None else value


def _told(chart: Chart, value: float | int | None) -> str:
    if value is None:
        return "–"
    return amount_text(int(value), chart.currency) if chart.currency else number_text(_exact(value))


def _exact(value: float | int) -> Any:
    return value if isinstance(value, int) else round(value, 4)


def _are_days(labels: Any) -> bool:
    try:
        return bool(labels) and all(date.fromisoformat(label) for label in labels)
    except ValueError:
        return False
