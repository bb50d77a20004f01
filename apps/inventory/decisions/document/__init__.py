"""The rulebooks of inventory by their kind: how each is called wherever it is written, approved, decided by and replayed."""

from typing import Final

AVAILABILITY: Final = "inventory.availability"
SOURCING: Final = "inventory.sourcing"
ALLOCATION: Final = "inventory.allocation"
BACKORDERS: Final = "inventory.backorders"
FRESHNESS: Final = "inventory.freshness"
