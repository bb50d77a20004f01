"""The systems outside that we are connected with: warehouses, what each was told of an order, and every message both ways."""

from apps.integrations.models.warehouses import (
    Direction,
    MessageState,
    WarehouseConnection,
    WarehouseMessage,
    WarehouseOrder,
)

__all__ = ["Direction", "MessageState", "WarehouseConnection", "WarehouseMessage", "WarehouseOrder"]
