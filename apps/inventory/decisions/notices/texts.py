"""The words of notices. A language that is not here is spoken in English."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date

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
    """Return the text of a notice in the language, else in English; of several days it names the last, as it is written there."""
    spoken = language.lower().replace("_", "-").split("-")[0]
    spoken = spoken if spoken in TEXTS else "en"
    days = [line["promised_on"] for line in payload.get("lines", ()) if line.get("promised_on")]
    # Days are kept as ISO dates, so the greatest text is the latest day.
    day = _day(date.fromisoformat(max(days)), language, spoken) if days else NO_DAY[spoken]
    return TEXTS[spoken][kind].format(day=day)


def _day(day: date, language: str, spoken: str) -> str:
    """Return a day as people of the language write it: "29 March 2026", "29. März 2026", in en-US "March 29, 2026"."""
    try:
        locale = Locale.parse(language.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse(spoken)
    if locale.language != spoken or str(locale) == "en":
        # English of no country in particular names the day first.
        locale = Locale.parse("en_001" if spoken == "en" else spoken)
    return str(format_date(day, format="long", locale=locale))
