"""What a mapping file may say: how the columns of a flat file become canonical orders (docs/importing.md)."""

import hashlib
from collections.abc import Mapping as ReadOnly
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from apps.integrations.decisions.mapping_words import (
    Encoding,
    FileName,
    Name,
    Pattern,
    ReasonCode,
    Spelling,
    TaxClass,
    Zone,
)
from ordercash.kernel.errors import DomainError

LATER_COLUMNS: Final = ("unit", "coupons", "category")
STRICT = ConfigDict(extra="forbid", frozen=True)


class MappingMalformed(DomainError):
    """The mapping file does not say what it must; every mistake is named with its place."""

    code, title, status = "mapping_malformed", "The mapping file cannot be used", 422


class FileFormat(BaseModel):
    """How the bytes are read. `delimiter: auto` takes of , ; tab and | the sign that is most frequent in the header."""

    model_config = STRICT
    encoding: Encoding = "utf-8"
    delimiter: str = Field(default="auto", pattern=r"^(auto|[^\w\s\"]|\t| )$")
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""
    nulls: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _signs_differ(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("the decimal sign and the thousands sign are the same")
        return self


class Join(BaseModel):
    """A second file beside the first whose columns are added to each row, named `file.column`.

    `key` is its key column; `on` the column that holds the key in the rows so far (the same name when left out).
    """

    model_config = STRICT
    file: FileName
    key: Name
    on: str = ""


class Column(BaseModel):
    """A column and what is done to its text: suffix off, then value map; `default` stands for an empty cell."""

    model_config = STRICT
    column: Name
    strip_suffix: str = ""
    values: str = ""
    format: Spelling = ""
    default: str = ""


def _column(reference: Any) -> Any:
    return {"column": reference} if isinstance(reference, str) else reference


ColumnRef = Annotated[Column, BeforeValidator(_column)]


class Columns(BaseModel):
    """Which column carries which part of the canonical order. Without `unit_price` our own price list decides."""

    model_config = STRICT
    document: ColumnRef
    sku: ColumnRef
    quantity: ColumnRef
    ordered_at: ColumnRef
    unit_price: ColumnRef | None = None
    discount: ColumnRef | None = None
    unit: ColumnRef | None = None
    coupons: ColumnRef | None = None
    description: ColumnRef | None = None
    category: ColumnRef | None = None
    customer: ColumnRef | None = None
    customer_name: ColumnRef | None = None
    country: ColumnRef | None = None
    currency: ColumnRef | None = None
    purchase_order: ColumnRef | None = None
    requested_delivery_date: ColumnRef | None = None
    note: ColumnRef | None = None
    buyer_reference: ColumnRef | None = None
    ship_name: ColumnRef | None = None
    ship_line1: ColumnRef | None = None
    ship_city: ColumnRef | None = None
    ship_postal_code: ColumnRef | None = None
    ship_state: ColumnRef | None = None


class DocumentPrefix(BaseModel):
    """What a prefix of the document number means: goods given back, or a document that a person must look at."""

    model_config = STRICT
    means: Literal["cancellation", "case"]
    code: ReasonCode = ""
    detail: str = ""


class MissingCustomer(BaseModel):
    """What a row without customer means: a collective account (its code may name {country}), or a held order."""

    model_config = STRICT
    account: str = ""
    name: str = ""


class Customers(BaseModel):
    """Which customers may be created from the file, and with what."""

    model_config = STRICT
    create: bool = False
    code_prefix: str = ""
    group: str = ""
    name: str = "{customer}"
    payment_terms_days: int = Field(default=30, ge=0, le=365)
    invoicing: Literal["per_shipment", "per_day"] = "per_shipment"
    missing: MissingCustomer = MissingCustomer()
    default_country: str = Field(default="", pattern="^([A-Z]{2})?$")


class ProductRule(BaseModel):
    """What codes that match (whole code) are: goods, a service, or not a product at all."""

    model_config = STRICT
    match: Pattern
    kind: Literal["goods", "service", "hold"]
    code: ReasonCode = ""
    detail: str = ""
    tax_class: TaxClass = "standard"
    name: str = Field(default="", max_length=200)
    category: str = Field(default="", max_length=80)


class Products(BaseModel):
    """Which products may be created from the file; the first rule whose pattern matches the whole code decides."""

    model_config = STRICT
    create: bool = False
    tax_class: TaxClass = "standard"
    unit: str = "piece"
    category: str = Field(default="", max_length=80)
    rules: tuple[ProductRule, ...] = ()


class NegativeQuantity(BaseModel):
    """What a quantity below zero means outside a cancellation."""

    model_config = STRICT
    code: ReasonCode = "quantity_not_positive"
    detail: str = "The quantity is not above zero."


class Charge(BaseModel):
    """An amount per document in a column of its own, such as freight: it becomes one more line."""

    model_config = STRICT
    column: Name
    sku: str = Field(min_length=1, max_length=60)
    description: str = Field(max_length=200)


class StockPlan(BaseModel):
    """The stock that the file's demand is met from: an opening share, the rest received during the file's period."""

    model_config = STRICT
    warehouse: str
    opening_share: Decimal = Field(default=Decimal("0.9"), ge=0, le=1)
    receipt_share_of_period: Decimal = Field(default=Decimal("0.5"), ge=0, le=1)
    cost_share: Decimal = Field(default=Decimal("0.6"), gt=0, le=1)


class Mapping(BaseModel):
    """A whole mapping file."""

    model_config = STRICT
    name: str = Field(min_length=1, max_length=80)
    version: int = Field(ge=1)
    format: FileFormat = FileFormat()
    joins: tuple[Join, ...] = ()
    time_zone: Zone
    legal_entity: str
    channel: str
    currency: str = Field(default="", pattern="^([A-Z]{3})?$")
    columns: Columns
    values: ReadOnly[str, ReadOnly[str, str]] = {}
    document_prefixes: ReadOnly[Name, DocumentPrefix] = {}
    negative_quantity: NegativeQuantity = NegativeQuantity()
    customers: Customers = Customers()
    products: Products = Products()
    charges: tuple[Charge, ...] = ()
    stock: StockPlan | None = None

    @property
    def sha256(self) -> bytes:
        """Return the hash of the mapping's meaning: spelling and comments of the file do not count.

        What mappings could not name from the beginning counts where it is named, so that files stay known.
        """
        unused: dict[str, Any] = {"columns": {field for field in LATER_COLUMNS if self.column(field) is None}}
        if not self.products.category and not any(rule.category for rule in self.products.rules):
            unused["products"] = {"category": True, "rules": {"__all__": {"category"}}}
        return hashlib.sha256(self.model_dump_json(exclude=unused).encode()).digest()

    def column(self, field: str) -> Column | None:
        """Return the column of a canonical field, None when the mapping leaves it out."""
        column: Column | None = getattr(self.columns, field)
        return column

    def used_columns(self) -> list[str]:
        """Return the names of every column that the file must have."""
        fields = (self.column(field) for field in Columns.model_fields)
        names = [column.column for column in fields if column] + [charge.column for charge in self.charges]
        return list(dict.fromkeys(names + [join.on or join.key for join in self.joins]))
