"""The words of notices. A language that is not here is spoken in English."""

from collections.abc import Mapping
from typing import Any, Final

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "first_promise": "A part of your order is not in stock. It will leave by {day}.",
        "promise_moved": "A part of your order will leave by {day}, not on the day that we told you before.",
        "part_shipped": "A part of your order is on its way; the rest follows.",
        "cancelled": "Your order, or a part of it, was cancelled.",
        "substituted": "A part of your order is delivered as a similar product.",
    },
    "de": {
        "first_promise": "Ein Teil Ihrer Bestellung ist nicht auf Lager. Er geht bis {day} ab.",
        "promise_moved": "Ein Teil Ihrer Bestellung geht bis {day} ab, nicht wie bisher angekündigt.",
        "part_shipped": "Ein Teil Ihrer Bestellung ist unterwegs; der Rest folgt.",
        "cancelled": "Ihre Bestellung oder ein Teil davon wurde storniert.",
        "substituted": "Ein Teil Ihrer Bestellung wird durch ein ähnliches Produkt ersetzt.",
    },
}
NO_DAY: Final = {"en": "a day that is not known yet", "de": "zu einem noch unbekannten Tag"}


def text_of(kind: str, language: str, payload: Mapping[str, Any]) -> str:
    """Return the text of a notice in the language, else in English; of several days it names the last."""
    spoken = language.lower().split("-")[0]
    spoken = spoken if spoken in TEXTS else "en"
    days = [line["promised_on"] for line in payload.get("lines", ()) if line.get("promised_on")]
    return TEXTS[spoken][kind].format(day=max(days, default=NO_DAY[spoken]))
