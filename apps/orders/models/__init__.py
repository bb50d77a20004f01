"""The nouns of the journey: orders with their lines, returns, and the documents that both came from."""

from apps.orders.models.intake import IntakeDocument, IntakeRow
from apps.orders.models.order import FloorOverride, Order, OrderLine
from apps.orders.models.returns import ReturnLine, ReturnRequest

__all__ = ["FloorOverride", "IntakeDocument", "IntakeRow", "Order", "OrderLine", "ReturnLine", "ReturnRequest"]
