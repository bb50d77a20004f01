"""What the reservation lab found, as a table for the terminal and the page, as a chart, and as JSON for who wants to reckon on."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

RESULTS = Path(__file__).parent / "results"
COLOURS = {
    "floor hot": "#9d9d9d",
    "floor take": "#bab0ac",
    "conditional": "#4c78a8",
    "row_lock": "#f58518",
    "slots": "#54a24b",
    "eventual": "#b279a2",
}


class Row(NamedTuple):
    """One load on one strategy: the median of its rounds, the sums of what must not be. Nothing was looked at where there is None."""

    load: str
    strategy: str
    clients: int
    rate: float
    of_hot: float | None = None
    of_take: float | None = None
    p50: float | None = None
    p99: float | None = None
    oversold: int | None = None
    compensated: int | None = None
    waiting: int | None = None
    lock_waits: float | None = None
    deadlocks: int | None = None
    takers_ms: float | None = None
    all_ms: float | None = None


HEAD = (
    "load", "strategy", "clients", "takers/s", "of hot", "of take", "p50 ms", "p99 ms", "oversold", "compensated", "left waiting",
    "in lock wait", "deadlocks", "CPU ms: takers", "CPU ms: all",
)  # fmt: skip
WRITTEN = ("", "", "", ",.0f", ".2f", ".2f", ".1f", ".1f", "d", "d", "d", ".1f", "d", ".2f", ".2f")


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table in Markdown."""
    lines = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    for row in rows:
        cells = ("-" if value is None else format(value, how) for value, how in zip(row, WRITTEN, strict=True))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def chart(rows: Sequence[Row]) -> str:
    """Return the takers a second of every load and strategy as bars, in SVG."""
    most = max(row.rate for row in rows)
    height = 26 * len(rows) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{height}" font-family="sans-serif" font-size="13">',
        f'<rect width="760" height="{height}" fill="white"/><text x="10" y="22" font-weight="bold">Takers a second</text>',
    ]
    for index, row in enumerate(rows):
        y, width = 36 + 26 * index, 440 * row.rate / most
        parts.append(f'<text x="10" y="{y + 14}">{row.load}, {row.strategy}, {row.clients} clients</text>')
        parts.append(f'<rect x="230" y="{y}" width="{width:.0f}" height="18" fill="{COLOURS[row.strategy]}"/>')
        parts.append(f'<text x="{236 + width:.0f}" y="{y + 14}">{row.rate:,.0f}</text>')
    return "\n".join([*parts, "</svg>\n"])


def save(rows: Sequence[Row], said: str) -> None:
    """Keep table, chart and figures under bench/results/. What was found of other loads and clients before stays beside it."""
    RESULTS.mkdir(exist_ok=True)
    kept = RESULTS / "lab.json"
    found = {(row.load, row.clients) for row in rows}
    before = json.loads(kept.read_text()) if kept.exists() else []
    parts = [part for part in before if (part["load"], part["clients"]) not in found]
    for load, clients in dict.fromkeys((row.load, row.clients) for row in rows):
        mine = [row._asdict() for row in rows if (row.load, row.clients) == (load, clients)]
        parts.append({"load": load, "clients": clients, "said": said, "rows": mine})
    parts.sort(key=lambda part: (part["load"] != "hot", part["load"] != "flash", part["clients"]))
    kept.write_text(json.dumps(parts, indent=1) + "\n")
    everything = [Row(**row) for part in parts for row in part["rows"]]
    words = list(dict.fromkeys(f"{part['load']}, {part['clients']} clients: {part['said']}." for part in parts))
    text = "\n\n".join(
        [
            "# The reservation lab",
            "\n".join(f"- {word}" for word in words),
            table(everything),
            "![Takers a second](lab.svg)",
        ]
    )
    (RESULTS / "lab.md").write_text(text + "\n")
    (RESULTS / "lab.svg").write_text(chart(everything))
