"""The life of a case."""

from ordercash.kernel.states import StateTable

CASE = StateTable(
    "case",
    {
        ("open", "claim"): "claimed",
        ("claimed", "release"): "open",
        ("open", "assign"): "claimed",
        ("claimed", "assign"): "claimed",
        ("open", "resolve"): "resolved",
        ("claimed", "resolve"): "resolved",
        ("open", "cancel"): "cancelled",
        ("claimed", "cancel"): "cancelled",
    },
)
