"""Lines that are wanted later than goods are reserved ahead: promised by date, and reserved when the day is near."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from apps.inventory.decisions.document import AVAILABILITY
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.selectors.rules import rules_in_force
from apps.masterdata.contract import entities_by_id
from ordercash.kernel.clock import business_date

NOBODY: Final[frozenset[UUID]] = frozenset()


def is_later(*, wanted_on: date, legal_entity_id: UUID, sku: str, category: str, at: datetime) -> bool:
    """Say whether rules of availability in force at an instant let goods that are wanted on a day wait; days are the legal entity's."""
    rules = rules_in_force(AVAILABILITY, at=at, legal_entity_id=legal_entity_id)
    if rules is None:
        return False
    entity = entities_by_id()[legal_entity_id]
    within = rules.compiled.of(sku, category, entity.code).rule.reserve_within_days
    return within is not None and (wanted_on - business_date(at, entity.time_zone)).days > within


def wanted_later(lines: Iterable[DemandLine]) -> frozenset[UUID]:
    """Return the lines of goods that are not reserved yet; the parts of a kit all wait, or none. No statement.

    Goods that were set aside for an order are never given up.
    """
    dated = [line for line in lines if line.is_stocked and line.wanted_on is not None and line.hold_id is None]
    if not dated:
        return NOBODY
    later = {line.line_id for line in dated if _is_later(line)}
    split = {(line.order_id, line.kit_no) for line in dated if line.kit_no is not None and line.line_id not in later}
    return frozenset(
        line.line_id for line in dated if line.line_id in later and (line.order_id, line.kit_no) not in split
    )


def _is_later(line: DemandLine) -> bool:
    return line.wanted_on is not None and is_later(
        wanted_on=line.wanted_on,
        legal_entity_id=line.legal_entity_id,
        sku=line.sku,
        category=line.category,
        at=line.occurred_at,
    )
