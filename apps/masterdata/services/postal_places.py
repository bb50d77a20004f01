"""Where postal codes lie, from a file in the columns of GeoNames: what counts for a code is the longest part of it that is known."""

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Final, NamedTuple

from ordercash.kernel.errors import DomainError
from ordercash.kernel.sql import columns_of, fetch
from ordercash.kernel.transactions import writes

AT_ONCE: Final = 10_000
# country, code, place, three pairs of regions, latitude, longitude, accuracy
_CODE, _LATITUDE, _LONGITUDE = 1, 9, 10

KEEP = """
INSERT INTO masterdata_postalplace AS p (id, country, prefix, latitude, longitude)
SELECT new_id(), country, prefix, round(avg(latitude), 5), round(avg(longitude), 5)
  FROM unnest(%s::varchar[], %s::varchar[], %s::numeric[], %s::numeric[]) AS f (country, prefix, latitude, longitude)
 GROUP BY country, prefix ORDER BY country, prefix
ON CONFLICT (country, prefix) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude
   WHERE (p.latitude, p.longitude) IS DISTINCT FROM (excluded.latitude, excluded.longitude)
RETURNING 1
"""


class PlacesUnreadable(DomainError):
    """A line of the file is not as it should be."""

    code, title = "places_unreadable", "The postal places cannot be read"


class Place(NamedTuple):
    """Where the postal codes of a country that begin with `prefix` lie, in degrees."""

    country: str
    prefix: str
    latitude: Decimal
    longitude: Decimal


def read_places(lines: Iterable[str]) -> Iterator[Place]:
    """Yield the places of a file: columns parted by tabs, no header; an empty code is the middle of the country."""
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.rstrip("\r\n").split("\t")
        try:
            place = Place(
                parts[0].strip().upper(),
                parts[_CODE].replace(" ", "").upper(),
                round(Decimal(parts[_LATITUDE]), 5),
                round(Decimal(parts[_LONGITUDE]), 5),
            )
        except (IndexError, InvalidOperation) as error:
            raise PlacesUnreadable(
                f"Line {number} has no code, latitude and longitude where GeoNames has them."
            ) from error
        if not (abs(place.latitude) <= 90 and abs(place.longitude) <= 180 and len(place.country) == 2):
            raise PlacesUnreadable(f"Line {number} lies nowhere on earth.")
        yield place


@writes
def keep_places(*, places: Iterable[Place]) -> tuple[int, int]:
    """Keep postal places and correct those that are known; several of one code lie in their middle. Returns how many were read and changed.

    The file is sorted by country and code, as GeoNames' is: a code that comes back after others is taken as its last part.
    """
    read = changed = 0
    rows = iter(places)
    while chunk := list(islice(rows, AT_ONCE)):
        read += len(chunk)
        changed += len(fetch(KEEP, columns_of(chunk, 4)))
    return read, changed
