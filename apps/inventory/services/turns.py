"""Those who wait, as sharing out sees them: in turn by the rules in force, with what is kept for channels."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.document import ALLOCATION
from apps.inventory.decisions.facts import DemandLine, LineTag, OrderTag
from apps.inventory.decisions.sharing.document import Sharing, TierReady
from apps.inventory.decisions.sharing.facts import PARTS, Line, QuotaLeft, Strategy, to_parts
from apps.inventory.selectors.rules import rules_in_force
from apps.masterdata.contract import ProductFacts, entities_by_id, products_by_id
from ordercash.kernel.clock import business_date
from ordercash.kernel.sql import columns_of, fetch

NO_WISH: Final = date.max
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


class Waiting(NamedTuple):
    """A waiting line as it is."""

    order_id: UUID
    line_id: UUID
    legal_entity_id: UUID
    product_id: UUID
    quantity: Decimal
    occurred_at: datetime
    wanted_on: date | None
    customer_group: str
    channel: str
    country: str
    currency: str
    net_minor: int
    line_quantity: Decimal
    promised_on: date | None
    customer_id: UUID | None
    kit_no: int | None
    per_kit: Decimal | None
    kits_whole: bool

    @property
    def group(self) -> Group:
        """The lines of one group compete."""
        return self.legal_entity_id, self.product_id


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


class Rules(NamedTuple):
    """The rules of allocation by legal entity, where some are in force, and the products that they are asked about."""

    of_entity: Mapping[UUID, Sharing]
    products: Mapping[UUID, ProductFacts]

    def tier_of(self, line: Any) -> TierReady | None:
        """Return the tier of a waiting line; None without rules."""
        sharing = self.of_entity.get(line.legal_entity_id)
        return sharing.tier_of(line._asdict()) if sharing else None

    def strategies(self, groups: Iterable[Group]) -> dict[Group, Strategy]:
        """Return how each group is shared out; none for those without rules."""
        return {group: self._strategy(group) for group in groups if group[0] in self.of_entity}

    def line(self, waiting: Waiting, strategy: Strategy | None) -> Line:
        """Return the line with its turn."""
        sharing = self.of_entity.get(waiting.legal_entity_id)
        tier = sharing.tier_of(waiting._asdict()) if sharing else None
        weights = sharing.document.fair_share.weights if sharing else {}
        kit = (waiting.order_id, waiting.kit_no) if waiting.kits_whole and waiting.kit_no is not None else None
        return Line(
            waiting.line_id,
            waiting.group,
            to_parts(waiting.quantity),
            _turn(waiting, sharing, tier, strategy),
            waiting.channel,
            weights.get(tier.name, Decimal(1)) if tier else Decimal(1),
            kit,
            to_parts(waiting.per_kit or Decimal(0)),
        )

    def _strategy(self, group: Group) -> Strategy:
        sharing, product = self.of_entity[group[0]], self.products[group[1]]
        name = sharing.strategy_of({"sku": product.sku, "category": product.category})
        least = sharing.document.fair_share.least or Decimal(0)
        return Strategy(name, PARTS // 10**product.decimals, to_parts(least))


def rules_for(groups: Collection[Group], *, now: datetime) -> Rules:
    """Return the rules that are in force for these groups; one statement where there are some, none otherwise."""
    of_entity = {}
    for entity in {entity for entity, _ in groups}:
        if found := rules_in_force(ALLOCATION, at=now, legal_entity_id=entity):
            of_entity[entity] = found.compiled
    asked = {product for entity, product in groups if entity in of_entity}
    return Rules(of_entity, products_by_id(asked))


def quotas_left(groups: Collection[Group], *, now: datetime) -> list[QuotaLeft]:
    """Lock what is kept for channels of these groups today and return what is left of it."""
    zones = {entity.id: entity.time_zone for entity in entities_by_id().values()}
    days = [(entity, product, business_date(now, zones[entity])) for entity, product in sorted(groups)]
    found = fetch(QUOTAS, columns_of(days, 3)) if days else []
    return [QuotaLeft(row[0], (row[1], row[2]), row[3], row[4], to_parts(row[5])) for row in found]


def _turn(
    waiting: Waiting, sharing: Sharing | None, tier: TierReady | None, strategy: Strategy | None
) -> tuple[Any, ...]:
    """Return when a line is served: by rank, where its product is shared by tier, then as its rules order lines within a tier."""
    if sharing is None or tier is None or strategy is None or strategy.name in ("first_come", "quotas"):
        return (0, NO_WISH, waiting.occurred_at)
    wish = (waiting.wanted_on or NO_WISH) if sharing.document.order_within[:1] == ("wanted_on",) else NO_WISH
    return (tier.rank, wish, waiting.occurred_at)
