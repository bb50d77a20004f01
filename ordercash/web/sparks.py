"""Sparklines: a figure's recent course as a small line, without axes."""

from collections.abc import Sequence

WIDTH, HEIGHT, EDGE = 96, 24, 2


def spark_points(values: Sequence[float | int]) -> str:
    """Return the points of an SVG polyline of 96 x 24, "" for fewer than two values."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    points = (
        (EDGE + index * step, HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE))
        for index, value in enumerate(values)
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
