"""Who the customers are and where they live."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from ordercash.kernel.sql import Row, fetch


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What decisions need to know of a customer. `credit_limit_minor` None means no limit.

    The default addresses are the oldest current ones of their kind; where one is missing the other stands in.
    """

    id: UUID
    code: str
    name: str
    group_id: UUID | None
    currency: str
    country: str
    vat_id: str
    payment_terms_days: int
    invoicing: str
    is_one_time: bool
    is_blocked: bool
    credit_limit_minor: int | None
    bill_to_id: UUID | None
    ship_to_id: UUID | None


@dataclass(frozen=True, slots=True)
class AddressFacts:
    """A place as it was written down; it never changes."""

    id: UUID
    customer_id: UUID
    kind: str
    name: str
    line1: str
    line2: str
    city: str
    postal_code: str
    state: str
    country: str


NOBODY: Final = UUID(int=0)

_CUSTOMERS: Final = """
SELECT c.id, c.code, c.name, c.group_id, c.currency, c.country, c.vat_id, c.payment_terms_days, c.invoicing,
       c.is_one_time, c.is_blocked, c.credit_limit_minor, coalesce(bill.id, ship.id), coalesce(ship.id, bill.id)
  FROM masterdata_customer c
  LEFT JOIN LATERAL (SELECT a.id FROM masterdata_address a WHERE a.customer_id = c.id AND a.kind = 'bill' AND a.is_current
                      ORDER BY a.id LIMIT 1) bill ON true
  LEFT JOIN LATERAL (SELECT a.id FROM masterdata_address a WHERE a.customer_id = c.id AND a.kind = 'ship' AND a.is_current
                      ORDER BY a.id LIMIT 1) ship ON true
"""
_ADDRESSES: Final = """
SELECT id, customer_id, kind, name, line1, line2, city, postal_code, state, country FROM masterdata_address
"""


def customer_id_called(code: str) -> UUID | None:
    """Return the id of a customer for a filter: None for no code, and for an unknown one an id that nobody has, which finds nothing.

    A code may be typed in small letters; one that is written so itself comes first.
    """
    if not code:
        return None
    known = customers_by_code({code, code.upper()})
    return next((known[each].id for each in (code, code.upper()) if each in known), NOBODY)


def customers_by_code(codes: Collection[str]) -> dict[str, CustomerFacts]:
    """Return the customers that exist among `codes`, by code."""
    rows = fetch(f"{_CUSTOMERS} WHERE c.code = ANY(%s::text[])", [storable(codes)]) if codes else []
    return {row[1]: CustomerFacts(*row) for row in rows}


def customers_by_id(ids: Collection[UUID]) -> dict[UUID, CustomerFacts]:
    """Return the customers that exist among `ids`, by id."""
    rows = fetch(f"{_CUSTOMERS} WHERE c.id = ANY(%s::uuid[])", [list(ids)]) if ids else []
    return {row[0]: CustomerFacts(*row) for row in rows}


def addresses_by_id(ids: Collection[UUID]) -> dict[UUID, AddressFacts]:
    """Return the addresses that exist among `ids`, current or not, by id."""
    rows = fetch(f"{_ADDRESSES} WHERE id = ANY(%s::uuid[])", [list(ids)]) if ids else []
    return {row[0]: AddressFacts(*row) for row in rows}


def addresses_of(customer_id: UUID) -> list[AddressFacts]:
    """Return a customer's current addresses, oldest first."""
    rows: Sequence[Row] = fetch(f"{_ADDRESSES} WHERE customer_id = %s AND is_current ORDER BY id", [customer_id])
    return [AddressFacts(*row) for row in rows]


def find_customers(text: str, *, limit: int = 10) -> list[CustomerFacts]:
    """Return customers whose code or name contains `text`, codes that begin with it first."""
    words = contains(text)
    if not words:
        return []
    rows = fetch(
        f"{_CUSTOMERS} WHERE c.code ILIKE %s OR c.name ILIKE %s ORDER BY c.code NOT ILIKE %s, c.code LIMIT %s",
        [words, words, words[1:], limit],
    )
    return [CustomerFacts(*row) for row in rows]


def storable(codes: Collection[str]) -> list[str]:
    """Return the codes that a text column could hold at all: PostgreSQL refuses the NUL character."""
    return [code for code in codes if "\x00" not in code]


def contains(text: str) -> str:
    """Return the LIKE pattern for "contains `text`", with its wildcards taken literally; "" for nothing to look for."""
    words = text.replace("\x00", "").strip()
    if not words:
        return ""
    for sign in ("\\", "%", "_"):
        words = words.replace(sign, f"\\{sign}")
    return f"%{words}%"
