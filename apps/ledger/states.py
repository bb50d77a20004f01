"""The life of a period. A closed one is final, also for the database."""

from ordercash.kernel.states import StateTable

PERIOD = StateTable(
    "period",
    {
        ("open", "soft_close"): "soft_closed",
        ("open", "close"): "closed",
        ("soft_closed", "reopen"): "open",
        ("soft_closed", "close"): "closed",
    },
)
