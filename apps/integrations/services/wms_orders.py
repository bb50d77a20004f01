"""What warehouse systems say of orders: taken over, refused, shipped, not found, come back."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import orjson

from apps.audit.contract import record_events
from apps.integrations.decisions.wms.bodies import Refused, Reserved, Returned, Shipped, ShortPicked
from apps.integrations.decisions.wms.telling import confirmed_lines
from apps.integrations.events import MESSAGE_REFUSED, ORDER_SHORT, message_event
from apps.integrations.selectors.connections import Connection
from apps.integrations.services.wms_cases import open_message_case
from apps.integrations.services.wms_lots import gone_of, open_other_lots, quantities_of, unnamed
from apps.integrations.services.wms_outcomes import Applied, Message, Parked, Wrong
from apps.integrations.services.wms_stock import goods_gone, open_short_cases
from apps.integrations.services.wms_telling import tell_warehouses
from apps.orders.contract import GiveBack, ShipOrder, give_back_in, goods_left, goods_missing
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.sql import fetch, run

NOTHING = Decimal(0)
WAIT_FOR_INVOICE = timedelta(seconds=60)

KNOWN = "SELECT seq FROM integrations_warehouseorder WHERE connection_id = %s AND order_id = %s FOR UPDATE"
CONFIRM = """
UPDATE integrations_warehouseorder SET answered_seq = %s, confirmed = %s::jsonb
 WHERE connection_id = %s AND order_id = %s AND answered_seq < %s
"""
ANSWERED = """
UPDATE integrations_warehousemessage SET state = %s, answered_at = %s, next_try_at = NULL, error = %s
 WHERE connection_id = %s AND order_id = %s AND direction = 'out' AND order_seq <= %s AND state IN ('waiting', 'sent')
RETURNING id
"""
DISOWN = """
INSERT INTO integrations_warehouseorder (id, connection_id, order_id, seq, told, confirmed, answered_seq)
VALUES (new_id(), %s, %s, %s, '{"lines": [{"line_id": "?"}]}', '{}', 0) ON CONFLICT (connection_id, order_id) DO NOTHING
"""


def apply_reserved(connection: Connection, message: Message, body: Reserved, now: datetime) -> Applied | Parked | Wrong:
    """Their state of an order: what we told up to its number is confirmed. An older one says nothing new."""
    if message.order_id is None or message.order_seq is None:
        return Wrong("wms_contradicts", "It names no order, or not which state of it.")
    known = fetch(KNOWN, [connection.id, message.order_id])
    if not known:
        return _orphan(connection, message.order_id, message.order_seq, now)
    if message.order_seq > known[0][0]:
        return Wrong(
            "wms_contradicts", f"State {message.order_seq} of the order was never told; the last was {known[0][0]}."
        )
    lines = orjson.dumps({"lines": confirmed_lines(line.model_dump() for line in body.lines)}).decode()
    place = [connection.id, message.order_id]
    run(CONFIRM, [message.order_seq, lines, *place, message.order_seq])
    run(ANSWERED, ["confirmed", now, "", *place, message.order_seq])
    return Applied()


def _orphan(connection: Connection, order_id: UUID, seq: int, now: datetime) -> Applied:
    """An order that lies there and that we never told: it is told to be empty."""
    run(DISOWN, [connection.id, order_id, seq])
    tell_warehouses([order_id], now=now)
    return Applied("We never told of this order; it is cancelled there.")


def apply_refused(connection: Connection, message: Message, body: Refused, now: datetime) -> Applied | Parked | Wrong:
    """They could not take an order over: the goods stay reserved, and somebody has to look."""
    if message.order_id is None or message.order_seq is None:
        return Wrong("wms_contradicts", "It names no order, or not which state of it.")
    run(ANSWERED, ["refused", now, body.reason, connection.id, message.order_id, message.order_seq])
    record_events([message_event(MESSAGE_REFUSED, message.id, message.order_id, connection.warehouse_id, now)])
    detail = {"reason": body.reason, "order": message.order_id}
    title = "an order was not taken over"
    open_message_case(message.id, connection.warehouse_id, "wms_refused", title, detail, now=now)
    return Applied(body.reason)


def apply_shipped(connection: Connection, message: Message, body: Shipped, now: datetime) -> Applied | Parked | Wrong:
    """Goods left: reservations become a shipment of ours with their number in its reference."""
    if message.order_id is None:
        return Wrong("wms_contradicts", "It names no order.")
    wanted, lots = quantities_of((line.line_id, line.lot, line.quantity) for line in body.lines)
    if fault := unnamed(connection, message.order_id, wanted, lots):
        return Wrong("wms_contradicts", fault)
    left = goods_left(
        ShipOrder(
            order_id=message.order_id,
            source_ref=f"{connection.shipment_prefix}{body.shipment_id}",
            shipped_at=min(message.said_at, now),
            lines=wanted,
            warehouse_id=connection.warehouse_id,
            carrier=body.carrier,
            tracking=body.tracking,
            lots=lots,
        ),
        actor=SYSTEM,
        now=now,
    )
    tell_warehouses([message.order_id], now=now)
    if left.other_lots:
        open_other_lots(connection, message, body, left.other_lots, now)
    if left.refused is None and not left.over:
        return Applied()
    return _too_much(connection, message, body, dict(left.over), left.refused.detail if left.refused else "", now)


def _too_much(
    connection: Connection, message: Message, body: Shipped, over: dict[UUID, Decimal], why: str, now: datetime
) -> Applied:
    """Goods are gone that nobody should have got: out of our books as well where they are free, and a case."""
    gone = gone_of(body, over)
    ref = f"{connection.shipment_prefix}{body.shipment_id}:over"
    not_booked = goods_gone(connection, gone, source_ref=ref, occurred_at=min(message.said_at, now))
    code = "wms_contradicts" if why else "over_pick"
    detail = {
        "order": message.order_id,
        "shipment": body.shipment_id,
        "too_much": ", ".join(f"{q} {sku}{f' of lot {lot}' if lot else ''}" for (sku, lot), q in sorted(gone.items())),
        "why": why or "More was shipped than the order wants.",
        "not_booked": ", ".join(not_booked),
    }
    title = "goods left that should not have" if why else "more was picked than was asked for"
    open_message_case(message.id, connection.warehouse_id, code, title, detail, now=now)
    return Applied(why or "More was shipped than the order wants.")


def apply_short_picked(
    connection: Connection, message: Message, body: ShortPicked, now: datetime
) -> Applied | Parked | Wrong:
    """Goods were not found: they are held until they are counted, the lines wait or are served from elsewhere."""
    if message.order_id is None:
        return Wrong("wms_contradicts", "It names no order.")
    missing, lots = quantities_of((line.line_id, line.lot, line.missing) for line in body.lines)
    if fault := unnamed(connection, message.order_id, missing, lots):
        return Wrong("wms_contradicts", fault)
    lost = goods_missing(
        message.order_id,
        missing,
        connection.warehouse_id,
        lots=lots,
        source_ref=f"{connection.shipment_prefix}pick:{body.pick_id}",
        actor=SYSTEM,
        now=now,
    )
    if lost:
        open_short_cases(connection, message, dict(lost.values()), now)
        record_events([message_event(ORDER_SHORT, message.id, message.order_id, connection.warehouse_id, now)])
    tell_warehouses([message.order_id], now=now)
    return Applied()


def apply_returned(connection: Connection, message: Message, body: Returned, now: datetime) -> Applied | Parked | Wrong:
    """Goods came back: credited, and on hold until somebody has looked at them.

    What is not invoiced yet waits a little for its invoice.
    """
    if message.order_id is None:
        return Wrong("wms_contradicts", "It names no order.")
    back: dict[UUID, Decimal] = {}
    for line in body.lines:
        back[line.line_id] = back.get(line.line_id, NOTHING) + line.quantity
    conditions = ", ".join(sorted({line.condition for line in body.lines}))
    wanted = GiveBack(
        order_id=message.order_id,
        source_ref=f"{connection.shipment_prefix}return:{body.return_id}",
        lines=back,
        restock=True,
        reason=f"Came back: {conditions}",
        inspect=True,
    )
    refused = give_back_in(wanted, actor=SYSTEM, now=now)
    if not refused:
        return Applied("On hold until it is inspected.")
    if refused[0].code == "more_than_sold" and now - message.received_at < WAIT_FOR_INVOICE:
        return Parked(refused[0].detail)
    return Wrong("wms_contradicts", refused[0].detail)
