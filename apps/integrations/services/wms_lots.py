"""Lots in what warehouse systems say of orders: which were picked, which were not there, which left instead of others."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.integrations.decisions.wms.bodies import Shipped
from apps.integrations.decisions.wms.telling import text
from apps.integrations.selectors.connections import Connection
from apps.integrations.services.wms_cases import open_message_case
from apps.integrations.services.wms_outcomes import Message
from apps.inventory.contract import lines_in_lots

NOTHING: Final = Decimal(0)
Lots = dict[UUID, dict[str, Decimal]]


def quantities_of(lines: Iterable[tuple[UUID, str | None, Decimal]]) -> tuple[dict[UUID, Decimal], Lots]:
    """Add up lines (id, lot, quantity): by line, and by line and lot where lots are named."""
    all_of: dict[UUID, Decimal] = {}
    lots: Lots = {}
    for line_id, lot, quantity in lines:
        all_of[line_id] = all_of.get(line_id, NOTHING) + quantity
        if lot:
            of_line = lots.setdefault(line_id, {})
            of_line[lot] = of_line.get(lot, NOTHING) + quantity
    return all_of, lots


def unnamed(connection: Connection, order_id: UUID, quantities: Mapping[UUID, Decimal], lots: Lots) -> str:
    """Return what is wrong where a line is reserved from lots and not all of it is said to be of one; "" otherwise."""
    short = [
        line_id for line_id, quantity in quantities.items() if sum(lots.get(line_id, {}).values(), NOTHING) < quantity
    ]
    found = sorted(lines_in_lots(order_id, connection.warehouse_id, short))
    return (
        f"Line {found[0]} is kept in lots: say it again under another id, with the lot of all of it." if found else ""
    )


def gone_of(body: Shipped, over: Mapping[UUID, Decimal]) -> dict[tuple[str, str], Decimal]:
    """Return by SKU and lot what of a shipment belongs to nobody, the lots that were named last first."""
    rest, gone = dict(over), dict[tuple[str, str], Decimal]()
    for line in reversed(body.lines):
        if part := min(line.quantity, rest.get(line.line_id, NOTHING)):
            key = (line.sku, line.lot or "")
            gone[key] = gone.get(key, NOTHING) + part
            rest[line.line_id] -= part
    return gone


def open_other_lots(
    connection: Connection, message: Message, body: Shipped, other: Mapping[UUID, Mapping[str, Decimal]], now: datetime
) -> None:
    """Open a case for goods of lots that were not free to leave: our books have others less instead."""
    skus = {line.line_id: line.sku for line in body.lines}
    parts = [
        f"{text(quantity)} {skus[line_id]} of lot {lot}"
        for line_id, lots in other.items()
        for lot, quantity in lots.items()
    ]
    detail = {
        "order": message.order_id,
        "shipment": body.shipment_id,
        "left": ", ".join(sorted(parts)),
        "booked": "From the lots that were reserved: count these lots.",
    }
    title = "other lots left than were reserved"
    open_message_case(message.id, connection.warehouse_id, "lot_differs", title, detail, now=now)
