"""Promises as they are told: whose they are, and the names of the supplies behind them."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from ordercash.kernel.sql import fetch

NAMES: Final = "SELECT id, number FROM inventory_supply WHERE id = ANY(%s::uuid[])"
BROKEN: Final = "SELECT count(*) FROM inventory_brokenpromise WHERE supply_id = %s"
CUSTOMERS: Final = "SELECT line_id, customer_id FROM inventory_backorder WHERE line_id = ANY(%s::uuid[])"


def customers_of(line_ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """Return whose the waiting lines are, by line id; one statement, none for nothing."""
    return dict(fetch(CUSTOMERS, [sorted(line_ids)])) if line_ids else {}  # type: ignore[arg-type]


def supply_names(ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the numbers of supplies by id; one statement, none for nothing."""
    return dict(fetch(NAMES, [sorted(ids)])) if ids else {}  # type: ignore[arg-type]


def broken_by(supply_id: UUID) -> int:
    """Return how many promises cannot be kept because of a supply. One statement."""
    return int(fetch(BROKEN, [supply_id])[0][0])


def broken_words(count: int) -> str:
    """Return the sentence about broken promises, "" for none."""
    return f"{count} promise{'' if count == 1 else 's'} cannot be kept because of it." if count else ""
