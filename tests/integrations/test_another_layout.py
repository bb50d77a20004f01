"""A layout of another kind of shop needs another mapping file and nothing else."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from apps.integrations.services.report import report_of
from apps.operations.selectors.prove import prove
from apps.orders.models import IntakeRow, Order
from tests.factories.imports import bring_in, everything, mapping_named

FILE = Path(__file__).parent / "files" / "webshop_de.csv"

pytestmark = pytest.mark.usefixtures("company")


def nets() -> dict[str, tuple[str, int]]:
    return {order.external_number: (order.state, order.net_minor) for order in Order.objects.all()}


def test_semicolons_decimal_commas_and_days_first_come_in_with_the_files_prices() -> None:
    report = report_of(bring_in(mapping_named("webshop_de"), FILE))
    assert nets() == {
        "W-1001": ("confirmed", 2136_40),
        "W-1002": ("confirmed", 54_50),
        "W-1003": ("confirmed", 20_85),
        "W-1004": ("confirmed", 27_80),
        "W-1005": ("confirmed", 5250_00),
        "W-1006": ("held", 65_40),
        "W-1007": ("confirmed", 49_00),
    }
    row = IntakeRow.objects.get()
    assert (row.code, row.row_number, row.raw["Einzelpreis"]) == ("unit_price_unreadable", 9, "6.95")
    assert row.detail == "Column Einzelpreis must hold a price with at most 6 decimals, not '6.95'."
    assert report["totals"]["rows"] == 9
    assert Decimal(report["totals"]["amount"]) == Decimal("7603.95")


def test_customers_products_and_addresses_are_made_as_the_columns_say() -> None:
    bring_in(mapping_named("webshop_de"), FILE)
    order = Order.objects.get(external_number="W-1006")
    assert order.customer is not None
    assert order.ship_to is not None
    assert (order.customer.code, order.customer.name, order.customer.payment_terms_days) == (
        "WEB-K-505",
        "Boutique Lumière",
        14,
    )
    assert (order.ship_to.line1, order.ship_to.postal_code, order.ship_to.country) == ("12 rue du Port", "13002", "FR")
    line = Order.objects.get(external_number="W-1002").lines.get()
    assert (line.product.sku, line.description) == ("2000000000046", 'Laterne "klein"\nmit Griff')
    rates = {o.external_number: o.lines.first().tax_rate for o in Order.objects.filter(state="confirmed")}
    assert (rates["W-1001"], rates["W-1005"]) == (Decimal(19), Decimal(20))


def test_without_a_price_column_our_own_list_decides() -> None:
    everything(mapping_named("webshop_de_list_prices"), FILE)
    assert nets() == {
        "W-1001": ("closed", 146_00),
        "W-1002": ("closed", 57_50),
        "W-1003": ("closed", 22_50),
        "W-1004": ("closed", 30_00),
        "W-1005": ("partly_shipped", 7500_00),
        "W-1006": ("closed", 76_50),
        "W-1007": ("held", 0),
    }
    assert IntakeRow.objects.get().code == "product_unknown"
    assert prove().holds


@pytest.mark.parametrize(
    ("number", "instant"),
    [
        ("W-1002", datetime(2025, 3, 16, 22, 30, tzinfo=UTC)),
        # 02:30 did not exist on 30 March: read with the offset from before the change, +01:00.
        ("W-1003", datetime(2025, 3, 30, 1, 30, tzinfo=UTC)),
        # 02:30 came twice on 26 October: the first of them, at +02:00.
        ("W-1004", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
        ("W-1005", datetime(2025, 10, 27, 8, 0, tzinfo=UTC)),
    ],
)
def test_local_times_become_instants_also_where_the_clocks_change(number: str, instant: datetime) -> None:
    bring_in(mapping_named("webshop_de"), FILE)
    assert Order.objects.get(external_number=number).ordered_at == instant
