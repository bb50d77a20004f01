"""The small tables that hardly change, kept in the process for some seconds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from ordercash.kernel.remembered import remembered
from ordercash.kernel.sql import fetch


@dataclass(frozen=True, slots=True)
class EntityFacts:
    """A legal entity of ours, with what its documents print."""

    id: UUID
    code: str
    country: str
    currency: str
    time_zone: str
    name: str = ""
    vat_id: str = ""
    registration_number: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    postal_code: str = ""
    email: str = ""
    iban: str = ""
    bic: str = ""


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """A way in for orders; `trusts_prices` says that its prices are agreed and not ours to find."""

    id: UUID
    code: str
    region_id: UUID
    region_code: str
    trusts_prices: bool


@remembered(seconds=5)
def entities_by_code() -> dict[str, EntityFacts]:
    """Return every legal entity by code; callers do not change the answer."""
    rows = fetch(
        "SELECT id, code, country, currency, time_zone, name, vat_id, registration_number, line1, line2, city, postal_code,"
        " email, iban, bic FROM masterdata_legalentity ORDER BY code"
    )
    return {row[1]: EntityFacts(*row) for row in rows}


@remembered(seconds=5)
def entities_by_id() -> dict[UUID, EntityFacts]:
    """Return every legal entity by id; callers do not change the answer."""
    return {entity.id: entity for entity in entities_by_code().values()}


@remembered(seconds=5)
def channels_by_code() -> dict[str, ChannelFacts]:
    """Return every channel by code; callers do not change the answer."""
    rows = fetch(
        "SELECT c.id, c.code, r.id, r.code, c.trusts_prices FROM masterdata_channel c"
        " JOIN masterdata_region r ON r.id = c.region_id ORDER BY c.code"
    )
    return {row[1]: ChannelFacts(*row) for row in rows}


@remembered(seconds=5)
def currencies() -> dict[str, int]:
    """Return the active currencies with the decimals of their minor unit (ISO 4217)."""
    return dict(fetch("SELECT code, decimals FROM masterdata_currency WHERE is_active ORDER BY code"))  # type: ignore[arg-type]


@remembered(seconds=5)
def units() -> dict[str, int]:
    """Return the units of measure with the decimals that their quantities may have."""
    return dict(fetch("SELECT code, decimals FROM masterdata_unitofmeasure ORDER BY code"))  # type: ignore[arg-type]


@remembered(seconds=5)
def customer_groups() -> dict[str, UUID]:
    """Return the ids of the customer groups by code."""
    return dict(fetch("SELECT code, id FROM masterdata_customergroup ORDER BY code"))  # type: ignore[arg-type]


def exchange_rates(keys: Collection[tuple[str, str, date]]) -> dict[tuple[str, str, date], Decimal]:
    """Return, per (base, quote, day), how many units of quote one of base was worth: the latest rate of that day or before.

    Only rates as they are kept; a missing pair is missing in the answer. The inverse is the caller's to ask for.
    """
    wanted = list(keys)
    if not wanted:
        return {}
    bases, quotes, days = zip(*wanted, strict=True)
    rows = fetch(
        "SELECT w.base, w.quote, w.day, r.rate FROM unnest(%s::text[], %s::text[], %s::date[]) AS w(base, quote, day)"
        " CROSS JOIN LATERAL (SELECT x.rate FROM masterdata_exchangerate x WHERE x.base = w.base AND x.quote = w.quote"
        " AND x.rate_date <= w.day ORDER BY x.rate_date DESC LIMIT 1) r",
        [list(bases), list(quotes), list(days)],
    )
    return {(base, quote, day): rate for base, quote, day, rate in rows}


@dataclass(frozen=True, slots=True)
class DatedRate:
    """One of the base was worth `rate` of the quote on `rate_date`, as `source` published it ("" when nobody said)."""

    rate: Decimal
    rate_date: date
    source: str


def dated_rates(keys: Collection[tuple[str, str, date]]) -> dict[tuple[str, str, date], DatedRate]:
    """Return the rates of `exchange_rates` with the day that each is of and its source; one statement, none for no key."""
    wanted = list(keys)
    if not wanted:
        return {}
    bases, quotes, days = zip(*wanted, strict=True)
    rows = fetch(
        "SELECT w.base, w.quote, w.day, r.rate, r.rate_date, r.source"
        " FROM unnest(%s::text[], %s::text[], %s::date[]) AS w(base, quote, day)"
        " CROSS JOIN LATERAL (SELECT trim_scale(x.rate) AS rate, x.rate_date, x.source FROM masterdata_exchangerate x"
        " WHERE x.base = w.base AND x.quote = w.quote AND x.rate_date <= w.day ORDER BY x.rate_date DESC LIMIT 1) r",
        [list(bases), list(quotes), list(days)],
    )
    return {(base, quote, day): DatedRate(*found) for base, quote, day, *found in rows}


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where a postal code lies, in degrees, and the part of it that is known: `prefix` "" is the middle of the country."""

    latitude: Decimal
    longitude: Decimal
    prefix: str


def coordinates_of(pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], Coordinates]:
    """Return where each (country, postal code) lies, by the longest prefix that is known; unknown ones have no entry. One statement.

    Codes are compared in capitals and without spaces.
    """
    wanted = list(set(pairs))
    if not wanted:
        return {}
    countries, codes = zip(*wanted, strict=True)
    rows = fetch(
        "SELECT w.country, w.code, p.latitude, p.longitude, p.prefix FROM unnest(%s::text[], %s::text[]) AS w(country, code)"
        " CROSS JOIN LATERAL (SELECT * FROM masterdata_postalplace p WHERE p.country = w.country"
        " AND p.prefix = ANY (SELECT left(upper(replace(w.code, ' ', '')), n) FROM generate_series(0, 20) AS n)"
        " ORDER BY length(p.prefix) DESC LIMIT 1) p",
        [list(countries), list(codes)],
    )
    return {(country, code): Coordinates(*found) for country, code, *found in rows}


def forget_places() -> None:
    """Drop what this process remembers of the small tables; called by whoever changed them."""
    for question in (entities_by_code, entities_by_id, channels_by_code, currencies, units, customer_groups):
        question.forget()
