"""What the reservation lab found, as a table for the terminal and the page, and as a chart."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).parent / "results"
COLOURS = ("#4c78a8", "#f58518", "#54a24b", "#9d9d9d")


class Row(NamedTuple):
    """One load on one strategy, the median of its rounds."""

    load: str
    strategy: str
    clients: int
    rate: float
    of_hot: float
    p50: float
    p99: float
    oversold: int
    waiting: int
    lock_waits: float
    deadlocks: int


HEAD = (
    "load",
    "strategy",
    "clients",
    "takers/s",
    "of hot",
    "p50 ms",
    "p99 ms",
    "oversold",
    "waiting",
    "in lock wait",
    "deadlocks",
)


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    for row in rows:
        cells = (
            row.load, row.strategy, str(row.clients), f"{row.rate:,.0f}", f"{row.of_hot:.2f}", f"{row.p50:.1f}", f"{row.p99:.1f}",
            str(row.oversold), str(row.waiting), f"{row.lock_waits:.1f}", str(row.deadlocks),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def chart(rows: Sequence[Row]) -> str:
    """Return the takers a second of every load and strategy as bars, in SVG."""
    most = max(row.rate for row in rows)
    names = list(dict.fromkeys(row.strategy for row in rows))
    height = 26 * len(rows) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{height}" font-family="sans-serif" font-size="13">',
        f'<rect width="760" height="{height}" fill="white"/><text x="10" y="22" font-weight="bold">Takers a second</text>',
    ]
    for index, row in enumerate(rows):
        y, width = 36 + 26 * index, 440 * row.rate / most
        colour = COLOURS[names.index(row.strategy) % len(COLOURS)]
        parts.append(f'<text x="10" y="{y + 14}">{row.load}, {row.strategy}, {row.clients}</text>')
        parts.append(f'<rect x="230" y="{y}" width="{width:.0f}" height="18" fill="{colour}"/>')
        parts.append(f'<text x="{236 + width:.0f}" y="{y + 14}">{row.rate:,.0f}</text>')
    return "\n".join([*parts, "</svg>\n"])


def save(rows: Sequence[Row], said: Sequence[str]) -> None:
    """Keep the table and the chart under bench/results/."""
    RESULTS.mkdir(exist_ok=True)
    text = "\n\n".join(["# The reservation lab", *said, table(rows), "![Takers a second](lab.svg)"])
    (RESULTS / "lab.md").write_text(text + "\n")
    (RESULTS / "lab.svg").write_text(chart(rows))
