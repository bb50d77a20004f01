"""The demo company's tax rates."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from typing import Any

from apps.compliance.models import TaxRate
from apps.compliance.services.rates import TaxRateDraft, create_tax_rates
from apps.masterdata.contract import read_demo
from ordercash.kernel.actor import SYSTEM

Period = tuple[date, date | None, Decimal]


def load_tax_rates(now: datetime) -> None:
    """Make the demo's tax rates, unless the installation has rates already."""
    if TaxRate.objects.exists():
        return
    known = read_demo("tax_rates")
    drafts = [draft for row in known["rates"] for draft in _drafts(row, known["reasons"])]
    create_tax_rates([*drafts, *_one_stop_shop(known["one_stop_shop"])], actor=SYSTEM, now=now)


def _drafts(row: Mapping[str, Any], reasons: Mapping[str, str]) -> Iterator[TaxRateDraft]:
    category = row.get("category", "S")
    classes = row["class"] if isinstance(row["class"], list) else [row["class"]]
    for destination, tax_class in product(row["to"], classes):
        for from_date, until_date, rate in _periods(row["periods"], row.get("until")):
            yield TaxRateDraft(
                row["seller"], destination, tax_class, category, rate, from_date, until_date,
                buyer=row.get("buyers", {}).get(destination, ""), exemption_reason=reasons.get(category, ""),
            )  # fmt: skip


def _one_stop_shop(known: Mapping[str, Any]) -> Iterator[TaxRateDraft]:
    for destination, steps in known["rates"].items():
        dated = [[known["from"], *steps[0]], *steps[1:]]
        for from_date, until_date, rate in _periods(dated, None):
            yield TaxRateDraft(
                known["seller"], destination, known["class"], "S", rate, from_date, until_date, buyer="consumer"
            )


def _periods(steps: Sequence[Sequence[Any]], until: date | None) -> Iterator[Period]:
    """Turn [from, rate] steps into [from, until) periods."""
    starts = [step[0] for step in steps]
    for (from_date, rate), until_date in zip(steps, [*starts[1:], until], strict=True):
        yield from_date, until_date, Decimal(rate)
