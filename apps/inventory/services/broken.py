"""Supplies that break promises: one case each, that says how many, to how many customers and what is at risk, until they are mended."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.exceptions.contract import CaseDraft, ReasonDraft, close_cases, refresh_cases
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import joins

SUBJECT: Final = "supply"

# With the queue that works on it and the hours to settle it within.
SUPPLY_REASONS: Final[Mapping[str, tuple[str, str, int]]] = {
    "supply_late": ("A supply comes too late for what is promised of it", "planning", 8),
    "supply_short": ("Less comes of a supply than is promised of it", "planning", 8),
}

# What a line is worth is its part of the net amount of the whole line.
AT_RISK: Final = """
SELECT s.id, s.number, p.sku, w.legal_entity_id, s.open_quantity > 0 AND s.open_quantity >= s.quantity - s.received, x.currency,
       sum(x.lines)::int, sum(x.customers)::int, sum(x.minor)::bigint
  FROM inventory_supply s
  JOIN inventory_warehouse w ON w.id = s.warehouse_id JOIN masterdata_product p ON p.id = s.product_id
  JOIN LATERAL (SELECT b.currency, count(*) AS lines, count(DISTINCT b.customer_id) AS customers,
                       sum(CASE WHEN b.line_quantity > 0 THEN round(b.net_minor * b.quantity / b.line_quantity) ELSE 0 END) AS minor
                  FROM inventory_brokenpromise k JOIN inventory_backorder b ON b.line_id = k.line_id
                 WHERE k.supply_id = s.id GROUP BY b.currency) x ON TRUE
 WHERE s.id = ANY(%s::uuid[]) GROUP BY s.id, p.sku, w.legal_entity_id, x.currency ORDER BY s.id, 9 DESC, x.currency
"""


class AtRisk(NamedTuple):
    """What a supply breaks in one currency; `is_late`: all of it is still to come."""

    supply_id: UUID
    number: str
    sku: str
    legal_entity_id: UUID
    is_late: bool
    currency: str
    promises: int
    customers: int
    minor: int


@joins
def look_at_supplies(
    supply_ids: Collection[UUID], *, now: datetime, actor: Actor = SYSTEM, resolution: str = "promises_kept"
) -> None:
    """Open one case for each of these supplies that breaks promises, or bring it up to date; close those of the others."""
    if not supply_ids:
        return
    found: dict[UUID, list[AtRisk]] = {}
    for row in fetch(AT_RISK, [sorted(supply_ids)]):
        found.setdefault(row[0], []).append(AtRisk(*row))
    refresh_cases([_case(rows, now) for rows in found.values()], actor=actor, now=now)
    mended = [id for id in supply_ids if id not in found]
    close_cases(SUBJECT, mended, resolution=resolution, note="", actor=actor, now=now)


def _case(rows: list[AtRisk], now: datetime) -> CaseDraft:
    """Return the case of a supply; its money is that of the currency in which most is at risk, the others stand in the reason."""
    most = rows[0]
    detail: dict[str, Any] = {
        "promises": sum(row.promises for row in rows),
        "customers": sum(row.customers for row in rows),
        "at_risk": {row.currency: row.minor for row in rows if row.currency},
    }
    return CaseDraft(
        subject_kind=SUBJECT,
        subject_id=most.supply_id,
        title=f"Promises that {most.number} ({most.sku}) was to serve cannot be kept",
        legal_entity_id=most.legal_entity_id,
        currency=most.currency,
        money_at_risk_minor=most.minor,
        reasons=[ReasonDraft("supply_late" if most.is_late else "supply_short", detail)],
        opened_at=now,
    )
