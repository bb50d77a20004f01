"""The document of the rulebook kind "pricing.rules": where prices are looked for, and what is given, charged and refused.

The order in which discounts, groups, charges and floors are stored has no meaning: groups run by `order`, then name; inside a group the
higher priority goes first, then the name. Only accesses are a sequence.
"""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from apps.pricing.decisions.document.gives import Amount, Currency, Give, Part, Sku

RULES_KIND: Final = "pricing.rules"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Title = Annotated[str, Field(max_length=200)]
When = Annotated[str, Field(min_length=1, max_length=2000)]
Priority = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Method = Literal["best_for_customer", "highest_priority", "all_in_sequence", "all_on_list"]
Level = Literal["line", "order"]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError("this time zone is not known (IANA names, like Europe/Berlin)") from None
    return name


def _wall_text(value: object) -> object:
    if not isinstance(value, str | datetime.datetime):
        raise ValueError("write the wall time as text, like 2026-06-01T00:00:00")
    return value


def _wall_time(value: datetime.datetime) -> datetime.datetime:
    if value.tzinfo is not None:
        raise ValueError("write the wall time without an offset and name the zone")
    return value


Zone = Annotated[str, AfterValidator(_known_zone)]
WallTime = Annotated[datetime.datetime, BeforeValidator(_wall_text), AfterValidator(_wall_time)]


class Access(Part):
    """One place to look for a price. `when`: it is looked at only where this holds. `other_units`: prices for any unit of the
    product are of use. `final`: what is found here takes no discount (default: agreed prices only).
    """

    name: Name
    source: Literal["agreed_price", "price_list", "parts"]
    when: When | None = None
    scope: Literal["customer", "customer_group", "zone", "everybody"] | None = None
    scale: Literal["line", "order", "period"] = "line"
    period_days: Annotated[int, Field(ge=1, le=3660)] | None = None
    convert: bool = False
    other_units: bool = False
    final: bool | None = None

    @model_validator(mode="after")
    def _members_fit(self) -> Self:
        if (self.source == "price_list") != (self.scope is not None):
            raise ValueError("accesses to price lists name their scope, and only they")
        if self.source != "price_list" and (self.scale != "line" or self.convert or self.other_units):
            what = "an agreed price" if self.source == "agreed_price" else "a sum of parts"
            raise ValueError(f"{what} has neither a scale nor a conversion")
        if (self.scale == "period") != (self.period_days is not None):
            raise ValueError("period_days belongs to the scale period")
        return self

    @property
    def is_final(self) -> bool:
        """Whether a price found here takes no discount."""
        return self.source == "agreed_price" if self.final is None else self.final


class Group(Part):
    """How its discounts compete. Groups of lines run before groups of the order."""

    name: Name
    level: Level = "line"
    order: Priority
    method: Method
    exclusive: bool = False


class Rule(Part):
    """What every discount and charge has: a name, when it applies, and for how long (half-open wall times in the zone)."""

    name: Name
    title: Title = ""
    priority: Priority = 0
    when: When | None = None
    from_: Annotated[WallTime | None, Field(alias="from")] = None
    until: WallTime | None = None
    zone: Zone | None = None
    coupon: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,63}$")] | None = None
    give: Give


class Discount(Rule):
    """Something off the lines of its group's level."""

    group: Name


class Charge(Rule):
    """Something added to the order, like freight; of one `charge` only the first that applies."""

    charge: Name | None = None
    sku: Sku

    @property
    def of(self) -> str:
        """Return the name that charges compete under."""
        return self.charge or self.name


class Floor(Part):
    """The least that a line may bring: a margin on the cost, or a price of the product's own unit.

    `unknown_cost`: whether a line whose cost nobody knows passes, or is held like one below the floor (default: it passes).
    """

    name: Name
    title: Title = ""
    when: When | None = None
    min_margin_percent: Annotated[Decimal, Field(ge=0, lt=100, max_digits=8, decimal_places=6)] | None = None
    min_price: Annotated[Mapping[Currency, Amount], Field(min_length=1)] | None = None

    unknown_cost: Literal["pass", "hold"] | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.min_margin_percent is None) == (self.min_price is None):
            raise ValueError("a floor is either a least margin or a least price")
        if self.unknown_cost is not None and self.min_margin_percent is None:
            raise ValueError("only a least margin asks for a cost")
        return self


class PricingRules(Part):
    """The whole document."""

    accesses: Annotated[tuple[Access, ...], Field(min_length=1, max_length=20)]
    groups: Annotated[tuple[Group, ...], Field(max_length=50)] = ()
    best_of: Annotated[tuple[Annotated[tuple[Name, ...], Field(min_length=2)], ...], Field(max_length=20)] = ()
    discounts: Annotated[tuple[Discount, ...], Field(max_length=2000)] = ()
    charges: Annotated[tuple[Charge, ...], Field(max_length=200)] = ()
    floors: Annotated[tuple[Floor, ...], Field(max_length=200)] = ()
