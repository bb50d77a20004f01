"""Orders as lists show them: the columns of the list and nothing else, always by an index."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from apps.orders.models import Order
from apps.orders.selectors.numbers import orders_named

COLUMNS = (
    "id",
    "number",
    "external_number",
    "purchase_order",
    "state",
    "ordered_at",
    "customer_id",
    "currency",
    "net_minor",
    "tax_minor",
    "gross_minor",
    "version",
)


def orders(
    *,
    text: str = "",
    states: Sequence[str] = (),
    customer_id: UUID | None = None,
    channel: str = "",
    from_date: date | None = None,
    until_date: date | None = None,
    zone: str = "UTC",
) -> "QuerySet[Order, dict[str, object]]":
    """Return orders as dictionaries of `COLUMNS` with the customer's and channel's codes and names.

    `text` is the beginning of an order number, of the channel's own number or of the purchase order. Dates are business days
    of `zone`; `until_date` is the first day that is not wanted.
    """
    found = Order.objects.all()
    if text:
        found = found.filter(_named(text))
    if states:
        found = found.filter(state__in=states)
    if customer_id:
        found = found.filter(customer_id=customer_id)
    if channel:
        found = found.filter(channel__code=channel)
    if from_date:
        found = found.filter(ordered_at__gte=_midnight(from_date, zone))
    if until_date:
        found = found.filter(ordered_at__lt=_midnight(until_date, zone))
    rows: QuerySet[Order, dict[str, object]] = found.values(
        *COLUMNS, customer_code=F("customer__code"), customer_name=F("customer__name"), channel_code=F("channel__code")
    )
    return rows


def each_state(states: Sequence[str]) -> list[Q]:
    """Return the conditions under which the index of state and time carries a list of several states."""
    return [Q(state=state) for state in dict.fromkeys(states)] if len(states) > 1 else []


def _named(text: str) -> Q:
    """Return the condition for a number that begins with the text; found by the numbers' indexes unless it names too many."""
    named = orders_named(text)
    if not named.is_more:
        return Q(id__in=named.ids)
    by_number = Q(number__startswith=text.upper())
    return by_number | Q(external_number__startswith=text) | Q(purchase_order__startswith=text)


def find_orders(text: str, limit: int) -> list[tuple[UUID, str, str, str]]:
    """Return (id, number, external number, state) of orders one of whose numbers begins with `text`."""
    if not text.strip():
        return []
    named = orders_named(text.strip(), most=limit)
    return list(
        orders()
        .filter(id__in=named.ids)
        .order_by("-ordered_at")
        .values_list("id", "number", "external_number", "state")[:limit]
    )


def day_after(day: date | None) -> date | None:
    """Return the bound behind an inclusive last day."""
    return day + timedelta(days=1) if day else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
