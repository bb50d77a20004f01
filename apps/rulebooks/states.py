"""The life of a version until it is approved. When it is in force is said by its activations, see decisions/phases.py."""

from ordercash.kernel.states import StateTable

VERSION = StateTable(
    "rulebook version",
    {
        ("draft", "save"): "draft",
        ("draft", "submit"): "in_review",
        ("in_review", "reject"): "draft",
        ("in_review", "approve"): "approved",
        ("approved", "activate"): "approved",
    },
)
