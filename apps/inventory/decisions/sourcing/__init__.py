"""From where an order is served: the exact optimum of costs under a rulebook, and what was rejected for it.

The model, so that anybody can check it by counting units (tests/inventory/test_sourcing_optimum.py does):

Choose for each line how many of its smallest units come from each warehouse, at most what is free there and nothing that a restriction
forbids. A warehouse that sends anything sends one parcel, and there are at most `most_parcels`. Under `capacity: keep` a warehouse picks
at most the lines that its day has left. `lines` says whether a line may come from several warehouses.

1. As little value as can be is left unserved: a line's net amount counts evenly over its units, each unit a little even when it is free.
2. Then the cost is least: for each parcel the cheapest price of any carrier's table whose step holds its weight, the work per parcel and
   the days that it travels; for each pick (a line from a warehouse) the work; for each parcel beyond the first the penalty.
3. Then the parcels are fewest, and of the warehouses the first in the order in which they are asked.
"""

from apps.inventory.decisions.sourcing.choosing import choose
from apps.inventory.decisions.sourcing.facts import (
    Alternative,
    Parcel,
    Picked,
    Place,
    Sourced,
    SourcingFacts,
    Wish,
)
from apps.inventory.decisions.sourcing.rules import Rules, compile_rules

__all__ = [
    "Alternative",
    "Parcel",
    "Picked",
    "Place",
    "Rules",
    "Sourced",
    "SourcingFacts",
    "Wish",
    "choose",
    "compile_rules",
]
