"""Promises as they are told: whose they are, and the names of the supplies behind them."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from ordercash.kernel.sql import fetch

NAMES: Final = "SELECT id, number FROM inventory_supply WHERE id = ANY(%s::uuid[])"
CUSTOMERS: Final = "SELECT line_id, customer_id FROM inventory_backorder WHERE line_id = ANY(%s::uuid[])"


def customers_of(line_ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """Return whose the waiting lines are, by line id; one statement, none for nothing."""
    return dict(fetch(CUSTOMERS, [sorted(line_ids)])) if line_ids else {}  # type: ignore[arg-type]


def supply_names(ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the numbers of supplies by id; one statement, none for nothing."""
    return dict(fetch(NAMES, [sorted(ids)])) if ids else {}  # type: ignore[arg-type]
