"""What inventory tells the ledger: the cost of what left or came back, the value of what came in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from apps.inventory.decisions.facts import ShipmentFacts, ShippedLine
from apps.ledger.contract import PostingFact, post_entries
from apps.masterdata.contract import entities_by_id
from ordercash.kernel import clock


def stock_fact(
    kind: str,
    amount: str,
    minor: int,
    *,
    source_kind: str,
    source_id: UUID,
    source_ref: str,
    legal_entity_id: UUID,
    occurred_at: datetime,
    customer_id: UUID | None = None,
) -> PostingFact:
    """Return the fact of one document about stock, in the legal entity's currency, dated in its time zone."""
    entity = entities_by_id()[legal_entity_id]
    return PostingFact(
        kind=kind,
        legal_entity_id=legal_entity_id,
        source_kind=source_kind,
        source_id=source_id,
        source_ref=source_ref,
        entry_date=clock.business_date(occurred_at, entity.time_zone),
        occurred_at=occurred_at,
        currency=entity.currency,
        customer_id=customer_id,
        amounts={amount: minor},
    )


def post_costs(shipments: Sequence[ShipmentFacts], lines: Sequence[ShippedLine]) -> None:
    """Post the cost of sales of each shipment; shipments that cost nothing leave no entry."""
    costs: dict[UUID, int] = {}
    for line in lines:
        costs[line.shipment_id] = costs.get(line.shipment_id, 0) + line.cost_minor
    post_entries(
        [
            stock_fact(
                "shipment",
                "cost",
                costs[shipment.id],
                source_kind="shipment",
                source_id=shipment.id,
                source_ref=f"shipment:{shipment.id}",
                legal_entity_id=shipment.legal_entity_id,
                occurred_at=shipment.shipped_at,
                customer_id=shipment.customer_id,
            )
            for shipment in shipments
            if costs[shipment.id]
        ]
    )
