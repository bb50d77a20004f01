"""Scheduled work with warehouse systems; `manage.py warehouse_messages` does the same without pause."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.audit.contract import JobContext
from apps.integrations.selectors.connections import active_connections
from apps.integrations.services.wms_applying import apply_messages
from apps.integrations.services.wms_cycles import count_in_turn
from apps.integrations.services.wms_http import over_http
from apps.integrations.services.wms_polling import poll_all
from apps.integrations.services.wms_sending import send_waiting
from apps.inventory.contract import Latency, expect_feeds, keep_latencies
from ordercash.kernel import clock
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import writes

AT_ONCE: Final = 20

# A minute is measured once it is over, and again while messages of it are still applied.
MEASURED: Final = """
SELECT c.warehouse_id, date_trunc('minute', m.applied_at), count(*),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY t.ms), percentile_disc(0.99) WITHIN GROUP (ORDER BY t.ms), max(t.ms)
  FROM integrations_warehousemessage m JOIN integrations_warehouseconnection c ON c.id = m.connection_id
 CROSS JOIN LATERAL (SELECT least(greatest(extract(epoch FROM m.applied_at - m.sent_at) * 1000, 0), 2000000000)::int AS ms) t
 WHERE m.direction = 'in' AND m.state = 'applied' AND m.kind IN ('stock', 'counted', 'shipped') AND m.applied_at >= %s AND m.applied_at < %s
 GROUP BY 1, 2
"""


def send_messages(context: JobContext) -> Mapping[str, int]:
    """Job: send what waits and apply what came."""
    done = apply_messages(now=context.now)
    sent = send_waiting(over_http(clock.now), now=context.now, most=AT_ONCE)
    return {"sent": sent, "applied": done.applied, "parked": done.parked, "refused": done.refused}


def poll_warehouses(context: JobContext) -> Mapping[str, int]:
    """Job: ask for what did not come by itself."""
    expect_connected(now=context.now)
    return {"messages": poll_all(over_http(clock.now), now=context.now)}


@writes
def expect_connected(*, now: datetime) -> None:
    """Expect every connected system to speak, also those that were connected before anybody watched."""
    expect_feeds([connection.warehouse_id for connection in active_connections()], now=now)


def measure_sync(context: JobContext) -> Mapping[str, int]:
    """Job: how long the messages of the last minutes took from their word to our row."""
    return {"minutes": measure_minutes(until=context.now)}


@writes
def measure_minutes(*, until: datetime, minutes: int = 10) -> int:
    """Measure the whole minutes before an instant; returns how many had messages."""
    end = until.replace(second=0, microsecond=0)
    found = fetch(MEASURED, [end - timedelta(minutes=minutes), end])
    keep_latencies([Latency(UUID(str(row[0])), *row[1:]) for row in found])
    return len(found)


# Each with its first schedule in seconds, which the jobs page may change, and what people call it.
JOBS: Final = {
    "integrations.send_warehouse_messages": (send_messages, 5, "Send messages to warehouse systems, apply theirs"),
    "integrations.poll_warehouses": (poll_warehouses, 15, "Ask warehouse systems for what did not come"),
    "integrations.count_in_turn": (count_in_turn, 3_600, "Ask warehouse systems for the counts of the day"),
    "integrations.measure_sync": (measure_sync, 60, "Measure how long their messages take"),
}
