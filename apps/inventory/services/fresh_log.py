"""Keeping why less was sold than lay free: what was held back of stale shelves when an order was refused a part of what it wants."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from apps.inventory.decisions.document import FRESHNESS
from apps.inventory.decisions.facts import DemandLine
from apps.inventory.decisions.freshness_record import StaleShelf, freshness_texts
from apps.inventory.selectors.rules import rules_in_force
from apps.rulebooks.contract import DecisionDraft, record_decisions, version_document
from ordercash.kernel.remembered import remembered
from ordercash.kernel.sql import columns_of, fetch
from ordercash.kernel.transactions import joins

ANY_SHARED: Final = "SELECT EXISTS (SELECT FROM inventory_syncclock WHERE rule <> '')"

# Shelves of these groups of which something is held back at the instant of the transaction, as the statements that sell saw it.
STALE: Final = """
SELECT g.legal_entity_id, g.product_id, c.rules_sha256, w.code, e.code, p.sku, p.category, s.free, s.sale_rate,
       extract(epoch FROM now() - s.synced_at)
  FROM unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)
  JOIN inventory_warehouse w ON w.legal_entity_id = g.legal_entity_id AND w.is_active
  JOIN inventory_stock s ON s.product_id = g.product_id AND s.warehouse_id = w.id AND s.synced_at IS NOT NULL
  JOIN inventory_syncclock c ON c.stock_id = s.id AND c.rule <> ''
  JOIN masterdata_legalentity e ON e.id = w.legal_entity_id JOIN masterdata_product p ON p.id = s.product_id
 WHERE inventory_held_back(s.id, s.free, s.synced_at, s.sale_rate) > 0 ORDER BY w.priority, w.code, p.sku
"""


@remembered(seconds=5)
def any_shared() -> bool:
    """Say whether there are shelves that others sell from, under a rule; a hint that spares everybody else the statement."""
    return bool(fetch(ANY_SHARED)[0][0])


@joins
def note_held_back(short: Sequence[DemandLine], *, now: datetime) -> None:
    """Log for each order of these lines, which were refused a part, what was held back of its goods. Nothing where nothing was."""
    ruled = any(
        rules_in_force(FRESHNESS, at=now, legal_entity_id=entity) for entity in {line.legal_entity_id for line in short}
    )
    if not ruled or not any_shared():
        return
    groups = sorted({(line.legal_entity_id, line.product_id) for line in short})
    stale: dict[tuple[UUID, UUID], list[tuple[str, StaleShelf]]] = {}
    for entity, product, sha256, *shelf in fetch(STALE, columns_of(groups, 2)):
        stale.setdefault((entity, product), []).append((sha256, StaleShelf(*shelf)))
    drafts = []
    for order_id, shelves in _by_order(short, stale).items():
        for sha256 in sorted({each for each, _ in shelves}):
            version = version_document(FRESHNESS, bytes.fromhex(sha256))
            texts = freshness_texts(version.compiled, [shelf for each, shelf in shelves if each == sha256])
            drafts.append(DecisionDraft(FRESHNESS, "order", order_id, bytes.fromhex(sha256), *texts, now))
    if drafts:
        record_decisions(drafts)


def _by_order(
    short: Sequence[DemandLine], stale: dict[tuple[UUID, UUID], list[tuple[str, StaleShelf]]]
) -> dict[UUID, list[tuple[str, StaleShelf]]]:
    """Return what was stale of the goods of each order, each product once."""
    wanted = dict.fromkeys((line.order_id, (line.legal_entity_id, line.product_id)) for line in short)
    found: dict[UUID, list[tuple[str, StaleShelf]]] = {}
    for order_id, group in wanted:
        if group in stale:
            found.setdefault(order_id, []).extend(stale[group])
    return found
