"""Masters that come along with an order: what is missing is made, what exists is left as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import md5
from typing import Final
from uuid import UUID

from apps.masterdata.selectors.parties import CustomerFacts, customers_by_code
from apps.masterdata.selectors.products import ProductFacts, products_by_sku
from ordercash.kernel.ids import new_ids
from ordercash.kernel.sql import Row, columns_of, fetch, run
from ordercash.kernel.transactions import joins

_SEPARATOR: Final = "\x1f"


@dataclass(frozen=True, slots=True)
class CustomerDraft:
    """A customer as a file or channel names it; `country` is ISO 3166 or "" when unknown."""

    code: str
    name: str
    currency: str
    country: str = ""
    group_id: UUID | None = None
    vat_id: str = ""
    payment_terms_days: int = 30
    invoicing: str = "per_shipment"
    is_one_time: bool = False
    credit_limit_minor: int | None = None
    email: str = ""
    language: str = "en"
    notices: str = "all"


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A product as a file or channel names it; `unit` is a code of UnitOfMeasure."""

    sku: str
    name: str
    kind: str = "goods"
    tax_class: str = "standard"
    unit: str = "piece"
    is_sellable: bool = True
    category: str = ""
    weight_kg: Decimal | None = None
    tracks_lots: bool = False
    shelf_life_days: int | None = None


@dataclass(frozen=True, slots=True)
class AddressDraft:
    """An address as it was written; `kind` is "bill" or "ship"."""

    customer_id: UUID
    kind: str
    name: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    postal_code: str = ""
    state: str = ""
    country: str = ""

    @property
    def key(self) -> tuple[UUID, str, str]:
        """Identify equal content of one customer and kind; the hash is the generated column of the table, not a secret."""
        parts = (self.name, self.line1, self.line2, self.city, self.postal_code, self.state, self.country)
        return self.customer_id, self.kind, md5(_SEPARATOR.join(parts).encode(), usedforsecurity=False).hexdigest()


@joins
def ensure_customers(drafts: Sequence[CustomerDraft]) -> dict[str, CustomerFacts]:
    """Return the customers of all codes; those that did not exist are made. One statement when all exist, at most three."""
    by_code = {draft.code: draft for draft in reversed(drafts)}
    known = customers_by_code(by_code)
    missing = sorted(by_code.keys() - known.keys())
    if not missing:
        return known
    rows = [_customer_row(id_, by_code[code]) for id_, code in zip(new_ids(len(missing)), missing, strict=True)]
    run(
        "INSERT INTO masterdata_customer (id, code, name, currency, country, group_id, vat_id, email, payment_terms_days,"
        " invoicing, is_one_time, credit_limit_minor, language, notices)"
        " SELECT i, c, n, u, y, g, v, e, t, m, o, l, a, w FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[],"
        " %s::uuid[], %s::text[], %s::text[], %s::int[], %s::text[], %s::bool[], %s::bigint[], %s::text[],"
        " %s::text[]) AS d(i, c, n, u, y, g, v, e, t, m, o, l, a, w)"
        " ON CONFLICT (code) DO NOTHING",
        columns_of(rows, 14),
    )
    return known | customers_by_code(missing)


@joins
def ensure_products(drafts: Sequence[ProductDraft]) -> dict[str, ProductFacts]:
    """Return the products of all SKUs; those that did not exist are made. One statement when all exist, at most three."""
    by_sku = {draft.sku: draft for draft in reversed(drafts)}
    known = products_by_sku(by_sku)
    missing = sorted(by_sku.keys() - known.keys())
    if not missing:
        return known
    wanted = [by_sku[sku] for sku in missing]
    rows = [
        (
            id_,
            draft.sku,
            draft.name,
            draft.kind,
            draft.tax_class,
            draft.unit,
            draft.is_sellable,
            draft.category,
            draft.weight_kg,
            draft.tracks_lots,
            draft.shelf_life_days,
        )
        for id_, draft in zip(new_ids(len(wanted)), wanted, strict=True)
    ]
    run(
        "INSERT INTO masterdata_product (id, sku, name, kind, tax_class, unit, is_sellable, category, weight_kg,"
        " tracks_lots, shelf_life_days)"
        " SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bool[],"
        " %s::text[], %s::numeric[], %s::bool[], %s::int[]) ON CONFLICT (sku) DO NOTHING",
        columns_of(rows, 11),
    )
    return known | products_by_sku(missing)


@joins
def ensure_addresses(drafts: Sequence[AddressDraft]) -> list[UUID]:
    """Return the id of each draft's address, in order; equal content is kept once. One statement when all exist, at most three."""
    by_key = {draft.key: draft for draft in drafts}
    known = _address_ids(list(by_key))
    missing = [key for key in by_key if key not in known]
    if missing:
        # Ids in the order of the drafts, so that the first of them becomes the default; rows in key order, so that nobody deadlocks.
        ids = dict(zip(missing, new_ids(len(missing)), strict=True))
        _insert_addresses([(ids[key], by_key[key]) for key in sorted(missing)])
        known |= _address_ids(missing)
    return [known[draft.key] for draft in drafts]


def _customer_row(id_: UUID, draft: CustomerDraft) -> Row:
    return (
        id_, draft.code, draft.name, draft.currency, draft.country, draft.group_id, draft.vat_id, draft.email,
        draft.payment_terms_days, draft.invoicing, draft.is_one_time, draft.credit_limit_minor, draft.language,
        draft.notices,
    )  # fmt: skip


def _address_ids(keys: Sequence[tuple[UUID, str, str]]) -> dict[tuple[UUID, str, str], UUID]:
    rows = fetch(
        "SELECT a.customer_id, a.kind, a.fingerprint, a.id FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS k(c, n, f)"
        " JOIN masterdata_address a ON a.customer_id = k.c AND a.kind = k.n AND a.fingerprint = k.f",
        columns_of(keys, 3),
    )
    return {(customer_id, kind, fingerprint): id_ for customer_id, kind, fingerprint, id_ in rows}


def _insert_addresses(drafts: Sequence[tuple[UUID, AddressDraft]]) -> None:
    rows = [
        (id_, d.customer_id, d.kind, d.name, d.line1, d.line2, d.city, d.postal_code, d.state, d.country)
        for id_, d in drafts
    ]
    run(
        "INSERT INTO masterdata_address (id, customer_id, kind, name, line1, line2, city, postal_code, state, country)"
        " SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
        " %s::text[], %s::text[]) ON CONFLICT (customer_id, kind, fingerprint) DO NOTHING",
        columns_of(rows, 10),
    )
