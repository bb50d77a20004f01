"""Who belonged to the VAT area of the European Union on a day (Council Directive 2006/112/EC and the accession treaties)."""

from datetime import date
from typing import Final

_FOUNDED: Final = date(1993, 1, 1)
_MEMBERS: Final[dict[str, tuple[date, date | None]]] = {
    **dict.fromkeys(("BE", "DE", "DK", "ES", "FR", "GR", "IE", "IT", "LU", "NL", "PT"), (_FOUNDED, None)),
    # The United Kingdom was treated as a member until its transition period ended.
    "GB": (_FOUNDED, date(2021, 1, 1)),
    **dict.fromkeys(("AT", "FI", "SE"), (date(1995, 1, 1), None)),
    **dict.fromkeys(("CY", "CZ", "EE", "HU", "LT", "LV", "MT", "PL", "SI", "SK"), (date(2004, 5, 1), None)),
    **dict.fromkeys(("BG", "RO"), (date(2007, 1, 1), None)),
    "HR": (date(2013, 7, 1), None),
}


def is_member(country: str, on_date: date) -> bool:
    """Say whether the country (ISO 3166) belonged to the EU's VAT area on the day."""
    joined, left = _MEMBERS.get(country, (None, None))
    return joined is not None and joined <= on_date and (left is None or on_date < left)
