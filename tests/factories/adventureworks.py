"""A bicycle maker's Internet sales and their dimensions, read from parquet and told in this project's words.

The sample was moved in time, by three amounts that its figures give away: orders and promotions by 2,007 days, the ends of products by 546,
their begins by six years. `begin_of` and `end_of` bring a product's dates to the calendar of the orders. Every line's own version of its
product is then the one in force on its day, and each version begins on the day after the one before it ended.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow.parquet

from tests.integrations.real_data import real

ZONE: Final = ZoneInfo("America/Los_Angeles")
LINES, ORDERS = 60_398, 27_659
RESELLERS: Final = "resellers"
INTERNET: Final = "internet"
_DAY: Final = timedelta(days=1)
_YEARS_OF_BEGINS, _DAYS_OF_ORDERS, _DAYS_OF_ENDS = 6, timedelta(days=2007), timedelta(days=546)
# The columns that are read; others hold pictures and texts in eight languages.
_OF_PRODUCTS: Final = (
    "ProductKey", "ProductAlternateKey", "EnglishProductName", "ModelName", "ProductSubcategoryKey", "ListPrice", "DealerPrice",
    "StandardCost", "StartDate", "EndDate",
)  # fmt: skip
_OF_PROMOTIONS: Final = (
    "PromotionKey", "EnglishPromotionName", "DiscountPct", "EnglishPromotionCategory", "StartDate", "EndDate", "MinQty", "MaxQty",
)  # fmt: skip
_OF_SALES: Final = (
    "SalesOrderNumber", "SalesOrderLineNumber", "ProductKey", "CustomerKey", "CurrencyKey", "OrderDate", "OrderQuantity",
    "UnitPrice", "ProductStandardCost", "SalesAmount", "TaxAmt", "Freight",
)  # fmt: skip
_OF_PLACES: Final = ("GeographyKey", "City", "PostalCode", "StateProvinceCode", "CountryRegionCode")
_OF_CUSTOMERS: Final = (
    "CustomerAlternateKey", "GeographyKey", "FirstName", "MiddleName", "LastName", "AddressLine1",
)  # fmt: skip


class Version(NamedTuple):
    """A product with its prices and cost for a while: wall times [begin, end), end None for ever."""

    key: int
    sku: str
    name: str
    model: str
    category: str
    list_price: Decimal
    dealer_price: Decimal
    cost: Decimal
    begin: datetime
    end: datetime | None


class Promotion(NamedTuple):
    """A promotion: wall times [begin, end), quantities [least, most], most None without end; `factor` 0.02 for 2 %."""

    key: int
    name: str
    factor: Decimal
    for_whom: str
    begin: datetime
    end: datetime
    least: int
    most: int | None


class Sale(NamedTuple):
    """A line of the file: its amounts have four decimals."""

    order: str
    number: int
    product_key: int
    customer: str
    currency: str
    ordered: datetime
    quantity: int
    unit_price: Decimal
    cost: Decimal
    sales: Decimal
    tax: Decimal
    freight: Decimal


class Buyer(NamedTuple):
    """A customer and where he lives."""

    code: str
    name: str
    street: str
    city: str
    postal_code: str
    state: str
    country: str


def begin_of(start: datetime) -> datetime:
    """Return when a version of a product begins, on the orders' calendar."""
    return start.replace(year=start.year - _YEARS_OF_BEGINS) + _DAYS_OF_ORDERS


def end_of(last_day: datetime | None) -> datetime | None:
    """Return the midnight after a version's last day, on the orders' calendar."""
    return None if last_day is None else last_day - _DAYS_OF_ENDS + _DAYS_OF_ORDERS + _DAY


def instant(wall: datetime) -> datetime:
    """Return the instant of a wall time of the company."""
    return wall.replace(tzinfo=ZONE).astimezone(UTC)


def rows_of(name: str, *columns: str) -> list[dict[str, Any]]:
    """Return these columns of the rows of a table of the sample."""
    table = pyarrow.parquet.read_table(real("adventureworks", f"{name}.parquet"), columns=list(columns))
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


@cache
def versions() -> Sequence[Version]:
    """Return what was ever sold: 395 versions of 293 products; parts without a list price are not sold."""
    kinds = _names("DimProductSubcategory", "ProductSubcategoryKey", "EnglishProductSubcategoryName")
    return tuple(
        Version(
            row["ProductKey"], row["ProductAlternateKey"], row["EnglishProductName"], row["ModelName"] or "",
            kinds[row["ProductSubcategoryKey"]], row["ListPrice"], row["DealerPrice"], row["StandardCost"],
            begin_of(row["StartDate"]), end_of(row["EndDate"]),
        )
        for row in rows_of("DimProduct", *_OF_PRODUCTS)
        if row["ListPrice"] is not None
    )  # fmt: skip


@cache
def sku_by_key() -> dict[int, str]:
    """Return the SKU of every version by its key."""
    return {version.key: version.sku for version in versions()}


@cache
def promotions() -> Sequence[Promotion]:
    """Return the promotions; the last day of each counts whole."""
    return tuple(
        Promotion(
            row["PromotionKey"], row["EnglishPromotionName"], Decimal(str(row["DiscountPct"])),
            row["EnglishPromotionCategory"], row["StartDate"], row["EndDate"] + _DAY, row["MinQty"], row["MaxQty"],
        )
        for row in rows_of("DimPromotion", *_OF_PROMOTIONS)
    )  # fmt: skip


@cache
def sales() -> Sequence[Sale]:
    """Return the lines, by order and number."""
    codes = currency_codes()
    customers = _names("DimCustomer", "CustomerKey", "CustomerAlternateKey")
    return tuple(
        sorted(
            Sale(
                row["SalesOrderNumber"], row["SalesOrderLineNumber"], row["ProductKey"], customers[row["CustomerKey"]],
                codes[row["CurrencyKey"]], row["OrderDate"], row["OrderQuantity"], row["UnitPrice"],
                row["ProductStandardCost"], row["SalesAmount"], row["TaxAmt"], row["Freight"],
            )
            for row in rows_of("FactInternetSales", *_OF_SALES)
        )
    )  # fmt: skip


def orders(every: int = 1) -> list[list[Sale]]:
    """Return the lines of each order, or of every so many orders."""
    found: dict[str, list[Sale]] = {}
    for sale in sales():
        found.setdefault(sale.order, []).append(sale)
    return list(found.values())[::every]


def buyers(codes: set[str]) -> Iterator[Buyer]:
    """Yield the customers of these codes with their places."""
    places = {row["GeographyKey"]: row for row in rows_of("DimGeography", *_OF_PLACES)}
    for row in rows_of("DimCustomer", *_OF_CUSTOMERS):
        if row["CustomerAlternateKey"] in codes:
            place = places[row["GeographyKey"]]
            name = " ".join(part for part in (row["FirstName"], row["MiddleName"], row["LastName"]) if part)
            yield Buyer(
                row["CustomerAlternateKey"], name, row["AddressLine1"] or "", place["City"], place["PostalCode"],
                place["StateProvinceCode"].strip(), place["CountryRegionCode"],
            )  # fmt: skip


@cache
def currency_codes() -> dict[int, str]:
    """Return the ISO code of each currency by its key."""
    return _names("DimCurrency", "CurrencyKey", "CurrencyAlternateKey")


def _names(table: str, key: str, name: str) -> dict[int, str]:
    return {row[key]: row[name] for row in rows_of(table, key, name)}
