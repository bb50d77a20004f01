"""The tone of a state: which colour its badge has. The words of all domains may be told here at start."""

from collections.abc import Mapping
from typing import Final

TONES: Final = ("neutral", "info", "good", "warn", "bad")

_tones: dict[str, str] = {
    **dict.fromkeys(("draft", "cancelled", "retired", "closed", "skipped", "inactive", "queued", "due"), "neutral"),
    **dict.fromkeys(("open", "claimed", "running", "confirmed", "issued", "in_review", "partly_shipped", "shipped", "owed"), "info"),
    **dict.fromkeys(("done", "active", "approved", "resolved", "settled", "paid", "invoiced", "ok", "matched", "billed"), "good"),
    **dict.fromkeys(("held", "waiting", "partly_paid", "partly_used", "soft_closed", "backordered", "unapplied", "late"), "warn"),
    **dict.fromkeys(("failed", "overdue", "blocked", "refused", "broken", "rejected", "breached"), "bad"),
}  # fmt: skip


def register_tones(tones: Mapping[str, str]) -> None:
    """Say the tone of further state words; a tone is neutral, info, good, warn or bad."""
    unknown = set(tones.values()) - set(TONES)
    if unknown:
        raise ValueError(f"Unknown tones: {', '.join(sorted(unknown))}")
    _tones.update(tones)


def state_tone(state: str) -> str:
    """Return the tone of a state word, neutral when nobody told it."""
    return _tones.get(state, "neutral")


def state_label(state: str) -> str:
    """Return the word for people: "partly_shipped" reads "Partly shipped"."""
    return state.replace("_", " ").capitalize()
