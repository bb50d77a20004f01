"""The timeline of an order in sentences: every event by its name, with what it is about as a link."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.audit.contract import DeliveredEvent, actor_names
from ordercash.web.components import TimelineEntry
from ordercash.web.formats import money_html, number_text
from ordercash.web.tones import state_label

Payload = Mapping[str, Any]
Detail = str | SafeString

# name: (sentence, tone); an event that is not named here reads by its own name.
SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "orders.order_confirmed": ("Confirmed: priced, taxed and reserved", "good"),
    "orders.order_held": ("Held for a person to decide", "warn"),
    "orders.order_released": ("Released", "good"),
    "orders.order_cancelled": ("Cancelled", "bad"),
    "orders.line_cancelled": ("Quantities cancelled", "warn"),
    "orders.order_shipped": ("Goods left", "info"),
    "orders.order_invoiced": ("Everything that was shipped is invoiced", "good"),
    "orders.order_closed": ("Closed: every invoice is settled", "good"),
    "orders.return_credited": ("Return credited", "info"),
    "orders.return_held": ("Return held", "warn"),
    "exceptions.case_opened": ("Case opened", "warn"),
    "exceptions.case_claimed": ("Case claimed", "neutral"),
    "exceptions.case_released": ("Case given back to its queue", "neutral"),
    "exceptions.case_assigned": ("Case assigned", "neutral"),
    "exceptions.case_resolved": ("Case resolved", "good"),
    "exceptions.case_cancelled": ("Case closed with the order", "neutral"),
    "exceptions.reasons_resolved": ("Reasons of the case settled", "info"),
    "inventory.shipment_shipped": ("Shipment left the warehouse", "info"),
    "inventory.backorders_filled": ("Goods arrived for lines on backorder", "good"),
    "inventory.goods_returned": ("Goods came back", "warn"),
    "billing.invoice_issued": ("Invoice issued", "info"),
    "billing.order_invoiced": ("Invoiced together with other orders", "info"),
    "billing.credit_note_issued": ("Credit note issued", "warn"),
    "billing.order_credited": ("Credited together with other orders", "warn"),
    "billing.payment_applied": ("Payment applied", "good"),
    "billing.credit_applied": ("Credit note used", "info"),
    "billing.invoice_written_off": ("Invoice written off", "bad"),
    "billing.invoice_settled": ("Invoice settled", "good"),
    "billing.order_invoice_settled": ("An invoice with this order is settled", "good"),
}


def entries_told(events: Iterable[DeliveredEvent]) -> list[TimelineEntry]:
    """Return a timeline, the newest first; one statement for the names of who acted."""
    told = list(events)
    names = actor_names({event.actor_id for event in told})
    return [_entry(event, names) for event in reversed(told)]


def _entry(event: DeliveredEvent, names: Mapping[UUID, str]) -> TimelineEntry:
    title, tone = SENTENCES.get(event.name, (state_label(event.name.partition(".")[2]), "neutral"))
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
    "inventory.goods_returned": _came_back,
    "billing.invoice_issued": _amount("gross_minor"),
    "billing.credit_note_issued": _amount("gross_minor"),
    "billing.payment_applied": _plain_amount,
    "billing.credit_applied": _plain_amount,
    "billing.invoice_written_off": _plain_amount,
}
