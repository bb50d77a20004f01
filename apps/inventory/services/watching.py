"""Looking after promises while time passes: supplies that should have come, days that went by, lines without a day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from apps.audit.contract import JobContext, register_job
from apps.exceptions.contract import ReasonKind, Resolution, register_reasons, register_resolutions
from apps.inventory.decisions.allocation import Group as GroupKey
from apps.inventory.permissions import APPLY_REPLAN
from apps.inventory.selectors.availability_kind import register_availability
from apps.inventory.services.broken import SUBJECT, SUPPLY_REASONS, look_at_supplies
from apps.inventory.services.pegging import repeg
from apps.inventory.services.replanning import WAYS_OUT
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import writes

# Broken promises of lines that wait no more.
OVER: Final = """
DELETE FROM inventory_brokenpromise x WHERE NOT EXISTS (SELECT FROM inventory_backorder b WHERE b.line_id = x.line_id) RETURNING supply_id
"""

# Groups in which somebody waits for a supply that is overdue, or past his day, or without a day while something is to come; and those in
# which more is promised of a shelf than lies free there, because it was sold to those who want it now.
STIRRED: Final = """
SELECT b.legal_entity_id, b.product_id FROM inventory_backorder b
 WHERE b.promised_on < %s::date
    OR EXISTS (SELECT FROM inventory_supply s JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
                WHERE s.product_id = b.product_id AND w.legal_entity_id = b.legal_entity_id AND s.open_quantity > 0
                  AND (s.due_at < %s OR b.promised_on IS NULL))
 GROUP BY 1, 2
 UNION
SELECT b.legal_entity_id, b.product_id FROM inventory_peg p JOIN inventory_backorder b ON b.line_id = p.line_id
  JOIN inventory_stock s ON s.product_id = b.product_id AND s.warehouse_id = p.warehouse_id
 WHERE p.supply_id IS NULL GROUP BY b.legal_entity_id, b.product_id, s.id, s.free HAVING sum(p.quantity) > greatest(s.free, 0)
 ORDER BY 1, 2
"""

AT_ONCE: Final = 100


@writes
def forget_ended(*, now: datetime) -> int:
    """Forget broken promises of lines that wait no more, and close the cases of supplies that break nothing now."""
    over = [row[0] for row in fetch(OVER)]
    look_at_supplies({id for id in over if id}, now=now)
    return len(over)


@writes
def look_again(*, groups: list[GroupKey], now: datetime) -> None:
    """Peg the promises of these groups anew as things stand now."""
    repeg(groups, now=now)


def watch_supplies(context: JobContext) -> Mapping[str, int]:
    """Job: see which promises time has broken, and promise a day where one can be found."""
    ended = forget_ended(now=context.now)
    groups: list[GroupKey] = [(row[0], row[1]) for row in fetch(STIRRED, [context.now.date(), context.now])]
    for place in range(0, len(groups), AT_ONCE):
        look_again(groups=groups[place : place + AT_ONCE], now=context.now)
    return {"ended": ended, "groups": len(groups)}


# Each with its first schedule in seconds, which the jobs page may change, and what people call it.
JOBS: Final = {"inventory.watch_supplies": (watch_supplies, 60, "Look after promises and the supplies behind them")}


def register_promises() -> None:
    """Make known by which rules things are promised, what breaks promises, the ways out, and the job; called once when apps are loaded."""
    register_availability()
    register_reasons({code: ReasonKind(*kind) for code, kind in SUPPLY_REASONS.items()})
    ways = {name: Resolution(label, APPLY_REPLAN, verb) for name, (label, verb) in WAYS_OUT.items()}
    register_resolutions(SUBJECT, ways)
    for name, (function, every_seconds, title) in JOBS.items():
        register_job(name, function, every_seconds=every_seconds, title=title)
