"""What a discount or a charge gives: exactly one of these, named by its key."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Sku = Annotated[str, Field(min_length=1, max_length=100)]
Percent = Annotated[Decimal, Field(gt=0, le=100, max_digits=9, decimal_places=6)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=6)]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4)]
Amounts = Annotated[Mapping[Currency, Amount], Field(min_length=1)]

LINE_GIVES: Final = frozenset(
    {"percent", "amount", "amount_per_unit", "fixed_price", "buy_get", "tiers", "quantity_tiers"}
)
ORDER_GIVES: Final = frozenset({"percent", "amount", "tiers", "quantity_tiers", "set", "cheapest_free", "free_goods"})
CHARGE_GIVES: Final = frozenset(
    {"percent", "amount", "amount_per_unit", "amount_per_kg", "tiers", "quantity_tiers", "weight_tiers"}
)
WEIGHT_GIVES: Final = frozenset({"amount_per_kg", "weight_tiers"})


class Part(BaseModel):
    """A part of a document: nothing unknown, never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BuyGet(Part):
    """For every `buy` there are `get` more at `percent` off; counted in whole own units."""

    buy: Quantity
    get: Quantity
    percent: Percent = Decimal(100)


class OneFigure(Part):
    """Either a percentage or amounts by currency."""

    percent: Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)] | None = None
    amount: Amounts | None = None

    @model_validator(mode="after")
    def _one_figure(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise ValueError("give either percent or amount")
        return self


class Tier(OneFigure):
    """From a net amount on."""

    from_: Annotated[Amounts, Field(alias="from")]


class QuantityTier(OneFigure):
    """From a quantity of own units on."""

    from_: Annotated[Decimal, Field(alias="from", ge=0, max_digits=18, decimal_places=4)]


class WeightTier(OneFigure):
    """From so many kilograms on."""

    from_: Annotated[Decimal, Field(alias="from", ge=0, max_digits=18, decimal_places=6)]


class Item(Part):
    """So many own units of a product."""

    sku: Sku
    quantity: Quantity


class Set(Part):
    """These items together cost the price, as often as they fit into the cart."""

    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=20)]
    price: Amounts


class FreeItem(Item):
    """Goods added without charge: once, or for every so much of net, or for every so many own units."""

    per: Annotated[Mapping[Currency, Annotated[Amount, Field(gt=0)]], Field(min_length=1)] | None = None
    per_quantity: Quantity | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if self.per is not None and self.per_quantity is not None:
            raise ValueError("count free goods either per amount or per quantity")
        return self


class Give(Part):
    """Exactly one of the ways to give."""

    percent: Percent | None = None
    amount: Amounts | None = None
    amount_per_unit: Amounts | None = None
    fixed_price: Amounts | None = None
    buy_get: BuyGet | None = None
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=50)] | None = None
    quantity_tiers: Annotated[tuple[QuantityTier, ...], Field(min_length=1, max_length=50)] | None = None
    amount_per_kg: Amounts | None = None
    weight_tiers: Annotated[tuple[WeightTier, ...], Field(min_length=1, max_length=50)] | None = None
    set: Set | None = None
    cheapest_free: BuyGet | None = None
    free_goods: Annotated[tuple[FreeItem, ...], Field(min_length=1, max_length=20)] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        named = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(named) != 1:
            raise ValueError(f"exactly one way to give is named, not {len(named)}")
        return self

    @property
    def way(self) -> str:
        """Return the key that is given."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)

    @property
    def figure(self) -> Any:
        """Return the value of the key that is given."""
        return getattr(self, self.way)
