"""What comes of supplies, in parts and late: on the shelf first, then counted on the supply."""

from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from apps.audit.contract import record_events, set_change_actor
from apps.inventory.decisions.facts import ReceiptDraft
from apps.inventory.decisions.facts.supplies import SupplyArrival, SupplyFacts, SupplyResult
from apps.inventory.decisions.receiving import Place
from apps.inventory.decisions.supplies import receive_supply, take_arrivals
from apps.inventory.events import supply_received
from apps.inventory.selectors.supplies import supplies_by_id
from apps.inventory.services.moving import lock_shelves
from apps.inventory.services.pegging import repeg
from apps.inventory.services.receiving import KNOWN_MOVEMENTS, receive_stock
from apps.inventory.services.supplying import groups_of, lock_supplies
from ordercash.kernel.actor import Actor
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

COUNT = """
WITH came AS (
    SELECT a.supply_id, m.id AS movement_id, m.quantity
      FROM unnest(%s::uuid[], %s::varchar[]) AS a (supply_id, source_ref) JOIN inventory_stockmovement m ON m.source_ref = a.source_ref
), noted AS (
    INSERT INTO inventory_supplyreceipt (id, supply_id, movement_id, quantity)
    SELECT new_id(), supply_id, movement_id, quantity FROM came
)
UPDATE inventory_supply s SET received = s.received + c.quantity, status = t.status, version = s.version + c.parts
  FROM (SELECT supply_id, sum(quantity) AS quantity, count(*) AS parts FROM came GROUP BY supply_id) c,
       unnest(%s::uuid[], %s::varchar[]) AS t (id, status)
 WHERE s.id = c.supply_id AND t.id = s.id
"""


@joins
def receive_supplies(arrivals: Sequence[SupplyArrival], *, now: datetime, actor: Actor) -> SupplyResult:
    """Put what came of supplies on the shelf, in parts if it must be, and give it to those who wait. Repeating a source_ref does nothing.

    More may come than was announced. A supply is received when all of it came or an arrival says that it is the last; what is still
    open after that is given up. Refused: `unknown_supply`, `supply_ended`, `quantity_out_of_range`, `cost_negative`, what
    `receive_stock` refuses, and with the ledger's code what it cannot post.
    """
    first: dict[str, SupplyArrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.source_ref, arrival)
    known = {row[0] for row in fetch(KNOWN_MOVEMENTS, [list(first)])} if first else set()
    fresh = [arrival for ref, arrival in first.items() if ref not in known]
    asked = {arrival.supply_id for arrival in first.values()}
    found = supplies_by_id(asked)
    shelves = lock_shelves([(supply.product_id, supply.warehouse_id) for supply in found.values()])
    before = lock_supplies(asked)
    taken, refused = take_arrivals(fresh, before)
    in_lots = {place for place, shelf in shelves.items() if shelf.has_lots}
    result = receive_stock([_receipt(arrival, before[arrival.supply_id], in_lots) for arrival in taken], actor=actor)
    came = [arrival for arrival in taken if arrival.source_ref in set(result.made)]
    after = _count(came, before, now, actor)
    return SupplyResult([after.get(each, before[each]) for each in _order(first, before)], [*refused, *result.refused])


def _order(arrivals: Mapping[str, SupplyArrival], known: Mapping[UUID, SupplyFacts]) -> list[UUID]:
    """Return the supplies in the order in which they were named, each once."""
    return [each for each in dict.fromkeys(a.supply_id for a in arrivals.values()) if each in known]


def _receipt(arrival: SupplyArrival, supply: SupplyFacts, in_lots: Container[Place]) -> ReceiptDraft:
    """Return what came as a receipt; the lot is the announced one unless another is named."""
    announced = (supply.product_id, supply.warehouse_id) in in_lots and arrival.lot_code in ("", supply.lot_code)
    return ReceiptDraft(
        warehouse_id=supply.warehouse_id,
        product_id=supply.product_id,
        quantity=arrival.quantity,
        unit_cost=supply.unit_cost if arrival.unit_cost is None else arrival.unit_cost,
        due_at=arrival.received_at,
        source_ref=arrival.source_ref,
        kind="opening" if supply.kind == "opening" else "receipt",
        lot_code=supply.lot_code if announced else arrival.lot_code,
        expires_on=arrival.expires_on or (supply.expires_on if announced else None),
    )


def _count(
    came: Sequence[SupplyArrival], before: Mapping[UUID, SupplyFacts], now: datetime, actor: Actor
) -> dict[UUID, SupplyFacts]:
    """Write down what came of each supply, tell it, and peg the promises to what is still to come."""
    after: dict[UUID, SupplyFacts] = {}
    events = []
    for arrival in came:
        supply = receive_supply(after.get(arrival.supply_id, before[arrival.supply_id]), arrival)
        after[supply.id] = supply
        events.append(supply_received(arrival, supply, actor))
    if came:
        set_change_actor(actor)
        parts = columns_of([(arrival.supply_id, arrival.source_ref) for arrival in came], 2)
        run(COUNT, [*parts, *columns_of([(supply.id, supply.status) for supply in after.values()], 2)])
        record_events(events)
        repeg(groups_of(after.values()), now=now)
    return after
