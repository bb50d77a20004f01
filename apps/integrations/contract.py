"""The door of integrations: what the project's wiring registers on its behalf, and telling warehouse systems of orders."""

from collections.abc import Mapping
from typing import Final

from apps.exceptions.contract import Resolution
from apps.integrations.decisions.reasons import ROW_REASONS
from apps.integrations.permissions import SEND_AGAIN
from apps.integrations.services.wms_connections import dismiss_messages, send_again
from apps.integrations.services.wms_counts import book_counts, count_again, leave_counts
from apps.integrations.services.wms_inspecting import tell_inspected
from apps.integrations.services.wms_jobs import JOBS
from apps.integrations.services.wms_telling import tell_warehouses

__all__ = [
    "JOBS",
    "MESSAGE_RESOLUTIONS",
    "ROW_REASONS",
    "STOCK_RESOLUTIONS",
    "WAREHOUSE_REASONS",
    "tell_inspected",
    "tell_warehouses",
]

_ADJUST: Final = "inventory.adjust_stock"

# Reasons with their title, the queue that works on them and the hours within which they should be settled.
WAREHOUSE_REASONS: Final[Mapping[str, tuple[str, str, int]]] = {
    "count_difference": ("A count differs from our books", "warehouse", 24),
    "short_pick": ("Goods were not found where they should lie", "warehouse", 8),
    "over_pick": ("More left than was asked for", "warehouse", 24),
    "lot_differs": ("Another lot left than was reserved", "warehouse", 24),
    "wms_contradicts": ("A warehouse system contradicts what we know", "warehouse", 8),
    "wms_refused": ("A warehouse system refused what it was told", "warehouse", 4),
    "feed_stopped": ("The system of a warehouse is silent", "integration", 1),
    "message_dead": ("A message could not be delivered", "integration", 4),
}
STOCK_RESOLUTIONS: Final = {
    "book_count": Resolution("Book the count", _ADJUST, book_counts, needs_note=True),
    "count_again": Resolution("Count again", _ADJUST, count_again),
    "leave": Resolution("Leave as it is", _ADJUST, leave_counts, needs_note=True),
}
MESSAGE_RESOLUTIONS: Final = {
    "send_again": Resolution("Try again", SEND_AGAIN, send_again),
    "dismiss": Resolution("Leave as it is", SEND_AGAIN, dismiss_messages, needs_note=True),
}
