"""The connections to warehouse systems."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings

from ordercash.kernel.sql import fetch

FIELDS: Final = """
SELECT id, warehouse_id, base_url, secret_name, is_active, shares_stock, timeout_ms, most_attempts, failures, open_until, last_ok_at, cursor
  FROM integrations_warehouseconnection
"""


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection as it is."""

    id: UUID
    warehouse_id: UUID
    base_url: str
    secret_name: str
    is_active: bool
    shares_stock: bool
    timeout_ms: int
    most_attempts: int
    failures: int
    open_until: datetime | None
    last_ok_at: datetime | None
    cursor: int

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets shared with it; none where the environment names none, and then nothing is sent or believed."""
        found: tuple[str, ...] = settings.ORDERCASH_WMS_SECRETS.get(self.secret_name, ())
        return found

    @property
    def shipment_prefix(self) -> str:
        """How the references of its shipments begin."""
        return f"wms:{self.id}:"


def active_connections() -> list[Connection]:
    """Return the connections that are in use, in the order of their ids."""
    return [Connection(*row) for row in fetch(f"{FIELDS} WHERE is_active ORDER BY id")]


def connection_of(connection_id: UUID) -> Connection | None:
    """Return one connection, in use or not, None for an unknown one."""
    found = fetch(f"{FIELDS} WHERE id = %s", [connection_id])
    return Connection(*found[0]) if found else None


def connection_of_warehouse(warehouse_id: UUID) -> Connection | None:
    """Return the connection of a warehouse that is in use."""
    found = fetch(f"{FIELDS} WHERE warehouse_id = %s AND is_active", [warehouse_id])
    return Connection(*found[0]) if found else None
