"""The document of the kind `inventory.sourcing`: what it costs to send goods from a warehouse, and what may not be sent."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

# What conditions may read: of the order and where it goes, of the warehouse, and of a line.
OF_PARCELS: Final[Mapping[str, str]] = {
    "country": "string", "customer_group": "string", "channel": "string", "warehouse": "string", "warehouse_country": "string",
    "zone": "string", "km": "number",
}  # fmt: skip
OF_LINES: Final[Mapping[str, str]] = {**OF_PARCELS, "sku": "string", "category": "string", "weight_kg": "number"}


def _text_or_whole(value: Any) -> Any:
    if isinstance(value, bool | float):
        raise ValueError('write a number exactly, such as 12 or "2.55"')
    return value


Number = Annotated[Decimal, BeforeValidator(_text_or_whole), Field(ge=0, le=Decimal("1000000000"), decimal_places=6)]
Amounts = Mapping[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Number]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
When = Annotated[str, Field(min_length=1, max_length=2000)]


class Part(BaseModel):
    """A part of the document: nothing in it that it does not name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Zone(Part):
    """Destinations up to `to_km` from a warehouse, as the crow flies, in these countries. The first that fits counts; the last fits all."""

    name: Name
    to_km: Annotated[int, Field(ge=0, le=30_000)] | None = None
    countries: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()


class Step(Part):
    """What a parcel up to this weight costs; without `to_kg`: of any weight."""

    to_kg: Number | None = None
    cost: Amounts


class Carrier(Part):
    """Who takes parcels, from which warehouses (empty: all), where `when` holds, and its table by zone."""

    name: Name
    when: When | None = None
    from_warehouses: tuple[str, ...] = ()
    zones: Mapping[Name, tuple[Step, ...]]


class Handling(Part):
    """What a warehouse's work costs: for each parcel, and for each line that is picked for it."""

    per_parcel: Amounts = {}
    per_pick: Amounts = {}


class LeadTime(Part):
    """How long a parcel travels by zone, and what a day of it is worth."""

    days_by_zone: Mapping[Name, Annotated[int, Field(ge=0, le=365)]] = {}
    cost_per_day: Amounts = {}


class Restriction(Part):
    """What a warehouse may not send: the lines for which `when` holds."""

    name: Name
    when: When


class Sourcing(Part):
    """From where an order is served: at the least unserved value, then at the least cost.

    `capacity` keep: no warehouse is given more lines than it can pick on the day; warn: it is only told. `lines`: whole: a line comes
    from one warehouse; split_when_short: unless none has all of it; split: as is cheapest.
    """

    zones: Annotated[tuple[Zone, ...], Field(min_length=1, max_length=20)]
    carriers: Annotated[tuple[Carrier, ...], Field(min_length=1, max_length=50)]
    handling: Handling = Handling()
    split_penalty: Amounts = {}
    lead_time: LeadTime = LeadTime()
    restrictions: tuple[Restriction, ...] = ()
    capacity: Literal["keep", "warn"] = "keep"
    most_parcels: Annotated[int, Field(ge=1, le=6)] = 3
    lines: Literal["whole", "split_when_short", "split"] = "split_when_short"
