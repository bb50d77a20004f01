"""Masters for tests: made with one call each, different where it matters."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from apps.masterdata.models import (
    BundlePart,
    Channel,
    Currency,
    Customer,
    CustomerGroup,
    LegalEntity,
    Product,
    ProductUnit,
    Region,
    UnitOfMeasure,
    User,
)
from apps.masterdata.services.keys import create_api_key
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.money import exponent
from ordercash.kernel.remembered import forget_everything

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_numbers = count(1)


def a_currency(code: str = "GBP") -> Currency:
    row, _ = Currency.objects.get_or_create(code=code, defaults={"name": code, "decimals": exponent(code)})
    forget_everything()
    return row


def a_unit(code: str = "piece", decimals: int = 0) -> UnitOfMeasure:
    row, _ = UnitOfMeasure.objects.get_or_create(code=code, defaults={"name": code, "decimals": decimals})
    forget_everything()
    return row


def a_group(code: str = "retail") -> CustomerGroup:
    row, _ = CustomerGroup.objects.get_or_create(code=code)
    forget_everything()
    return row


def an_entity(code: str = "UK01", **values: Any) -> LegalEntity:
    plain = {"name": code, "country": "GB", "currency": a_currency(), "time_zone": "Europe/London"}
    row = LegalEntity.objects.create(code=code, **(plain | values))
    forget_everything()
    return row


def a_channel(code: str = "web", *, trusts_prices: bool = False) -> Channel:
    region, _ = Region.objects.get_or_create(code="uk")
    row = Channel.objects.create(code=code, region=region, trusts_prices=trusts_prices)
    forget_everything()
    return row


def a_customer(code: str = "", **values: Any) -> Customer:
    code = code or f"C-{next(_numbers)}"
    return Customer.objects.create(
        code=code, **({"name": f"{code} Ltd", "currency": a_currency(), "country": "GB"} | values)
    )


def a_product(sku: str = "", **values: Any) -> Product:
    sku = sku or f"SKU-{next(_numbers)}"
    return Product.objects.create(sku=sku, **({"name": sku.title(), "unit": a_unit()} | values))


def a_user(*permissions: str, username: str = "", **values: Any) -> User:
    """Make a user who may do what is named in full, e.g. "masterdata.view_customers"."""
    user = User.objects.create_user(username=username or f"user{next(_numbers)}", **values)
    group = Group.objects.create(name=f"group{next(_numbers)}")
    group.permissions.set(a_permission(name) for name in permissions)
    user.groups.add(group)
    forget_everything()
    return user


def a_permission(name: str) -> Permission:
    app, _, codename = name.partition(".")
    kind, _ = ContentType.objects.get_or_create(app_label=app, model="verb")
    row, _ = Permission.objects.get_or_create(content_type=kind, codename=codename, defaults={"name": name})
    return row


def an_actor(*permissions: str) -> Actor:
    """Return someone who may do what is named, without a row behind it."""
    return Actor(id=new_id(), name="someone", permissions=frozenset(permissions))


def a_key(user: User, *, scopes: Iterable[str] = (), now: datetime | None = None) -> str:
    """Make an API key for a user and return what the caller sends; needs a test without a transaction of its own."""
    made_at = now or datetime.now(UTC)
    made = create_api_key(
        username=user.username, name="test", expires_at=made_at + timedelta(days=30), scopes=list(scopes), actor=SYSTEM,
        now=made_at,
    )  # fmt: skip
    return made.secret


def a_bundle(sku: str = "", *, parts: Mapping[Product, str], **values: Any) -> Product:
    """Make a bundle of products, each with its quantity."""
    bundle = a_product(sku, kind="bundle", **values)
    BundlePart.objects.bulk_create(
        BundlePart(bundle=bundle, part=part, quantity=Decimal(quantity)) for part, quantity in parts.items()
    )
    return bundle


def sold_by(product: Product, unit: str, factor: str) -> ProductUnit:
    """Let a product be sold in another unit."""
    return ProductUnit.objects.create(product=product, unit=a_unit(unit), factor=Decimal(factor))
