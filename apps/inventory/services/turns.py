"""Those who wait, as sharing out sees them: in turn by the rules in force, with what is kept for channels."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.document import ALLOCATION
from apps.inventory.decisions.facts import DemandLine, LineTag, OrderTag
from apps.inventory.decisions.sharing.facts import QuotaLeft, to_parts
from apps.inventory.decisions.sharing.turns import Goods, Rules, Waiting
from apps.inventory.selectors.rules import rules_in_force
from apps.masterdata.contract import entities_by_id, products_by_id
from ordercash.kernel.clock import business_date
from ordercash.kernel.sql import columns_of, fetch

# What is not at hand: no stock row serves it.
NOWHERE: Final = (UUID(int=0), UUID(int=0))

COLUMNS = """b.order_id, b.line_id, b.legal_entity_id, b.product_id, b.quantity, b.occurred_at, b.wanted_on, b.customer_group, b.channel,
       b.country, b.currency, b.net_minor, b.line_quantity, b.promised_on, b.customer_id, b.kit_no, b.per_kit, coalesce(p.kits_whole, false)
  FROM inventory_backorder b LEFT JOIN inventory_orderpolicy p ON p.order_id = b.order_id"""

THEM = f"SELECT {COLUMNS} WHERE b.line_id = ANY(%s::uuid[]) ORDER BY b.line_id FOR UPDATE OF b"
IN_GROUPS = f"""
SELECT {COLUMNS} JOIN unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)
    ON b.product_id = g.product_id AND b.legal_entity_id = g.legal_entity_id WHERE b.reason <> 'later'
"""

# The other parts of kits that are served whole or not at all, and are not among these lines.
ELSEWHERE = f"""
SELECT {COLUMNS} WHERE b.line_id <> ALL(%s::uuid[]) AND p.kits_whole AND EXISTS (
       SELECT FROM inventory_backorder k WHERE k.line_id = ANY(%s::uuid[]) AND k.order_id = b.order_id AND k.kit_no = b.kit_no)
"""  # noqa: S608 - our own columns

# Released ones are anybody's, from the day on; the days are those of each legal entity.
QUOTAS = """
SELECT q.id, q.legal_entity_id, q.product_id, q.warehouse_id, q.channel, q.quantity - q.taken
  FROM unnest(%s::uuid[], %s::uuid[], %s::date[]) AS g (legal_entity_id, product_id, today)
  JOIN inventory_quota q ON q.product_id = g.product_id AND q.legal_entity_id = g.legal_entity_id
   AND q.from_on <= g.today AND q.release_on > g.today AND q.taken < q.quantity
 ORDER BY q.id FOR UPDATE OF q
"""


def lock_waiting(line_ids: Collection[UUID], *, if_idle: bool = False) -> list[Waiting]:
    """Lock waiting lines in the order of their ids and return those that still wait, as they are now.

    `if_idle`: leave out those that somebody else has locked, instead of waiting for him.
    """
    return [Waiting(*row) for row in fetch(f"{THEM} SKIP LOCKED" if if_idle else THEM, [list(line_ids)])]


def waiting_in(groups: Collection[Group]) -> list[Waiting]:
    """Return all that wait in these groups, without locking them."""
    return [Waiting(*row) for row in fetch(IN_GROUPS, columns_of(sorted(groups), 2))] if groups else []


def parts_elsewhere(lines: Sequence[Waiting]) -> list[Waiting]:
    """Return the parts of the kits of these lines that wait and are not among them; one statement where there are kits."""
    kits = [line.line_id for line in lines if line.kits_whole and line.kit_no is not None]
    return [Waiting(*row) for row in fetch(ELSEWHERE, [[line.line_id for line in lines], kits])] if kits else []


def of_tag(tag: LineTag, legal_entity_id: UUID, product_id: UUID) -> Waiting:
    """Return a line of which nothing waits, as if it waited for nothing."""
    return Waiting(
        tag.order_id, tag.line_id, legal_entity_id, product_id, Decimal(0), tag.occurred_at, tag.wanted_on, tag.customer_group,
        tag.channel, tag.country, tag.currency, tag.net_minor, tag.line_quantity, None, tag.customer_id, tag.kit_no, tag.per_kit, False,
    )  # fmt: skip


def demand_of(line: Waiting) -> DemandLine:
    """Return the whole line as demand, as when it was placed."""
    about = OrderTag(line.customer_id, line.customer_group, line.channel, line.country, "", line.currency)
    return DemandLine(
        line.order_id, line.line_id, line.legal_entity_id, line.product_id, True, line.line_quantity, line.occurred_at, about,
        net_minor=line.net_minor, kit_no=line.kit_no, per_kit=line.per_kit, wanted_on=line.wanted_on,
    )  # fmt: skip


def rules_for(groups: Collection[Group], *, now: datetime) -> Rules:
    """Return the rules that are in force for these groups; one statement where there are some, none otherwise."""
    of_entity = {}
    for entity in {entity for entity, _ in groups}:
        if found := rules_in_force(ALLOCATION, at=now, legal_entity_id=entity):
            of_entity[entity] = found.compiled
    return Rules(of_entity, goods_of({product for entity, product in groups if entity in of_entity}))


def goods_of(product_ids: Collection[UUID]) -> dict[UUID, Goods]:
    """Return what rules ask about products; one statement where there are some."""
    known = products_by_id(product_ids)
    return {id: Goods(each.sku, each.category, each.decimals) for id, each in known.items()}


def quotas_left(groups: Collection[Group], *, now: datetime) -> list[QuotaLeft]:
    """Lock what is kept for channels of these groups today and return what is left of it."""
    zones = {entity.id: entity.time_zone for entity in entities_by_id().values()}
    days = [(entity, product, business_date(now, zones[entity])) for entity, product in sorted(groups)]
    found = fetch(QUOTAS, columns_of(days, 3)) if days else []
    return [QuotaLeft(row[0], (row[1], row[2]), row[3], row[4], to_parts(row[5])) for row in found]
