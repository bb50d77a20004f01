"""The plain words that go through the door: what is asked of inventory and what it answers.

Quantities are exact decimals in the product's unit, costs integer minor units of the legal entity's currency, instants UTC.
"""

from apps.inventory.decisions.facts.demand import (
    DemandLine,
    LineStanding,
    LineTag,
    OrderTag,
    Released,
    ReleaseItem,
    Reserved,
)
from apps.inventory.decisions.facts.feeds import FeedTold, Latency
from apps.inventory.decisions.facts.places import Availability, WarehouseDraft, WarehouseFacts
from apps.inventory.decisions.facts.receiving import AdjustmentDraft, MovementResult, ReceiptDraft, ReceivedDue
from apps.inventory.decisions.facts.refusals import Refusal
from apps.inventory.decisions.facts.returning import ReturnedLine, ReturnItem, ReturnResult
from apps.inventory.decisions.facts.shipping import ShipmentFacts, ShippedLine, ShipRequest, ShipResult

__all__ = [
    "AdjustmentDraft",
    "Availability",
    "DemandLine",
    "FeedTold",
    "Latency",
    "LineStanding",
    "LineTag",
    "MovementResult",
    "OrderTag",
    "ReceiptDraft",
    "ReceivedDue",
    "Refusal",
    "ReleaseItem",
    "Released",
    "Reserved",
    "ReturnItem",
    "ReturnResult",
    "ReturnedLine",
    "ShipRequest",
    "ShipResult",
    "ShipmentFacts",
    "ShippedLine",
    "WarehouseDraft",
    "WarehouseFacts",
]
