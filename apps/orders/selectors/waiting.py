"""Why orders of a list do not go on: reasons of their case, or lines without goods."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from apps.exceptions.contract import CaseFacts, cases_of
from apps.inventory.contract import backordered_lines
from apps.orders.states import CONFIRMED, HELD, PARTLY_SHIPPED


def waits_for(rows: Sequence[Mapping[str, Any]]) -> dict[UUID, str]:
    """Return a sentence per order that waits; at most three statements for a page of orders."""
    held = [row["id"] for row in rows if row["state"] == HELD]
    running = [row["id"] for row in rows if row["state"] in (CONFIRMED, PARTLY_SHIPPED)]
    reasons = {order_id: _titles(case) for order_id, case in (cases_of("order", held) if held else {}).items()}
    lines = {order_id: _lines(count) for order_id, count in backordered_lines(running).items()}
    return reasons | lines


def _titles(case: CaseFacts) -> str:
    standing = [reason.title for reason in case.reasons if reason.state == "open"]
    return "; ".join(dict.fromkeys(standing))


def _lines(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'} on backorder"
