"""Tax of a document: computed per category and rate on the sum, then split to its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ordercash.kernel.money import split, tax_minor


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    """A line's net amount in minor units with its tax category (UNCL 5305) and rate in percent."""

    net_minor: int
    category: str
    rate: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """The tax of one category and rate of a document (EN 16931 BG-23)."""

    category: str
    rate: Decimal
    net_minor: int
    tax_minor: int
    reason: str = ""


def document_taxes(lines: Sequence[TaxedAmount]) -> tuple[list[TaxTotal], list[int]]:
    """Return the tax totals in order of category and rate, and each line's tax; both sum to the same tax.

    Tax is the sum of a category and rate times the rate, rounded once (EN 16931 BR-CO-17, BR-S-09), and the document's tax is
    the sum of those (BR-CO-14). Lines take their parts by largest remainder over their net amounts.
    """
    groups: dict[tuple[str, Decimal], list[int]] = {}
    for index, line in enumerate(lines):
        groups.setdefault((line.category, line.rate), []).append(index)
    totals, shares = [], [0] * len(lines)
    for (category, rate), members in sorted(groups.items()):
        nets = [lines[index].net_minor for index in members]
        tax = tax_minor(sum(nets), rate)
        for index, share in zip(members, split(tax, nets), strict=True):
            shares[index] = share
        reason = next((lines[index].reason for index in members if lines[index].reason), "")
        totals.append(TaxTotal(category, rate, sum(nets), tax, reason))
    return totals, shares


def sum_taxes(lines: Sequence[tuple[TaxedAmount, int]], reasons: Mapping[tuple[str, Decimal], str]) -> list[TaxTotal]:
    """Return the totals of lines whose tax is given: a credit note repeats its invoice's tax and computes none anew."""
    sums: dict[tuple[str, Decimal], tuple[int, int]] = {}
    for line, tax in lines:
        net, total = sums.get((line.category, line.rate), (0, 0))
        sums[line.category, line.rate] = (net + line.net_minor, total + tax)
    return [TaxTotal(*rate, net, tax, reasons.get(rate, "")) for rate, (net, tax) in sorted(sums.items())]
