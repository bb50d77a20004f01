"""Masters: users, parties, products, places and the small tables that name them."""

from apps.masterdata.models.parties import Address, Customer, CustomerGroup
from apps.masterdata.models.places import Channel, LegalEntity, PostalPlace, Region
from apps.masterdata.models.products import BundlePart, Product, ProductUnit
from apps.masterdata.models.units import Currency, ExchangeRate, UnitOfMeasure
from apps.masterdata.models.users import ApiKey, User

__all__ = [
    "Address",
    "ApiKey",
    "BundlePart",
    "Channel",
    "Currency",
    "Customer",
    "CustomerGroup",
    "ExchangeRate",
    "LegalEntity",
    "PostalPlace",
    "Product",
    "ProductUnit",
    "Region",
    "UnitOfMeasure",
    "User",
]
