"""What inventory tells the ledger: the cost of what left or came back, the value of what came in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from apps.inventory.decisions.facts import ShipmentFacts, ShippedLine, ShipRequest
from apps.ledger.contract import PostingFact, post_entries, prepare_entries
from apps.masterdata.contract import entities_by_id
from ordercash.kernel import clock
from ordercash.kernel.errors import DomainError
from ordercash.kernel.ids import new_id


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
        [_shipment_fact(shipment.id, costs[shipment.id], shipment) for shipment in shipments if costs[shipment.id]]
    )


def unpostable_shipments(costs: Mapping[str, int], requests: Sequence[ShipRequest]) -> dict[str, DomainError]:
    """Return, by source_ref, why the ledger would refuse what a request's goods cost; asked before anything is moved."""
    worth = [request for request in requests if costs.get(request.source_ref)]
    return _refused(
        {request.source_ref: _shipment_fact(new_id(), costs[request.source_ref], request) for request in worth}
    )


def unpostable_returns(moments: Mapping[str, tuple[UUID, datetime]]) -> dict[str, DomainError]:
    """Return, by the names given, why the ledger would refuse the cost of goods coming back to a legal entity at an instant.

    Asked before anything is credited. What the goods cost does not matter for it.
    """
    return _refused({name: return_fact(new_id(), 1, entity_id, at) for name, (entity_id, at) in moments.items()})


def movement_fact(movement_id: UUID, kind: str, value_minor: int, legal_entity_id: UUID, at: datetime) -> PostingFact:
    """Return the fact of a receipt or of a counted difference."""
    return stock_fact(
        kind,
        "value",
        value_minor,
        source_kind="stock_movement",
        source_id=movement_id,
        source_ref=f"stock_movement:{movement_id}",
        legal_entity_id=legal_entity_id,
        occurred_at=at,
    )


def unpostable_movements(values: Mapping[str, tuple[str, int, UUID, datetime]]) -> dict[str, DomainError]:
    """Return, by the names given, why the ledger would refuse a movement of this kind, value, legal entity and instant."""
    return _refused({name: movement_fact(new_id(), *value) for name, value in values.items()})


def return_fact(
    return_id: UUID, cost_minor: int, legal_entity_id: UUID, at: datetime, customer_id: UUID | None = None
) -> PostingFact:
    """Return the fact of goods that came back."""
    return stock_fact(
        "return",
        "cost",
        cost_minor,
        source_kind="goods_return",
        source_id=return_id,
        source_ref=f"goods_return:{return_id}",
        legal_entity_id=legal_entity_id,
        occurred_at=at,
        customer_id=customer_id,
    )


def _shipment_fact(shipment_id: UUID, cost_minor: int, about: ShipmentFacts | ShipRequest) -> PostingFact:
    return stock_fact(
        "shipment",
        "cost",
        cost_minor,
        source_kind="shipment",
        source_id=shipment_id,
        source_ref=f"shipment:{shipment_id}",
        legal_entity_id=about.legal_entity_id,
        occurred_at=about.shipped_at,
        customer_id=about.customer_id,
    )


def _refused(facts: Mapping[str, PostingFact]) -> dict[str, DomainError]:
    """Ask the ledger in at most two statements, none of nothing."""
    refused = prepare_entries(list(facts.values())).refused
    return {name: refused[fact.source_ref] for name, fact in facts.items() if fact.source_ref in refused}
