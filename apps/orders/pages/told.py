"""The timeline of an order in sentences: every event by its name, with what it is about as a link."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.audit.contract import DeliveredEvent, actor_names
from apps.orders.decisions.sentences import event_sentence
from ordercash.web.components import TimelineEntry
from ordercash.web.formats import money_html, number_text
from ordercash.web.tones import state_label

Payload = Mapping[str, Any]
Detail = str | SafeString


def entries_told(events: Iterable[DeliveredEvent]) -> list[TimelineEntry]:
    """Return a timeline, the newest first; one statement for the names of who acted."""
    told = list(events)
    names = actor_names({event.actor_id for event in told})
    return [_entry(event, names) for event in reversed(told)]


def _entry(event: DeliveredEvent, names: Mapping[UUID, str]) -> TimelineEntry:
    title, tone = event_sentence(event.name)
    number = str(event.payload.get("number", ""))
    is_linked = event.aggregate in ("invoice", "shipment", "case")
    return TimelineEntry(
        at=event.occurred_at,
        title=title,
        detail=_detail(event),
        actor=names.get(event.actor_id, "") if event.actor_id else "",
        tone=tone,
        kind=event.aggregate if is_linked else "",
        id=event.aggregate_id,
        link_label=number or ("Case" if event.aggregate == "case" else ""),
    )


def _detail(event: DeliveredEvent) -> Detail:
    told = _DETAILS.get(event.name)
    return told(event.payload) if told else _reason(event.payload)


def _reason(payload: Payload) -> Detail:
    return f"“{payload['reason']}”" if payload.get("reason") else ""


def _amount(key: str) -> Callable[[Payload], Detail]:
    return lambda payload: money_html(payload.get(key), str(payload.get("currency", "")))


def _plain_amount(payload: Payload) -> Detail:
    return money_html(payload.get("amount_minor"), str(payload.get("currency", "")))


def _reasons(payload: Payload) -> Detail:
    return ", ".join(state_label(str(code)) for code in payload.get("reasons", ()))


def _accepted(payload: Payload) -> Detail:
    accepted = ", ".join(state_label(str(code)).lower() for code in payload.get("accepted", ()))
    return format_html("{}{}", _reason(payload), f" Accepted: {accepted}." if accepted else "")


def _lines(payload: Payload) -> Detail:
    lines = payload.get("lines")
    if not isinstance(lines, Mapping):
        return _reason(payload)
    parts = [(f"line {number}: {quantity}",) for number, quantity in lines.items()][:10]
    return format_html("{} {}", _reason(payload), format_html_join(", ", "{}", parts))


def _left(payload: Payload) -> Detail:
    lines = payload.get("lines", 0)
    return (
        f"{lines} line{'' if lines == 1 else 's'}, {'nothing is open' if payload.get('complete') else 'more to come'}"
    )


def _quantities(payload: Payload) -> Detail:
    lines = len(payload.get("quantities", ()))
    return f"{lines} line{'' if lines == 1 else 's'}"


def _came_back(payload: Payload) -> Detail:
    return f"{payload.get('quantity', '')}, {'back on the shelf' if payload.get('is_restocked') else 'not restocked'}"


def _inspected(payload: Payload) -> Detail:
    parts = (f"{payload[name]} {name}" for name in ("good", "damaged", "scrapped") if payload.get(name, "0") != "0")
    return ", ".join(parts)


def _held(payload: Payload) -> Detail:
    return state_label(str(payload.get("code", "")))


def _confirmed(payload: Payload) -> Detail:
    count = number_text(payload.get("lines", 0))
    return format_html("{} line{}, {}", count, "" if count == "1" else "s", _amount("gross_minor")(payload))


_DETAILS: Final[Mapping[str, Callable[[Payload], Detail]]] = {
    "orders.order_confirmed": _confirmed,
    "orders.order_held": _reasons,
    "orders.order_released": _accepted,
    "orders.order_cancelled": _lines,
    "orders.line_cancelled": _lines,
    "orders.order_shipped": _left,
    "orders.return_held": _held,
    "orders.return_credited": _amount("net_minor"),
    "exceptions.case_opened": _reasons,
    "inventory.shipment_shipped": _quantities,
    "inventory.backorders_filled": _quantities,
    "inventory.substituted": _quantities,
    "inventory.goods_returned": _came_back,
    "inventory.return_inspected": _inspected,
    "billing.invoice_issued": _amount("gross_minor"),
    "billing.credit_note_issued": _amount("gross_minor"),
    "billing.payment_applied": _plain_amount,
    "billing.credit_applied": _plain_amount,
    "billing.invoice_written_off": _plain_amount,
}
