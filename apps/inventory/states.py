"""The life of a supply."""

from typing import Final

from ordercash.kernel.states import StateTable

# What comes of it moves it to "in transit" at least; closing one of which something came receives it, else it is cancelled.
SUPPLY: Final = StateTable(
    "supply",
    {
        ("planned", "confirm"): "confirmed",
        ("planned", "send"): "in_transit",
        ("planned", "receive"): "received",
        ("planned", "close"): "cancelled",
        ("confirmed", "send"): "in_transit",
        ("confirmed", "receive"): "received",
        ("confirmed", "close"): "cancelled",
        ("in_transit", "receive"): "received",
        ("in_transit", "close"): "cancelled",
    },
)

# The verb that brings a supply to a status which a person may name.
SUPPLY_VERBS: Final = {"confirmed": "confirm", "in_transit": "send"}
