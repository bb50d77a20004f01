"""Pricing the bicycle maker's orders through the door that orders use, held against what the file says, to the fourth decimal."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

import orjson

from apps.compliance.contract import TaxRequest, determine_taxes
from apps.orders.decisions.freeze import TaxedNet, line_taxes
from apps.pricing.contract import CartRequest, DecidedCart, explain_line, price_carts
from apps.pricing.decisions.record.explanation import charges_borne
from ordercash.kernel.clock import business_date
from ordercash.kernel.money import to_major, to_minor
from tests.factories.adventureworks import Sale
from tests.factories.adventureworks_masters import World, cart_of
from tests.factories.counting import counted

BATCH: Final = 500
# What a line is reckoned with that no rate is known for, so that its tax is never the file's.
NO_RATE: Final = Decimal(-100)
FOUR: Final = Decimal("0.0001")
MEASURES: Final = ("sales", "tax", "freight")
WIDTHS: Final = (7, 3, 8, 18, 18, 16, 14, 16, 14)


@dataclass
class Sums:
    """One measure in one currency: unrounded, as the file says, and rounded to the currency by the line and by the order."""

    exact: Decimal = Decimal(0)
    file: Decimal = Decimal(0)
    by_line: Decimal = Decimal(0)
    by_order: Decimal = Decimal(0)

    def __iadd__(self, other: "Sums") -> "Sums":
        for name in ("exact", "file", "by_line", "by_order"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        return self


class Unequal(NamedTuple):
    """A figure of a line that is not the file's."""

    order: str
    number: int
    measure: str
    ours: Decimal | None
    file: Decimal


@dataclass
class Report:
    """What was compared. `statements`: how many different numbers of statements a batch of decisions took."""

    lines: int = 0
    orders: int = 0
    unequal: list[Unequal] = field(default_factory=list)
    sums: dict[tuple[str, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    finer: Counter[str] = field(default_factory=Counter)
    orders_differ: Counter[str] = field(default_factory=Counter)
    statements: Counter[int] = field(default_factory=Counter)

    def table(self) -> str:
        """Return the figures by currency, as text."""
        rows = [f"{self.lines:,} lines of {self.orders:,} orders, {len(self.unequal)} figures differ from the file"]
        heads = ("measure", "", "lines", "unrounded", "file", "by line", "- unrounded", "by order", "- unrounded")
        rows.append(_row(heads))
        for (currency, measure), sums in sorted(self.sums.items(), key=_order_of):
            lines = self.counts[currency, "lines"]
            rows.append(
                _row((
                    measure, currency, lines, sums.exact.normalize(), sums.file, sums.by_line, (sums.by_line - sums.exact).normalize(),
                    sums.by_order, (sums.by_order - sums.exact).normalize(),
                ))
            )  # fmt: skip
        for measure in MEASURES:
            rows.append(
                f"{measure}: {self.finer[measure]:,} lines have more than four decimals unrounded;"
                f" {self.orders_differ[measure]:,} orders differ when rounded by line"
            )
        return "\n".join(rows)


def price_orders(
    world: World, orders: Sequence[Sequence[Sale]]
) -> Iterator[tuple[Sequence[Sale], CartRequest, DecidedCart, int]]:
    """Decide the orders in batches; yields each with its cart, the decision, and how many statements its batch took."""
    for start in range(0, len(orders), BATCH):
        batch = orders[start : start + BATCH]
        carts = [cart_of(world, lines) for lines in batch]
        with counted() as seen:
            decided = price_carts(carts)
        of_prices = sum("pricing_" in statement for statement in seen.statements)
        for lines, cart, answer in zip(batch, carts, decided, strict=True):
            yield lines, cart, answer, of_prices


def compare(world: World, orders: Sequence[Sequence[Sale]]) -> Report:
    """Price every order and hold each figure of each line against the file's."""
    report = Report()
    for lines, cart, decided, statements in price_orders(world, orders):
        report.statements[statements] += 1
        _compare_order(report, world, lines, cart, decided)
    return report


def _compare_order(
    report: Report, world: World, lines: Sequence[Sale], cart: CartRequest, decided: DecidedCart
) -> None:
    trace = orjson.loads(decided.texts.trace)
    rates = [answer.rate if answer else NO_RATE for answer in _taxes(world, cart)]
    currency, priced = cart.currency, decided.priced
    report.orders += 1
    report.counts[currency, "orders"] += 1
    sums = {measure: Sums() for measure in MEASURES}
    for place, line in enumerate(lines):
        told = explain_line(trace, place, priced.lines[place].gross_minor)
        if told.found is None:
            report.unequal.append(Unequal(line.order, line.number, "unit price", None, line.unit_price))
            continue
        found = told.found
        net = told.steps[-1].left if told.steps else told.gross
        exact = {"sales": net, "tax": net * rates[place] / 100, "freight": charges_borne(trace, place)["freight"]}
        _check(report, line, "version", Decimal(world.records[found["record"]]), Decimal(line.product_key))
        _check(report, line, "unit price", Decimal(found["found"]), line.unit_price)
        for measure, file in (("sales", line.sales), ("tax", line.tax), ("freight", line.freight)):
            ours = exact[measure]
            report.finer[measure] += ours != ours.quantize(FOUR)
            _check(report, line, measure, ours.quantize(FOUR, rounding=ROUND_HALF_UP), file)
            sums[measure] += Sums(ours, file, to_major(to_minor(ours, currency), currency))
        report.lines += 1
        report.counts[currency, "lines"] += 1
    nets = [answer.net_minor for answer in priced.lines]
    taxes = line_taxes([TaxedNet(net, "S", rate) for net, rate in zip(nets, rates, strict=True)])
    freight = sum(added.net_minor for added in priced.added)
    for measure, minor in (("sales", sum(nets)), ("tax", sum(taxes)), ("freight", freight)):
        sums[measure].by_order = to_major(minor, currency)
        report.orders_differ[measure] += sums[measure].by_order != sums[measure].by_line
        report.sums[currency, measure] += sums[measure]


def _taxes(world: World, cart: CartRequest) -> list[Any]:
    entity = world.entity
    day = business_date(cart.at, entity.time_zone)
    return determine_taxes(
        [
            TaxRequest(entity.country, cart.country, line.product.tax_class, False, day)
            for line in cart.lines
            if line.product
        ]
    )


def _check(report: Report, line: Sale, measure: str, ours: Decimal, file: Decimal) -> None:
    if ours != file:
        report.unequal.append(Unequal(line.order, line.number, measure, ours, file))


def _order_of(item: tuple[tuple[str, str], Sums]) -> tuple[int, str]:
    (currency, measure), _ = item
    return MEASURES.index(measure), currency


def _row(cells: Iterable[Any]) -> str:
    texts = [
        f"{cell:,f}" if isinstance(cell, Decimal) else f"{cell:,}" if isinstance(cell, int) else cell for cell in cells
    ]
    padded = [text.ljust(width) if width < 8 else text.rjust(width) for text, width in zip(texts, WIDTHS, strict=True)]
    return " ".join(padded).rstrip()
