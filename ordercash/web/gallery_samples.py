"""The made-up values of the gallery: the same at every call, so that pictures can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from ordercash.web.columns import Column, Table
from ordercash.web.components import Bar, BarRow, Chart, Empty, JobProgress, Schedule, Series, Step, Tile, TimelineEntry
from ordercash.web.filters import Wanted
from ordercash.web.formats import money_html
from ordercash.web.keyset import Position

START = datetime(2024, 3, 1, 8, 12, 33, 412_000, tzinfo=UTC)
WORDS = ("confirmed", "held", "partly_shipped", "invoiced", "overdue", "cancelled")
STATES = [(word, word.replace("_", " ").capitalize()) for word in WORDS]
CHANNELS = [("web", "Web shop"), ("edi", "EDI"), ("desk", "Order desk")]
CUSTOMERS = (
    "Harbour Lane Stores",
    "Northgate Office Supply",
    "Müller & Söhne GmbH",
    "Atelier des Lices",
    "Łódź Paper Sp. z o.o.",
    "Brightwell Hospital Trust Procurement Services",
)


@dataclass(frozen=True, slots=True)
class SampleOrder:
    """A row of the gallery's worklist."""

    id: UUID
    number: str
    customer: str
    placed_at: datetime
    due: date
    lines: int
    gross_minor: int
    open_minor: int
    currency: str
    state: str
    channel: str


def _order(index: int) -> SampleOrder:
    gross = (index * 7919 % 90_000) * (1 if index % 9 else -1) + 1250
    placed = START + timedelta(hours=7 * index, minutes=13 * index % 60)
    state = WORDS[index * 5 % len(WORDS)]
    return SampleOrder(
        id=UUID(int=0x0190_0000_0000_7000_8000_0000_0000_0000 + index),
        number=f"SO-{1000 + index}",
        customer=CUSTOMERS[index % len(CUSTOMERS)],
        placed_at=placed,
        due=(placed + timedelta(days=30)).date(),
        lines=index * 3 % 17 + 1,
        gross_minor=gross * 10,
        open_minor=0 if state in {"invoiced", "cancelled"} else gross * 10,
        currency=("GBP", "EUR", "JPY", "KWD")[index % 4],
        state=state,
        channel=CHANNELS[index % 3][0],
    )


ORDERS = [_order(index) for index in range(60)]


def beyond(wanted: Wanted, sort: str, position: Position | None, count: int) -> list[SampleOrder]:
    """Return the rows beyond a position, as a table with an index would."""
    column, down = sort.removeprefix("-"), sort.startswith("-")
    down = down != (position is not None and position.backwards)
    found = sorted(filter(lambda row: _fits(row, wanted), ORDERS), key=lambda row: _key(row, column), reverse=down)
    if position is not None:
        at = (position.value, position.id)
        found = [row for row in found if (_key(row, column) < at if down else _key(row, column) > at)]
    return found[:count]


def _key(row: SampleOrder, column: str) -> tuple[Any, UUID]:
    return getattr(row, column), row.id


def _fits(row: SampleOrder, wanted: Wanted) -> bool:
    text = wanted["q"].lower()
    placed = row.placed_at.date()
    return (
        (not text or text in f"{row.number} {row.customer}".lower())
        and (not wanted["state"] or row.state in wanted["state"])
        and (not wanted["channel"] or row.channel == wanted["channel"])
        and (not wanted["open"] or row.open_minor != 0)
        and (wanted["placed_from"] is None or placed >= wanted["placed_from"])
        and (wanted["placed_until"] is None or placed < wanted["placed_until"])
    )


def tiles() -> list[Tile]:
    """Figures with every kind of change."""
    course = (12, 14, 11, 15, 18, 17, 21, 20, 24, 23, 26)
    return [
        Tile("Orders today", "1,284", "than last Friday", Decimal("0.042"), "up", spark=course),
        Tile(
            "Invoiced", money_html(4_812_770_35, "GBP"), "than last Friday", Decimal("-0.013"), "up", spark=course[::-1]
        ),
        Tile(
            "Overdue",
            money_html(312_400_00, "GBP"),
            "84 invoices",
            Decimal("0.081"),
            "down",
            url="/components/?state=overdue",
        ),
        Tile("Cases open", "37", "6 past their time", tone="warn", url="/components/?state=held"),
        Tile("Proof", "holds", "checked 08:12"),
        Tile("Failed deliveries", "3", "of 12,410", tone="bad"),
    ]


def steps() -> list[Step]:
    """How a price came about."""
    return [
        Step(
            "Unit price",
            "GBP 2.55",
            "taken",
            below=[
                Step("Agreed price of the channel", outcome="missed", note="the channel is not trusted with prices"),
                Step(
                    "Price list WHOLESALE",
                    outcome="missed",
                    note="no record for 6 pieces",
                    below=[
                        Step("From 10 pieces", "GBP 2.40", "missed", "10 are needed"),
                        Step("From 50 pieces", "GBP 2.10", "missed", "50 are needed"),
                    ],
                    is_open=False,
                ),
                Step("Price list BASE, valid from 1 Jan 2024", "GBP 2.55", "taken"),
            ],
        ),
        Step("Volume discount", "− GBP 0.15", "applied", "3 % from GBP 500 of the order"),
        Step("Promotion SPRING", outcome="refused", note="ended on 28 Feb 2024"),
        Step("Net of 6 pieces", "GBP 14.40"),
    ]


def events() -> list[TimelineEntry]:
    """What happened to an order."""
    at = START
    return [
        TimelineEntry(at, "Order placed", "3 lines by the web shop", actor="web.shop", tone="info"),
        TimelineEntry(at + timedelta(seconds=1), "Held", "Address incomplete: the postal code is missing", tone="warn"),
        TimelineEntry(
            at + timedelta(hours=2), "Released", "Postal code asked for by telephone", actor="order.desk", tone="good"
        ),
        TimelineEntry(
            at + timedelta(hours=9),
            "Shipped",
            "2 of 3 lines from LDN",
            data={"carrier": "Parcel", "lines": 2, "backorder": 1},
        ),
        TimelineEntry(at + timedelta(days=2), "Delivery failed", "Nobody was there", tone="bad"),
    ]


def charts() -> list[Chart]:
    """A chart of every kind."""
    days = [(date(2024, 2, 1) + timedelta(days=index)).isoformat() for index in range(29)]
    orders = [800 + (index * 137) % 420 - (380 if index % 7 in {2, 3} else 0) for index in range(29)]
    money = [value * 4137 for value in orders]
    late = [value // 9 + (index * 31) % 40 for index, value in enumerate(orders)]
    stock = [40 - index * 3 if index < 12 else 90 - index * 2 for index in range(29)]
    ages = ["not due", "1–30 days", "31–60 days", "61–90 days", "over 90"]
    return [
        Chart("Invoiced a day", days, [Series("Invoiced", money)], kind="bar", currency="GBP"),
        Chart("Orders a day", days, [Series("Placed", orders), Series("Shipped", [None, *orders[:-1]])], kind="line"),
        Chart(
            "Open items by age",
            ages,
            [
                Series("GBP", [812_400_00, 212_000_00, 64_100_00, 20_300_00, 15_900_00]),
                Series("EUR", [512_400_00, 142_000_00, 34_100_00, 31_300_00, 5_900_00]),
            ],
            kind="bar",
            currency="GBP",
        ),
        Chart(
            "Cases a day", days, [Series("New", late), Series("Kept over", late[::-1])], kind="stacked", unit="cases"
        ),
        Chart(
            "Stock to be had",
            days,
            [
                Series("To be had", stock),
                Series("Comes in", [50 if index == 12 else None for index in range(29)], marks=True),
            ],
            kind="step",
            unit="pieces",
        ),
    ]


def jobs() -> list[JobProgress]:
    """Jobs in every state."""
    url = "/components/job/?number={}"
    return [
        JobProgress("Close of February", "due", url.format(0)),
        JobProgress("Replay of decisions", "running", url.format(1), 18_200, 0, "total not known yet"),
        JobProgress("Import of 541,909 rows", "running", url.format(2), 321_000, 541_909, "about 40 s left"),
        JobProgress(
            "Export of the journal",
            "done",
            url.format(3),
            90_112,
            90_112,
            result={"entries": 45_056, "file": "journal-2024-02.csv"},
        ),
        JobProgress(
            "Invoices of the day",
            "failed",
            url.format(4),
            310,
            1_204,
            error="The number series INV-2024 is locked; it is tried again at 09:30.",
        ),
    ]


def lines_table() -> Table:
    """Order lines with a sum."""
    rows = [
        {
            "id": 1,
            "no": 1,
            "sku": "85123A",
            "text": "White hanging heart",
            "quantity": Decimal("6.0000"),
            "price": "2.55",
            "net": 1530,
            "tax": "20 %",
        },
        {
            "id": 2,
            "no": 2,
            "sku": "71053",
            "text": "White metal lantern, <b>boxed</b>",
            "quantity": Decimal("1200.0000"),
            "price": "3.39",
            "net": 406800,
            "tax": "20 %",
        },
        {
            "id": 3,
            "no": 3,
            "sku": "POST",
            "text": "Postage",
            "quantity": Decimal("0.5000"),
            "price": "18.00",
            "net": -900,
            "tax": "",
        },
    ]
    columns = (
        Column("no", "No", kind="number"),
        Column("sku", "SKU", kind="code"),
        Column("text", "Description"),
        Column("quantity", "Quantity", kind="quantity"),
        Column("price", "Unit price", kind="number", value=lambda row: Decimal(row["price"])),
        Column("tax", "Tax"),
        Column("net", "Net", kind="money", currency="GBP"),
    )
    return Table(columns, rows, caption="Lines", footer={"text": "Sum", "net": money_html(407_430, "GBP")})


def schedule() -> Schedule:
    """A month with a bar in force, one that waits, one whose ends lie outside, and one that may come; now is in the middle."""
    ticks = [(round(100 * day / 30, 4), str(day + 1)) for day in range(30)]
    rows = [
        BarRow("Lights for the dark season", [Bar(0, 40, "15 % off", "from 2024-01-12 00:00 until 2024-02-13 00:00", "#", "good", True)],
               "version 4", "#"),
        BarRow("Three candles for two, with a title that is longer than its column", [
            Bar(20, 20, "buy 2, get 1 free", "from 2024-02-07 00:00 until 2024-02-13 00:00", "#", "good"),
            Bar(70, 30, "buy 2, get 1 free", "from 2024-02-22 00:00 until 2024-03-20 00:00", "#", "info", False, True)]),
        BarRow("A draft", [Bar(50, 3, "20 % off", "from 2024-02-16 00:00 until 2024-02-17 00:00", "#", "neutral")], "version 5"),
    ]  # fmt: skip
    return Schedule(ticks, rows, "What runs in February", 48.5)


def everything() -> Mapping[str, Any]:
    """Return the gallery's context."""
    return {
        "tiles": tiles(),
        "steps": steps(),
        "events": events(),
        "charts": charts(),
        "schedule": schedule(),
        "jobs": jobs(),
        "lines": lines_table(),
        "no_rows": Table(
            (),
            (),
            empty=Empty(
                "No payments yet",
                "Payments arrive from the bank file at 07:00, or record one.",
                "/components/",
                "Record a payment",
            ),
        ),
        "before": {"checks": ["customer_blocked", "price_missing"], "severity": "hold", "limit": 5000},
        "after": {
            "checks": ["customer_blocked", "price_missing", "address_incomplete"],
            "severity": "hold",
            "limit": 7500,
        },
        "badge_words": {
            "neutral": ("draft", "cancelled", "closed"),
            "info": ("open", "confirmed", "partly_shipped"),
            "good": ("done", "settled", "approved"),
            "warn": ("held", "backordered", "unapplied"),
            "bad": ("failed", "overdue", "blocked"),
        },
        "moment": START,
        "due_day": date(2024, 3, 31),
        "large": 123_456_789_012,
        "small": -1_240,
        "six": Decimal("6.0000"),
        "weight": Decimal("12.2500"),
        "sample_id": ORDERS[41].id,
    }
