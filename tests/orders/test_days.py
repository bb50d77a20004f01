"""Many business days: with one lane or two, the same books."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from apps.billing.models import Invoice, Payment
from apps.inventory.contract import ReceiptDraft, plan_receipts, warehouses
from apps.ledger.models import JournalEntry
from apps.masterdata.contract import ProductDraft, ensure_products
from apps.masterdata.models import Customer, LegalEntity
from apps.operations.selectors.prove import prove
from apps.orders.journey.days import Days, day_bounds
from apps.orders.models import Order, ReturnLine
from apps.orders.services.returns import ReturnDraft, ReturnLineDraft, announce_returns
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.transactions import writes
from tests.factories.orders import NOW, place

LONDON = ZoneInfo("Europe/London")
END = NOW + timedelta(days=120)


@pytest.fixture
def busy_days(company: None) -> None:
    """Five days of orders for a scarce product, of which some comes in late and some comes back."""
    lamp = writes(ensure_products)([ProductDraft("LAMP", "A lamp")])["LAMP"].id
    main = next(item for item in warehouses().values() if item.code == "UK-MAIN")
    writes(plan_receipts)(
        [
            ReceiptDraft(main.id, lamp, Decimal(8), Decimal("2.00"), NOW - timedelta(days=1), "lamp:1"),
            ReceiptDraft(main.id, lamp, Decimal(4), Decimal("3.00"), NOW + timedelta(days=3), "lamp:2"),
        ],
        now=NOW,
    )
    for day in range(5):
        for customer in ("C-1001", "C-1004"):
            line = {"sku": "LAMP", "quantity": "2", "unit_price": "10"}
            place(NOW + timedelta(days=day), customer=customer, channel="marketplace", lines=[line])
    writes(announce_returns)([a_return(lamp)], now=NOW)


def a_return(product_id: Any) -> ReturnDraft:
    """One lamp of the first day comes back on the third."""
    at = NOW + timedelta(days=2)
    line = ReturnLineDraft(1, product_id, "", Decimal(1), Decimal(10), at)
    customer, entity = Customer.objects.get(code="C-1004").pk, LegalEntity.objects.get(code="UK01").pk
    return ReturnDraft("r:1", "R-1", entity, customer, "GBP", "broken", at, [line])


def run(lanes: int) -> Days:
    days = Days(LONDON, collect=True, actor=SYSTEM, now=END, lanes=lanes)
    days.run_until_idle()
    return days


@pytest.mark.usefixtures("busy_days")
@pytest.mark.parametrize("lanes", [1, 2])
def test_a_scarce_week_gives_the_same_books_with_one_lane_or_two(lanes: int) -> None:
    done = run(lanes).done
    assert (done.receipts, done.returns, done.shipments) == (2, 1, 7)
    issued = Invoice.objects.order_by("number").values_list("number", "issue_date", "gross_minor", "state")
    assert [(number, f"{day:%m-%d}", gross, state) for number, day, gross, state in issued] == [
        ("CN-2026-000001", "03-04", 1200, "settled"),
        ("INV-2026-000001", "03-02", 2400, "settled"),
        ("INV-2026-000002", "03-02", 2400, "settled"),
        ("INV-2026-000003", "03-03", 2400, "settled"),
        ("INV-2026-000004", "03-03", 2400, "settled"),
        ("INV-2026-000005", "03-05", 2400, "settled"),
        ("INV-2026-000006", "03-05", 2400, "settled"),
        # What the return put back on the shelf, with the rest of the second receipt.
        ("INV-2026-000007", "03-06", 1200, "settled"),
    ]
    assert ReturnLine.objects.get().state == "credited"
    assert sorted(Order.objects.values_list("state", flat=True)) == ["closed"] * 6 + ["confirmed"] * 3 + [
        "partly_shipped"
    ]
    assert sum(Payment.objects.values_list("amount_minor", flat=True)) == 6 * 2400
    assert prove().holds


@pytest.mark.usefixtures("busy_days")
def test_a_second_run_finds_nothing_and_ends_at_once() -> None:
    run(2)
    before = JournalEntry.objects.count()
    visited: list[int] = []
    days = Days(LONDON, collect=True, actor=SYSTEM, now=END, lanes=2, each_day=lambda: visited.append(1))
    assert not days.run_until_idle()
    assert len(visited) <= 1
    assert JournalEntry.objects.count() == before


def test_a_day_has_the_length_that_its_zone_gives_it() -> None:
    spring, autumn = datetime(2026, 3, 29, tzinfo=UTC).date(), datetime(2026, 10, 25, tzinfo=UTC).date()
    hours = [(until - from_at).total_seconds() / 3600 for from_at, until in map(absolute, (spring, autumn))]
    assert hours == [23, 25]


def absolute(day: Any) -> tuple[datetime, datetime]:
    from_at, until = day_bounds(day, LONDON)
    return from_at.astimezone(UTC), until.astimezone(UTC)
