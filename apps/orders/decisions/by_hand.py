"""How far somebody may go with a price that he sets by hand: the document of the rulebook kind "orders.manual_prices"."""

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MANUAL_KIND: Final = "orders.manual_prices"
HUNDRED: Final = Decimal(100)


class ManualLimit(BaseModel):
    """A role, and how many per cent below the price that the rules find it may go; without `most_percent` as far as it likes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,59}$")]
    most_percent: Annotated[Decimal, Field(ge=0, le=100)] | None = None


class ManualLimits(BaseModel):
    """The document; a role that it does not name sets no price."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limits: Annotated[tuple[ManualLimit, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _roles_differ(self) -> Self:
        roles = [limit.role for limit in self.limits]
        if len(set(roles)) < len(roles):
            raise ValueError("every role has one limit")
        return self


def beyond_limit(limits: ManualLimits, roles: Collection[str], percent: Decimal | None) -> str | None:
    """Return why somebody with these roles may not go `percent` below the price found, None when he may.

    `percent` None: nothing was found to compare with, so only a role without a limit may.
    """
    own = [limit.most_percent for limit in limits.limits if limit.role in roles]
    if not own:
        return f"Prices are set by hand by: {', '.join(limit.role for limit in limits.limits)}."
    if None in own:
        return None
    most = max(each for each in own if each is not None)
    if percent is None:
        return "The rules find no price to compare with; somebody without a limit has to set it."
    if percent > most:
        return f"That is {percent.quantize(Decimal('0.01')):f} % below the price found; your limit is {most.normalize():f} %."
    return None


def percent_below(found: Decimal, price: Decimal) -> Decimal:
    """Return by how many per cent a price is below the one found; nothing when it is not.

    >>> percent_below(Decimal("8"), Decimal("6"))
    Decimal('25')
    """
    return max((found - price) * HUNDRED / found, Decimal(0)) if found > 0 else Decimal(0)
