"""The lives of a rebate agreement, of a batch of prices and of a quote."""

from typing import Final

from ordercash.kernel.states import StateTable

REBATE: Final = StateTable(
    "rebate agreement",
    {
        ("draft", "approve"): "approved",
        ("draft", "change"): "draft",
        ("draft", "discard"): "discarded",
        ("approved", "end"): "ended",
    },
)

BATCH: Final = StateTable(
    "price batch",
    {
        ("reading", "show"): "ready",
        ("reading", "fail"): "failed",
        ("ready", "show"): "ready",
        ("ready", "write"): "writing",
        ("ready", "discard"): "discarded",
        ("writing", "finish"): "done",
        ("writing", "show"): "ready",
        ("failed", "discard"): "discarded",
    },
)

# When an open quote can be used is said by its period; nothing switches it.
QUOTE: Final = StateTable(
    "quote",
    {
        ("open", "order"): "ordered",
        ("open", "withdraw"): "withdrawn",
    },
)
