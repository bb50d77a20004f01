"""Addresses as they are written on a page."""

from typing import Any


def address_lines(address: Any) -> list[str]:
    """Return the lines of an address, empty parts left out."""
    if address is None:
        return []
    place = f"{address.postal_code} {address.city}".strip()
    return [
        part for part in (address.name, address.line1, address.line2, place, address.state, address.country) if part
    ]
