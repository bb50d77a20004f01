"""How masters look over the API: amounts as exact decimals in major units, instants in UTC."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rest_framework.request import Request

from apps.masterdata.models import Address, ApiKey, Customer, Product
from apps.masterdata.selectors.products import PartFacts, bundle_parts, product_units
from ordercash.kernel.errors import DomainError, Fault
from ordercash.kernel.money import to_major


class FilterUnknown(DomainError):
    """A filter has a value that cannot be used."""

    code, title, status = "filter_unknown", "The filter cannot be used", 400


def shown_customer(row: Customer) -> dict[str, Any]:
    """Return one customer."""
    limit = row.credit_limit_minor
    return {
        "id": row.pk,
        "code": row.code,
        "name": row.name,
        "group": row.group.code if row.group else None,
        "currency": row.currency_id,
        "country": row.country,
        "vat_id": row.vat_id,
        "email": row.email,
        "language": row.language,
        "notices": row.notices,
        "payment_terms_days": row.payment_terms_days,
        "invoicing": row.invoicing,
        "is_one_time": row.is_one_time,
        "is_blocked": row.is_blocked,
        "blocked_reason": row.blocked_reason,
        "credit_limit": None if limit is None else str(to_major(limit, row.currency_id)),
    }


def shown_address(row: Address) -> dict[str, Any]:
    """Return one address."""
    parts = ("kind", "name", "line1", "line2", "city", "postal_code", "state", "country", "is_current")
    return {"id": row.pk, **{part: getattr(row, part) for part in parts}}


def shown_products(rows: Sequence[Product]) -> list[dict[str, Any]]:
    """Return products with their parts and units; two statements more at most, whatever their number."""
    parts = bundle_parts({row.pk for row in rows if row.kind == "bundle"})
    units = product_units({row.pk for row in rows})
    return [_product(row, parts.get(row.pk, ()), units.get(row.pk, {})) for row in rows]


def _product(row: Product, parts: Sequence[PartFacts], units: Mapping[str, Decimal]) -> dict[str, Any]:
    names = ("sku", "name", "kind", "category", "tax_class", "is_sellable", "tracks_lots", "shelf_life_days")
    return {
        "id": row.pk,
        **{name: getattr(row, name) for name in names},
        "weight_kg": None if row.weight_kg is None else f"{Decimal(row.weight_kg).normalize():f}",
        "unit": row.unit_id,
        "parts": [{"sku": part.sku, "quantity": f"{part.quantity:f}"} for part in parts],
        "units": [{"unit": unit, "factor": f"{factor:f}"} for unit, factor in units.items()],
    }


def shown_key(row: ApiKey) -> dict[str, Any]:
    """Return one API key, without its secret, which nobody knows."""
    return {
        "id": row.pk,
        "username": row.user.username,
        "name": row.name,
        "prefix": row.prefix,
        "scopes": row.scopes,
        "region": row.region.code if row.region else None,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "revoked_at": row.revoked_at,
    }


def text_filter(request: Request, name: str) -> str:
    """Return a filter's text; a text that no row can hold finds nothing."""
    return str(request.query_params.get(name, "")).replace("\x00", "\ufffd")


def flag_filter(request: Request, name: str) -> bool | None:
    """Return a filter that is true, false or absent; raises FilterUnknown."""
    words: Mapping[str | None, bool | None] = {None: None, "true": True, "false": False}
    word = request.query_params.get(name)
    if word not in words:
        raise FilterUnknown(faults=[Fault(f"?{name}", "not_a_flag", "true or false")])
    return words[word]
