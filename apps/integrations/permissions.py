"""Who may look after the connections to other systems."""

from collections.abc import Mapping
from typing import Final

VIEW_WAREHOUSE_MESSAGES: Final = "integrations.view_warehouse_messages"
MANAGE_WAREHOUSE_CONNECTIONS: Final = "integrations.manage_warehouse_connections"
SEND_AGAIN: Final = "integrations.send_again"

PERMISSIONS: Final[Mapping[str, str]] = {
    "view_warehouse_messages": "See connections to warehouse systems and their messages",
    "manage_warehouse_connections": "Connect warehouse systems and change their connections",
    "send_again": "Send a message to a warehouse system again, or dismiss it",
}
