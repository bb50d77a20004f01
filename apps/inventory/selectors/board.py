"""The backorder board: who waits since when, for what money, until which day and why."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from django.db.models import CharField, DateField, Exists, OuterRef, Q, QuerySet, Subquery

from apps.inventory.models import Backorder, BrokenPromise, OrderPolicy
from ordercash.kernel.sql import fetch

# An age begins after so many days and lasts to where the next one begins.
AGES: Final = {
    "2": "Up to 2 days",
    "7": "3 to 7 days",
    "14": "8 to 14 days",
    "30": "15 to 30 days",
    "more": "Over 30 days",
}
DATES: Final = {"kept": "Promised, can be kept", "broken": "Promised, cannot be kept", "none": "Without a day"}
BEGINS: Final = (0, 2, 7, 14, 30)

# What of a line still waits is worth its part of the line.
BY_AGE: Final = """
SELECT width_bucket(greatest(extract(epoch FROM %s - b.occurred_at), 0), %s::numeric[]), b.currency, count(*)::int,
       sum(CASE WHEN b.line_quantity > 0 THEN round(b.net_minor * b.quantity / b.line_quantity) ELSE 0 END)::bigint
  FROM inventory_backorder b WHERE %s = '' OR b.legal_entity_id = (SELECT id FROM masterdata_legalentity WHERE code = %s)
 GROUP BY 1, 2 ORDER BY 1, 2
"""


class Age(NamedTuple):
    """What waits for so long: lines, and money in minor units by currency."""

    key: str
    label: str
    lines: int
    money: Mapping[str, int]


def ages(*, now: datetime, legal_entity: str = "") -> list[Age]:
    """Return what waits by age, the youngest first; one statement."""
    seconds = [Decimal(days) * 86_400 for days in BEGINS]
    lines: dict[int, int] = {}
    money: dict[int, dict[str, int]] = {}
    for place, currency, count, minor in fetch(BY_AGE, [now, seconds, legal_entity, legal_entity]):
        lines[place - 1] = lines.get(place - 1, 0) + count
        if currency:
            money.setdefault(place - 1, {})[currency] = minor
    return [Age(key, label, lines.get(n, 0), money.get(n, {})) for n, (key, label) in enumerate(AGES.items())]


def waiting_lines(
    *,
    now: datetime,
    text: str = "",
    legal_entity: str = "",
    age: str = "",
    reasons: tuple[str, ...] = (),
    promised: str = "",
    channel: str = "",
    currency: str = "",
) -> QuerySet[Backorder]:
    """Return lines that wait, by product, age (a key of AGES), why, whether their day can be kept (a key of DATES), channel, currency.

    Each has `policy`, what its order agreed to; `possible_on` and `is_broken`.
    """
    broken = BrokenPromise.objects.filter(line_id=OuterRef("line_id"))
    found = Backorder.objects.select_related("product", "legal_entity").annotate(
        policy=Subquery(OrderPolicy.objects.filter(order_id=OuterRef("order_id")).values("ship"), output_field=CharField()),
        is_broken=Exists(broken),
        possible_on=Subquery(broken.values("possible_on"), output_field=DateField()),
    )  # fmt: skip
    if text:
        found = found.filter(Q(product__sku__icontains=text) | Q(product__name__icontains=text))
    if legal_entity:
        found = found.filter(legal_entity__code=legal_entity)
    if age:
        found = found.filter(_of_age(age, now))
    if reasons:
        found = found.filter(reason__in=reasons)
    if promised:
        found = found.filter(_dated(promised))
    if channel:
        found = found.filter(channel=channel)
    return found.filter(currency=currency) if currency else found


def open_minor(row: Backorder) -> int:
    """Return what of a line still waits is worth, in minor units: its part of the whole line."""
    worth = row.net_minor * row.quantity / row.line_quantity if row.line_quantity else Decimal(0)
    return int(worth.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _of_age(age: str, now: datetime) -> Q:
    place = list(AGES).index(age)
    known = Q() if place == 0 else Q(occurred_at__lte=now - timedelta(days=BEGINS[place]))
    return known if place + 1 == len(BEGINS) else known & Q(occurred_at__gt=now - timedelta(days=BEGINS[place + 1]))


def _dated(promised: str) -> Q:
    if promised == "none":
        return Q(promised_on__isnull=True)
    return Q(promised_on__isnull=False, is_broken=promised == "broken")


def currency_choices() -> list[tuple[str, str]]:
    """Return the currencies of lines that wait as choices."""
    return [
        (row[0], row[0])
        for row in fetch("SELECT DISTINCT currency FROM inventory_backorder WHERE currency <> '' ORDER BY 1")
    ]
