"""How far two places on earth are apart, as the crow flies."""

from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import Final

EARTH_KM: Final = 6371.0088  # the mean radius (IUGG)


def km_between(a: tuple[Decimal, Decimal], b: tuple[Decimal, Decimal]) -> int:
    """Return the great-circle distance of two (latitude, longitude) in degrees, by haversine, in whole kilometres."""
    (north, east), (north_too, east_too) = (tuple(map(radians, place)) for place in (a, b))
    half = sin((north_too - north) / 2) ** 2 + cos(north) * cos(north_too) * sin((east_too - east) / 2) ** 2
    return round(2 * EARTH_KM * asin(min(1.0, sqrt(half))))
