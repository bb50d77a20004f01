"""The terms of agreements, as decisions read them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from apps.pricing.decisions.rebates import Terms, Tier
from ordercash.kernel import sql

_TERMS: Final = """
SELECT a.id, a.code, a.state, a.legal_entity_id, a.currency, a.from_date, a.until_date, a.settlement, a.set_aside_at IS NOT NULL,
       a.customer_id, a.customer_group_id, a.basis, a.reward, a.is_retrospective,
       coalesce(array_agg(trim_scale(t.least) ORDER BY t.least) FILTER (WHERE t.id IS NOT NULL), '{}'),
       coalesce(array_agg(trim_scale(t.rate) ORDER BY t.least) FILTER (WHERE t.id IS NOT NULL), '{}')
  FROM pricing_rebateagreement AS a LEFT JOIN pricing_rebatetier AS t ON t.agreement_id = a.id
 WHERE a.id = ANY(%s::uuid[]) GROUP BY a.id"""

_CUSTOMERS: Final = """
SELECT c.id FROM masterdata_customer AS c JOIN pricing_rebateagreement AS a ON a.customer_id = c.id OR a.customer_group_id = c.group_id
 WHERE a.id = %s
UNION SELECT customer_id FROM pricing_rebateaccount WHERE agreement_id = %s"""


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """An agreement with what its decisions need; `until_date` None is open."""

    id: UUID
    code: str
    state: str
    legal_entity_id: UUID
    currency: str
    from_date: date
    until_date: date | None
    settlement: str
    is_set_aside: bool
    customer_id: UUID | None
    customer_group_id: UUID | None
    terms: Terms


def has_rebates() -> bool:
    """Say whether anything can count: an agreement was approved once. One statement."""
    return bool(sql.fetch("SELECT EXISTS (SELECT FROM pricing_rebateagreement WHERE state <> 'draft')")[0][0])


def agreement_terms(agreement_ids: Collection[UUID]) -> dict[UUID, AgreementTerms]:
    """Return agreements with their tiers by id. One statement."""
    rows = sql.fetch(_TERMS, [list(agreement_ids)]) if agreement_ids else []
    return {row[0]: _terms(row) for row in rows}


def rebate_customers(agreement_id: UUID) -> list[UUID]:
    """Return the customers of an agreement: its own, those of its group now, and those who were once. One statement."""
    return [row[0] for row in sql.fetch(_CUSTOMERS, [agreement_id, agreement_id])]


def _terms(row: sql.Row) -> AgreementTerms:
    basis, reward, is_retrospective, leasts, rates = row[11:]
    tiers = tuple(Tier(least, rate) for least, rate in zip(leasts, rates, strict=True))
    return AgreementTerms(*(*row[:11], Terms(row[4], basis, reward, is_retrospective, tiers)))
