"""Setting beside each shelf the figures of the rule that is in force for it, where the statements that sell read them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.inventory.decisions.document import FRESHNESS
from apps.inventory.decisions.freshness import Compiled, FreshnessRule
from apps.inventory.selectors.rules import rules_in_force
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

FACTS: Final = """
SELECT c.stock_id, w.legal_entity_id, w.code, e.code, p.sku, p.category, c.rules_sha256
  FROM inventory_syncclock c JOIN inventory_stock s ON s.id = c.stock_id JOIN inventory_warehouse w ON w.id = s.warehouse_id
  JOIN masterdata_legalentity e ON e.id = w.legal_entity_id JOIN masterdata_product p ON p.id = s.product_id
"""
RULES_OF_NEW: Final = FACTS + " WHERE c.stock_id = ANY(%s::uuid[]) ORDER BY c.stock_id"
RULES_OF_ALL: Final = FACTS + " ORDER BY c.stock_id"
SET: Final = """
UPDATE inventory_syncclock c SET rule = r.rule, rules_sha256 = r.sha256, grace_seconds = r.grace, factor = r.factor,
                                 least_rate = r.least, stop_after_seconds = r.stop_after
  FROM unnest(%s::uuid[], %s::varchar[], %s::varchar[], %s::int[], %s::numeric[], %s::numeric[], %s::int[])
       AS r (stock_id, rule, sha256, grace, factor, least, stop_after)
 WHERE c.stock_id = r.stock_id
"""
NO_RULES: Final = "none"
HOUR: Final = Decimal(3600)


@joins
def set_rules(which: str, params: Sequence[Any], *, now: datetime) -> int:
    """Set the figures of the shelves that `which` selects, where other rules are in force than those they were set by."""
    rows = []
    for stock_id, entity_id, warehouse, entity, sku, category, known in fetch(which, params):
        rules = rules_in_force(FRESHNESS, at=now, legal_entity_id=entity_id)
        sha256 = rules.sha256.hex() if rules else NO_RULES
        if sha256 != known:
            facts = {"warehouse": warehouse, "legal_entity": entity, "sku": sku, "category": category}
            rows.append(_row(stock_id, rule_for(rules.compiled if rules else None, facts), sha256))
    if rows:
        run(SET, columns_of(rows, 7))
    return len(rows)


def rule_for(compiled: Compiled | None, facts: Mapping[str, Any]) -> FreshnessRule | None:
    """Return the rule for a shelf, None where there are no rules."""
    return compiled.rule_for(facts) if compiled else None


def _row(stock_id: UUID, rule: FreshnessRule | None, sha256: str) -> tuple[Any, ...]:
    if rule is None:
        return stock_id, "", sha256, 0, Decimal(0), Decimal(0), None
    least = (rule.least_per_hour / HOUR).quantize(Decimal("0.000001"))
    stop = rule.stop_after_seconds if rule.protected else None
    return stock_id, rule.name, sha256, rule.grace_seconds, rule.factor, least, stop
