"""Inspecting what came back, both ways: what a warehouse system found is booked here, what a person found here is told there."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson

from apps.integrations.decisions.wms.bodies import Inspected
from apps.integrations.decisions.wms.telling import text
from apps.integrations.selectors.connections import Connection, active_connections
from apps.integrations.services.wms_outcomes import Applied, Message, Parked, Wrong
from apps.integrations.services.wms_telling import add_messages
from apps.inventory.contract import FindingTold, FoundOnLine, findings_told, inspect_return
from apps.masterdata.contract import product_skus
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import joins

# A return that is not invoiced yet waits for up to a minute, and what was found of it for the return.
WAIT_FOR_RETURN: Final = timedelta(seconds=120)
TOLD_BEFORE: Final = """
SELECT source_ref FROM integrations_warehousemessage WHERE direction = 'out' AND source_ref = ANY(%s::varchar[])
"""


def apply_inspected(
    connection: Connection, message: Message, body: Inspected, now: datetime
) -> Applied | Parked | Wrong:
    """What was found of a return: good goods may be sold, damaged ones are kept apart, scrapped ones left."""
    result = inspect_return(
        f"{connection.shipment_prefix}return:{body.return_id}",
        [FoundOnLine(line.line_id, line.good, line.damaged, line.scrapped) for line in body.lines],
        source_ref=f"{connection.shipment_prefix}inspection:{body.inspection_id}",
        occurred_at=min(message.said_at, now),
        note="Inspected by the warehouse system",
        now=now,
        actor=SYSTEM,
    )
    if not result.refused:
        return Applied("" if result.made else "It was booked before.")
    first = result.refused[0]
    if first.code == "unknown_return" and now - message.received_at < WAIT_FOR_RETURN:
        return Parked(first.detail)
    return Wrong("wms_contradicts", first.detail)


@joins
def tell_inspected(finding_ids: Collection[UUID], *, now: datetime) -> int:
    """Tell warehouse systems what was found here of returns that they told of; returns the number of messages. Safe to repeat."""
    connections = {each.warehouse_id: each for each in active_connections()}
    found = [told for told in findings_told(finding_ids) if _is_news(connections.get(told.warehouse_id), told)]
    before = {row[0] for row in fetch(TOLD_BEFORE, [[_ref(told) for told in found]])} if found else set()
    skus = product_skus({told.product_id for told in found})
    rows = []
    for told in found:
        if _ref(told) in before:
            continue
        connection = connections[told.warehouse_id]
        payload = _payload(connection, told, skus[told.product_id])
        place = (new_id(), connection.id, "out", "inspection", _ref(told), told.order_id, None)
        rows.append((*place, payload, "waiting", now, now))
    add_messages(rows)
    return len(rows)


def _ref(told: FindingTold) -> str:
    return f"inspection:{told.id}"


def _is_news(connection: Connection | None, told: FindingTold) -> bool:
    """Say whether a system knows the return, and not yet what was found of it."""
    if connection is None or told.source_ref.startswith(connection.shipment_prefix):
        return False
    return told.return_ref.startswith(f"{connection.shipment_prefix}return:")


def _payload(connection: Connection, told: FindingTold, sku: str) -> str:
    parts = {"good": text(told.good), "damaged": text(told.damaged), "scrapped": text(told.scrapped)}
    return orjson.dumps(
        {
            "inspection_id": str(told.id),
            "return_id": told.return_ref.removeprefix(f"{connection.shipment_prefix}return:"),
            "lines": [{"line_id": str(told.line_id), "sku": sku, **parts}],
        }
    ).decode()
