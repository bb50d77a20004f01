"""Querysets of masters for lists: filtered here, sorted and paged by who shows them."""

from uuid import UUID

from django.db.models import Q, QuerySet

from apps.masterdata.models import Address, ApiKey, Customer, Product
from ordercash.kernel.errors import NotFound


def customers(
    *, text: str = "", group: str = "", country: str = "", is_blocked: bool | None = None
) -> QuerySet[Customer]:
    """Return customers whose code or name contains `text`, of a group and country, blocked or not."""
    found = Customer.objects.select_related("group")
    if text:
        found = found.filter(Q(code__icontains=text) | Q(name__icontains=text))
    if group:
        found = found.filter(group__code=group)
    if country:
        found = found.filter(country=country)
    return found if is_blocked is None else found.filter(is_blocked=is_blocked)


def customer(customer_id: UUID) -> Customer:
    """Return one customer; raises NotFound."""
    found = Customer.objects.select_related("group").filter(pk=customer_id).first()
    if found is None:
        raise NotFound("There is no such customer.")
    return found


def addresses(customer_id: UUID) -> list[Address]:
    """Return a customer's addresses, current ones first, each part oldest first; raises NotFound without the customer."""
    customer(customer_id)
    return list(Address.objects.filter(customer_id=customer_id).order_by("-is_current", "id")[:200])


def products(
    *, text: str = "", kind: str = "", category: str = "", is_sellable: bool | None = None
) -> QuerySet[Product]:
    """Return products whose SKU or name contains `text`, of a kind and category, sellable or not."""
    found = Product.objects.all()
    if text:
        found = found.filter(Q(sku__icontains=text) | Q(name__icontains=text))
    if kind:
        found = found.filter(kind=kind)
    if category:
        found = found.filter(category=category)
    return found if is_sellable is None else found.filter(is_sellable=is_sellable)


def product(product_id: UUID) -> Product:
    """Return one product; raises NotFound."""
    found = Product.objects.filter(pk=product_id).first()
    if found is None:
        raise NotFound("There is no such product.")
    return found


def api_keys() -> QuerySet[ApiKey]:
    """Return every API key; of the secret only its prefix is known."""
    return ApiKey.objects.select_related("user", "region")
