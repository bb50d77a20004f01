"""The mapping file: how the columns of a flat file become canonical orders. One YAML document, validated as a whole."""

import hashlib
import re
from collections.abc import Mapping as ReadOnly
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ordercash.kernel.errors import DomainError, Fault

STRICT = ConfigDict(extra="forbid", frozen=True)


class MappingMalformed(DomainError):
    """The mapping file does not say what it must; every mistake is named with its place."""

    code, title, status = "mapping_malformed", "The mapping file cannot be used", 422


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is not a time zone such as Europe/London") from None
    return name


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


Zone = Annotated[str, AfterValidator(_zone)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class FileFormat(BaseModel):
    """How the bytes are read. `delimiter: auto` takes the sign that splits the header into the named columns."""

    model_config = STRICT
    encoding: str = "utf-8"
    delimiter: str = "auto"
    nulls: tuple[str, ...] = ("",)


class Join(BaseModel):
    """A second file beside the first whose columns are added to each row, named `file.column`.

    `key` is its key column; `on` the column that holds the key in the rows so far (the same name when left out).
    """

    model_config = STRICT
    file: str
    key: str
    on: str = ""


class Column(BaseModel):
    """A column and what is done to its text: suffix off, then value map."""

    model_config = STRICT
    column: str
    strip_suffix: str = ""
    values: str = ""
    format: str = ""
    default: str = ""


ColumnRef = str | Column


class Columns(BaseModel):
    """Which column carries which part of the canonical order. Without `unit_price` our own price list decides."""

    model_config = STRICT
    document: ColumnRef
    sku: ColumnRef
    quantity: ColumnRef
    ordered_at: ColumnRef
    unit_price: ColumnRef | None = None
    discount: ColumnRef | None = None
    description: ColumnRef | None = None
    customer: ColumnRef | None = None
    customer_name: ColumnRef | None = None
    country: ColumnRef | None = None
    currency: ColumnRef | None = None
    purchase_order: ColumnRef | None = None
    ship_name: ColumnRef | None = None
    ship_line1: ColumnRef | None = None
    ship_city: ColumnRef | None = None
    ship_postal_code: ColumnRef | None = None
    ship_state: ColumnRef | None = None


class DocumentPrefix(BaseModel):
    """What a prefix of the document number means: goods given back, or a document that a person must look at."""

    model_config = STRICT
    means: Literal["cancellation", "case"]
    code: str = ""
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
    code: str = ""
    detail: str = ""
    tax_class: str = "standard"
    name: str = ""


class Products(BaseModel):
    """Which products may be created from the file; the first rule whose pattern matches the whole code decides."""

    model_config = STRICT
    create: bool = False
    tax_class: str = "standard"
    unit: str = "piece"
    rules: tuple[ProductRule, ...] = ()


class NegativeQuantity(BaseModel):
    """What a quantity below zero means outside a cancellation."""

    model_config = STRICT
    code: str = "quantity_not_positive"
    detail: str = "The quantity is not above zero."


class Charge(BaseModel):
    """An amount per document in a column of its own, such as freight: it becomes one more line."""

    model_config = STRICT
    column: str
    sku: str
    description: str


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
    document_prefixes: ReadOnly[str, DocumentPrefix] = {}
    negative_quantity: NegativeQuantity = NegativeQuantity()
    customers: Customers = Customers()
    products: Products = Products()
    charges: tuple[Charge, ...] = ()
    stock: StockPlan | None = None

    @property
    def sha256(self) -> bytes:
        """Return the hash of the mapping's meaning: spelling and comments of the file do not count."""
        return hashlib.sha256(self.model_dump_json().encode()).digest()

    def column(self, field: str) -> Column | None:
        """Return the column of a canonical field, None when the mapping leaves it out."""
        reference: ColumnRef | None = getattr(self.columns, field)
        return Column(column=reference) if isinstance(reference, str) else reference

    def used_columns(self) -> list[str]:
        """Return the names of every column that the file must have."""
        fields = (self.column(field) for field in Columns.model_fields)
        names = [column.column for column in fields if column] + [charge.column for charge in self.charges]
        return list(dict.fromkeys(names + [join.on or join.key for join in self.joins]))


def read_mapping(text: str) -> Mapping:
    """Return the mapping that a YAML text describes; raises MappingMalformed with every mistake."""
    try:
        document: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise MappingMalformed(f"The mapping is not YAML: {error}") from None
    if not isinstance(document, dict):
        raise MappingMalformed("The mapping must be a YAML document of names and values.")
    try:
        mapping = Mapping.model_validate(document)
    except ValidationError as error:
        faults = [
            Fault("/" + "/".join(str(step) for step in item["loc"]), str(item["type"]), str(item["msg"]))
            for item in error.errors(include_url=False)
        ]
        detail = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults)
        raise MappingMalformed(f"The mapping has mistakes: {detail}", faults=faults) from None
    _check_references(mapping)
    return mapping


def _check_references(mapping: Mapping) -> None:
    for field in Columns.model_fields:
        column = mapping.column(field)
        if column and column.values and column.values not in mapping.values:
            raise MappingMalformed(f"/columns/{field}/values: there is no value map named {column.values!r}.")
    if not mapping.currency and mapping.columns.currency is None:
        raise MappingMalformed("/currency: name one currency, or the column that carries it.")
