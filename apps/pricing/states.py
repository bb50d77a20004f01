"""The life of a rebate agreement."""

from typing import Final

from ordercash.kernel.states import StateTable

REBATE: Final = StateTable(
    "rebate agreement",
    {
        ("draft", "approve"): "approved",
        ("draft", "discard"): "discarded",
        ("approved", "end"): "ended",
    },
)
