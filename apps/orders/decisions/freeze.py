"""Freezing the amounts of an order at confirmation: net per line, tax per category and rate on the sum, split to lines."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from ordercash.kernel.money import split, tax_minor


class TaxedNet(NamedTuple):
    """A line's net amount and how it is taxed; `rate` is a percentage, None where no tax could be determined."""

    net_minor: int
    category: str
    rate: Decimal | None


def line_taxes(lines: Sequence[TaxedNet]) -> list[int]:
    """Return the tax of each line in minor units.

    Tax is computed once per category and rate on the sum of nets (EN 16931 BR-S-09, BR-CO-17) and split to the lines by
    largest remainder, so that the lines always sum to the document.
    """
    groups: defaultdict[tuple[str, Decimal | None], list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        groups[line.category, line.rate].append(index)
    taxes = [0] * len(lines)
    for (_, rate), members in groups.items():
        if not rate:
            continue
        nets = [lines[index].net_minor for index in members]
        for index, tax in zip(members, split(tax_minor(sum(nets), rate), nets), strict=True):
            taxes[index] = tax
    return taxes


def part_minor(whole_minor: int, whole: Decimal, before: Decimal, part: Decimal) -> int:
    """Return the share of `part` of an amount whose first `before` units were already taken.

    Shares are differences of the rounded running total, so any sequence of parts sums to the whole.
    """
    return _running(whole_minor, whole, before + part) - _running(whole_minor, whole, before)


def _running(whole_minor: int, whole: Decimal, upto: Decimal) -> int:
    if upto == whole:
        return whole_minor
    return int((Decimal(whole_minor) * upto / whole).to_integral_value(rounding="ROUND_HALF_UP"))
