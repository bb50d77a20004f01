"""Those who wait, in turn by the rules of allocation."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.sharing.document import Sharing, TierReady
from apps.inventory.decisions.sharing.facts import PARTS, Line, Strategy, to_parts

NO_WISH: Final = date.max


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


class Goods(NamedTuple):
    """What rules ask about a product; `decimals` are those of its unit."""

    sku: str
    category: str
    decimals: int


class Rules(NamedTuple):
    """The rules of allocation by legal entity, where some are in force, and the products that they are asked about."""

    of_entity: Mapping[UUID, Sharing]
    products: Mapping[UUID, Goods]

    def tier_of(self, line: Waiting) -> TierReady | None:
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


def _turn(
    waiting: Waiting, sharing: Sharing | None, tier: TierReady | None, strategy: Strategy | None
) -> tuple[Any, ...]:
    """Return when a line is served: by rank, where its product is shared by tier, then as its rules order lines within a tier."""
    if sharing is None or tier is None or strategy is None or strategy.name in ("first_come", "quotas"):
        return (0, NO_WISH, waiting.occurred_at)
    wish = (waiting.wanted_on or NO_WISH) if sharing.document.order_within[:1] == ("wanted_on",) else NO_WISH
    return (tier.rank, wish, waiting.occurred_at)
