"""The demo company: masters from examples/demo, then what the apps above bring, in the order in which it was registered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import yaml
from babel.numbers import get_currency_name
from django.conf import settings
from django.db.models import Model

from apps.audit.contract import set_change_actor
from apps.masterdata.models import (
    BundlePart,
    Channel,
    Currency,
    Customer,
    CustomerGroup,
    ExchangeRate,
    LegalEntity,
    Product,
    ProductUnit,
    Region,
    UnitOfMeasure,
)
from apps.masterdata.services.ensure import AddressDraft, ensure_addresses
from apps.masterdata.services.masters import forget_masters
from apps.masterdata.services.postal_places import keep_places, read_places
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.money import exponent, to_minor
from ordercash.kernel.transactions import writes

DemoLoader = Callable[[datetime], None]
DemoStory = Callable[[Mapping[str, Actor], datetime], None]
FOLDER: Final = Path(settings.BASE_DIR) / "examples" / "demo"

_loaders: dict[str, DemoLoader] = {}
_stories: list[DemoStory] = []


def register_demo(name: str, function: DemoLoader) -> None:
    """Let `load_demo` call `function(now)` once the masters are there; it must be safe to repeat."""
    _loaders[name] = function


def register_story(function: DemoStory) -> None:
    """Let `load_demo` call `function(actors, now)` last, with the demo's users by role: what they did before somebody looks."""
    _stories[:] = [function]


def demo_stories() -> list[DemoStory]:
    """Return the registered story, if any."""
    return list(_stories)


def demo_loaders() -> dict[str, DemoLoader]:
    """Return the registered loaders by name, in order."""
    return dict(_loaders)


def read_demo(name: str) -> Any:
    """Return the content of a file of examples/demo."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))


def load_demo_places() -> None:
    """Say where the demo's postal codes lie; safe to repeat."""
    with (FOLDER / "postal_places.tsv").open(encoding="utf-8") as lines:
        keep_places(places=read_places(lines))


@writes
def load_masters(*, now: datetime) -> None:
    """Make the demo's masters; what exists already, by its code, is left as it is."""
    set_change_actor(SYSTEM)
    company = read_demo("company")
    _company(company)
    groups = _ids(CustomerGroup)
    _customers(read_demo("customers")["customers"], groups)
    _products(read_demo("products")["products"])
    forget_masters()


def _company(known: Mapping[str, Any]) -> None:
    codes = known["currencies"]
    names = {code: str(get_currency_name(code, locale="en")) for code in codes}
    _make(Currency, "code", [{"code": code, "name": names[code], "decimals": exponent(code)} for code in codes])
    _make(UnitOfMeasure, "code", known["units"])
    _make(Region, "code", known["regions"])
    _make(CustomerGroup, "code", known["groups"])
    regions = _ids(Region)
    channels = [
        {**{key: value for key, value in channel.items() if key != "region"}, "region_id": regions[channel["region"]]}
        for channel in known["channels"]
    ]
    _make(Channel, "code", channels)
    _make(LegalEntity, "code", [_currency_id(entity) for entity in known["legal_entities"]])
    if not ExchangeRate.objects.exists():
        rates = known["exchange_rates"]
        ExchangeRate.objects.bulk_create(
            ExchangeRate(base_id=r["base"], quote_id=r["quote"], rate_date=r["rate_date"], rate=Decimal(r["rate"]))
            for r in rates
        )


def _customers(known: Iterable[Mapping[str, Any]], groups: Mapping[str, Any]) -> None:
    made = _make(Customer, "code", [_customer(row, groups) for row in known])
    drafts = []
    for row in known:
        if row["code"] in made:
            customer = made[row["code"]]
            bill = {"name": row["name"], **row["address"]}
            ship = {"name": row["name"], **row.get("delivery", row["address"])}
            drafts += [AddressDraft(customer.pk, "bill", **bill), AddressDraft(customer.pk, "ship", **ship)]
    ensure_addresses(drafts)


def _customer(row: Mapping[str, Any], groups: Mapping[str, Any]) -> dict[str, Any]:
    limit = row.get("credit_limit")
    return {
        "code": row["code"],
        "name": row["name"],
        "group_id": groups[row["group"]],
        "currency_id": row["currency"],
        "country": row["country"],
        "vat_id": row.get("vat_id", ""),
        "payment_terms_days": row.get("terms", 30),
        "invoicing": row.get("invoicing", "per_shipment"),
        "is_blocked": "blocked" in row,
        "blocked_reason": row.get("blocked", ""),
        "credit_limit_minor": None if limit is None else to_minor(Decimal(limit), row["currency"]),
    }


def _products(known: Sequence[Mapping[str, Any]]) -> None:
    made = _make(Product, "sku", [_product(row) for row in known])
    ids = dict(Product.objects.values_list("sku", "pk"))
    rows = [row for row in known if row["sku"] in made]
    BundlePart.objects.bulk_create(
        BundlePart(bundle_id=ids[row["sku"]], part_id=ids[sku], quantity=Decimal(quantity))
        for row in rows
        for sku, quantity in row.get("parts", {}).items()
    )
    ProductUnit.objects.bulk_create(
        ProductUnit(product_id=ids[row["sku"]], unit_id=unit, factor=Decimal(factor))
        for row in rows
        for unit, factor in row.get("units", {}).items()
    )


def _product(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sku": row["sku"],
        "name": row["name"],
        "kind": row.get("kind", "goods"),
        "category": row.get("category", ""),
        "weight_kg": Decimal(row["weight_kg"]) if "weight_kg" in row else None,
        "tax_class": row.get("tax_class", "standard"),
        "unit_id": row.get("unit", "piece"),
        "is_sellable": row.get("sellable", True),
        "tracks_lots": row.get("lots", False),
        "shelf_life_days": row.get("shelf_life_days"),
    }


def _currency_id(entity: Mapping[str, Any]) -> dict[str, Any]:
    return {("currency_id" if key == "currency" else key): value for key, value in entity.items()}


def _make(model: type[Model], key: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, Model]:
    """Insert the rows whose key is not there yet; returns what was made, by key."""
    known = set(model._default_manager.values_list(key, flat=True))
    made = [model(**row) for row in rows if row[key] not in known]
    model._default_manager.bulk_create(made)
    return {getattr(row, key): row for row in made}


def _ids(model: type[Model]) -> dict[str, Any]:
    return dict(model._default_manager.values_list("code", "pk"))
