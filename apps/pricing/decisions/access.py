"""The access sequence: in which order prices are looked for. The document of the rulebook kind "pricing.access"."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

ACCESS_KIND = "pricing.access"


class Access(BaseModel):
    """One place to look: the price agreed with the order, or the price lists of the customer's group or of everybody."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
    source: Literal["agreed_price", "price_list"]
    customer_group: Literal["own", "none"] | None = None

    @model_validator(mode="after")
    def _group_belongs_to_lists(self) -> Self:
        if (self.source == "price_list") != (self.customer_group is not None):
            raise ValueError("customer_group is named by accesses to price lists, and only by them")
        return self


class AccessSequence(BaseModel):
    """The accesses in order; the first that finds a price gives it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    accesses: Annotated[tuple[Access, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [access.name for access in self.accesses]
        if len(set(names)) < len(names):
            raise ValueError("every access has a name of its own")
        return self
