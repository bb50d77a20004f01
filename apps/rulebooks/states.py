"""The life of a version. What is activated for a later instant is active already and waits for it."""

from ordercash.kernel.states import StateTable

VERSION = StateTable(
    "rulebook version",
    {
        ("draft", "save"): "draft",
        ("draft", "submit"): "in_review",
        ("in_review", "reject"): "draft",
        ("in_review", "approve"): "approved",
        ("approved", "activate"): "active",
        ("active", "retire"): "retired",
    },
)
