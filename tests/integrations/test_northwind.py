"""Northwind: lines, orders, customers and products in files of their own, in dollars, with discounts and freight."""

import csv
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from apps.billing.models import Invoice
from apps.integrations.services.report import report_of
from apps.operations.selectors.prove import prove
from apps.orders.models import Order, OrderLine
from tests.factories.imports import bring_in, everything, mapping_named
from tests.integrations.real_data import real

ORDERS, LINES = 830, 2_155
GROSS, NET, FREIGHT = Decimal("1354458.59"), Decimal("1265793.0395"), Decimal("64942.69")
CENT = Decimal("0.01")

pytestmark = [pytest.mark.real_data, pytest.mark.usefixtures("company")]


def test_the_whole_of_northwind_goes_from_file_to_paid() -> None:
    folder = real("northwind", "csv")
    nets = [quantity * price * (1 - discount) for quantity, price, discount in _figures(folder)]
    booked = sum((net.quantize(CENT, ROUND_HALF_UP) for net in nets), Decimal(0))
    assert (len(nets), sum(nets)) == (LINES, NET)
    assert sum(quantity * price for quantity, price, _ in _figures(folder)) == GROSS

    report = report_of(everything(mapping_named("northwind"), folder / "order_details.csv"))

    assert (report["orders"], report["held"], report["kept_rows"]) == (ORDERS, 0, 0)
    assert report["homes"] == [
        {"home": "order", "reason": "closed", "rows": LINES, "documents": ORDERS,
         "amount": str(NET), "booked": str(booked)},
    ]  # fmt: skip
    assert Decimal(report["totals"]["rounding"]) == booked - NET
    assert Decimal(report["file"]["charges"]) == FREIGHT
    assert _minor(OrderLine.objects.filter(intake_row=None), "net_minor") == FREIGHT
    assert _minor(Invoice.objects.filter(kind="invoice"), "net_minor") == booked + FREIGHT
    assert set(Invoice.objects.values_list("currency", flat=True)) == {"USD"}
    assert prove().holds


def test_exports_carry_no_tax_and_the_address_is_the_ships() -> None:
    bring_in(mapping_named("northwind"), real("northwind", "csv") / "order_details.csv")
    outside = OrderLine.objects.filter(
        order__ship_to__country__in=["US", "BR", "VE", "CA", "MX", "CH", "AR", "NO", "PL"]
    )
    assert set(outside.values_list("tax_category", "tax_minor")) == {("G", 0)}
    assert set(OrderLine.objects.filter(order__ship_to__country="GB").values_list("tax_rate", flat=True)) == {
        Decimal("17.5")
    }
    order = Order.objects.get(external_number="10249")
    assert order.ship_to is not None
    assert (order.ship_to.name, order.ship_to.city, order.ship_to.state) == ("Toms Spezialitäten", "Münster", "")


def _figures(folder: Path) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    with (folder / "order_details.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            yield Decimal(row["quantity"]), Decimal(row["unitPrice"]), Decimal(row["discount"])


def _minor(rows: "object", column: str) -> Decimal:
    return Decimal(rows.aggregate(total=Sum(column))["total"]) / 100  # type: ignore[attr-defined]
