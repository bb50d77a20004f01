"""What the API of the masters reads. What does not fit is refused with a JSON pointer for every fault."""

from decimal import Decimal
from typing import Annotated, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, BaseModel, Field

from ordercash.web.api.values import STRICT, Exact, Flag, Instant, Text, Whole, strict


def _email(value: str) -> str:
    if value:
        try:
            validate_email(value)
        except ValidationError:
            raise ValueError("must be an e-mail address") from None
    return value


Code = Annotated[Text, Field(min_length=1, max_length=40)]
Country = Annotated[str, Field(pattern="^([A-Z]{2})?$", description="ISO 3166-1 alpha-2, empty when unknown")]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217")]
Sku = Annotated[Text, Field(min_length=1, max_length=64)]
Unit = Annotated[Text, Field(min_length=1, max_length=12)]
Email = Annotated[Text, Field(max_length=254), AfterValidator(_email)]
Limit = Annotated[
    Exact,
    Field(ge=0, le=Decimal("100000000000"), decimal_places=4, allow_inf_nan=False, description="Major units"),
]


class CustomerChanges(BaseModel):
    """Columns of a customer to change; what is left out stays."""

    model_config = STRICT

    name: Annotated[Text, Field(max_length=160)] = ""
    group: Annotated[Text, Field(max_length=40)] | None = None
    currency: CurrencyCode = "GBP"
    country: Country = ""
    vat_id: Annotated[Text, Field(max_length=20)] = ""
    email: Email = ""
    language: Annotated[str, Field(pattern="^[a-z]{2}(-[a-z]{2})?$")] = "en"
    notices: Literal["all", "important", "none"] = "all"
    payment_terms_days: Annotated[Whole, Field(ge=0, le=365)] = 30
    invoicing: Literal["per_shipment", "per_day"] = "per_shipment"
    is_one_time: Flag = False


class NewCustomer(CustomerChanges):
    """A customer to add."""

    model_config = strict(code="C-1010", name="Harbour View Gifts", currency="GBP", country="GB")

    code: Code
    currency: CurrencyCode


class Block(BaseModel):
    """Why a customer is blocked."""

    model_config = STRICT

    reason: Annotated[Text, Field(min_length=3, max_length=200)]


class CreditLimit(BaseModel):
    """The limit in major units of the customer's currency; null removes it."""

    model_config = STRICT

    credit_limit: Limit | None


class NewAddress(BaseModel):
    """An address as it shall be printed."""

    model_config = STRICT

    kind: Literal["bill", "ship"]
    name: Annotated[Text, Field(max_length=160)] = ""
    line1: Annotated[Text, Field(max_length=160)] = ""
    line2: Annotated[Text, Field(max_length=160)] = ""
    city: Annotated[Text, Field(max_length=80)] = ""
    postal_code: Annotated[Text, Field(max_length=20)] = ""
    state: Annotated[Text, Field(max_length=80)] = ""
    country: Country = ""


class Part(BaseModel):
    """So much of a product, in its own unit, is in one bundle."""

    model_config = STRICT

    sku: Sku
    quantity: Annotated[Exact, Field(gt=0, max_digits=18, decimal_places=4, allow_inf_nan=False)]


class OtherUnit(BaseModel):
    """One of the unit holds `factor` of the product's own unit."""

    model_config = STRICT

    unit: Unit
    factor: Annotated[Exact, Field(gt=0, max_digits=18, decimal_places=6, allow_inf_nan=False)]


class ProductChanges(BaseModel):
    """Columns of a product to change; what is left out stays. Parts and units are replaced as a whole."""

    model_config = STRICT

    name: Annotated[Text, Field(max_length=240)] = ""
    category: Annotated[Text, Field(max_length=80)] = ""
    weight_kg: Annotated[
        Annotated[Exact, Field(ge=0, max_digits=15, decimal_places=6, allow_inf_nan=False)] | None,
        Field(description="Of one unit, in kilograms; null: not known"),
    ] = None
    tax_class: Literal["standard", "reduced", "zero", "exempt"] = "standard"
    is_sellable: Flag = True
    tracks_lots: Annotated[Flag, Field(description="Its goods are kept by lot, each with its expiry")] = False
    shelf_life_days: Annotated[
        Annotated[Whole, Field(ge=1, le=32767)] | None,
        Field(description="From receipt to expiry; null: each lot says so itself"),
    ] = None
    parts: Annotated[list[Part], Field(max_length=100, description="Of a bundle, and only of one")] = []
    units: Annotated[list[OtherUnit], Field(max_length=20)] = []


class NewProduct(ProductChanges):
    """A product to add; its kind and unit stay for good."""

    model_config = strict(sku="MUG-GREEN", name="Stoneware mug green")

    sku: Sku
    kind: Literal["goods", "service", "bundle"] = "goods"
    unit: Unit = "piece"


class NewApiKey(BaseModel):
    """A key to make for a user, narrowed to `scopes` (full permission names) when some are given."""

    model_config = STRICT

    username: Annotated[Text, Field(min_length=1, max_length=80)]
    name: Annotated[Text, Field(min_length=1, max_length=80)]
    expires_at: Instant
    scopes: Annotated[
        list[Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=100)]], Field(max_length=200)
    ] = []
    region: Annotated[Text, Field(max_length=20)] = ""
