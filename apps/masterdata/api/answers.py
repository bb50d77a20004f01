"""What the endpoints of the masters answer, for the API's description."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from ordercash.web.api.values import Amount, Answer, Number


class CustomerShown(Answer):
    """A customer."""

    id: UUID
    code: str
    name: str
    group: str | None
    currency: str
    country: str
    vat_id: str
    email: str
    language: str
    notices: Literal["all", "important", "none"]
    payment_terms_days: int
    invoicing: Literal["per_shipment", "per_day"]
    is_one_time: bool
    is_blocked: bool
    blocked_reason: str
    credit_limit: Amount | None


class AddressShown(Answer):
    """An address of a customer."""

    id: UUID
    kind: Literal["bill", "ship"]
    name: str
    line1: str
    line2: str
    city: str
    postal_code: str
    state: str
    country: str
    is_current: bool


class PartShown(Answer):
    """A part of a bundle: so much of its own unit is in one bundle."""

    sku: str
    quantity: Number


class OtherUnitShown(Answer):
    """One of the unit holds `factor` of the product's own unit."""

    unit: str
    factor: Number


class ProductShown(Answer):
    """A product; `parts` are those of a bundle, `units` those that it is sold in besides its own."""

    id: UUID
    sku: str
    name: str
    kind: Literal["goods", "service", "bundle"]
    category: str
    weight_kg: Number | None
    tax_class: Literal["standard", "reduced", "zero", "exempt"]
    is_sellable: bool
    tracks_lots: bool
    shelf_life_days: int | None
    unit: str
    parts: list[PartShown]
    units: list[OtherUnitShown]


class EntityShown(Answer):
    """A legal entity that sells."""

    id: UUID
    code: str
    country: str
    currency: str
    time_zone: str
    name: str
    vat_id: str
    registration_number: str
    line1: str
    line2: str
    city: str
    postal_code: str
    email: str
    iban: str
    bic: str


class ChannelShown(Answer):
    """A channel that orders come through; `trusts_prices` says that its prices are agreed."""

    id: UUID
    code: str
    region_id: UUID
    region_code: str
    trusts_prices: bool


class UnitsShown(Answer):
    """Decimals of currencies and of units of measure, by code."""

    currencies: dict[str, int]
    units: dict[str, int]


class ApiKeyShown(Answer):
    """An API key without its secret."""

    id: UUID
    username: str
    name: str
    prefix: str
    scopes: list[str]
    region: str | None
    created_at: AwareDatetime
    expires_at: AwareDatetime
    revoked_at: AwareDatetime | None


class ApiKeyMade(Answer):
    """A new API key."""

    id: UUID
    secret: Annotated[str, Field(description="Shown this once")]
