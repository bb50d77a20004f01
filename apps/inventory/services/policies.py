"""What orders agreed to when goods are short: decided once, and asked before anything of them leaves."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.inventory.decisions.backorders.deciding import OrderPolicyDecided, decide_policy, facts_of, texts_of
from apps.inventory.decisions.document import BACKORDERS
from apps.inventory.decisions.facts import DemandLine, ShipRequest
from apps.inventory.decisions.gate import Agreed, Standing, why_it_waits
from apps.inventory.selectors.rules import rules_in_force
from apps.masterdata.contract import entities_by_id
from apps.rulebooks.contract import DecisionDraft, InForce, canonical_json, record_decisions
from ordercash.kernel.clock import business_date
from ordercash.kernel.sql import columns_of, fetch
from ordercash.kernel.transactions import joins

# An order without a policy, nearly every one, is not even looked at. One request is one shipment, from however many warehouses.
AGREED = """
SELECT p.order_id, p.ship, p.minimum_percent, p.minimum_quantity, p.most_shipments,
       coalesce((SELECT sum(r.quantity) FROM inventory_reservation r WHERE r.order_id = p.order_id AND r.state = 'firm'), 0),
       coalesce((SELECT sum(b.quantity) FROM inventory_backorder b WHERE b.order_id = p.order_id), 0),
       (SELECT count(DISTINCT s.source_ref) FROM inventory_shipment s WHERE s.order_id = p.order_id)
  FROM inventory_orderpolicy p WHERE p.order_id = ANY(%s::uuid[]) AND (p.ship <> 'as_ready' OR p.most_shipments IS NOT NULL)
"""

OF_ONE_WAREHOUSE = """
SELECT order_id, warehouse_id, sum(quantity) FROM inventory_reservation
 WHERE order_id = ANY(%s::uuid[]) AND state = 'firm' GROUP BY order_id, warehouse_id
"""

COLUMNS: Final = {
    "order_id": "uuid",
    "ship": "varchar",
    "minimum_percent": "numeric",
    "minimum_quantity": "numeric",
    "most_shipments": "smallint",
    "kits_whole": "boolean",
    "substitutes": "boolean",
    "cancel_on": "date",
    "version_sha256": "bytea",
}
FREEZE = f"""
INSERT INTO inventory_orderpolicy ({", ".join(COLUMNS)}) SELECT * FROM unnest({", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())})
ON CONFLICT (order_id) DO NOTHING RETURNING order_id
"""  # noqa: S608 - our own columns

WITH_WHOLE_KITS = "SELECT order_id FROM inventory_orderpolicy WHERE order_id = ANY(%s::uuid[]) AND kits_whole"


class Frozen(NamedTuple):
    """What reserving asks of policies: the orders whose kits are reserved whole, and by order which SKU may be delivered for which."""

    kits_whole: set[UUID]
    substitutes: Mapping[UUID, Mapping[str, str]]


@joins
def freeze_policies(lines: Iterable[DemandLine]) -> Frozen:
    """Keep what the orders of these lines agree to, once for good, and return what of it reserving asks.

    A policy that asks something is a row and a logged decision; an order that ships as it is ready has neither, and costs nothing.
    """
    first: dict[UUID, DemandLine] = {}
    for line in lines:
        first.setdefault(line.order_id, line)
    rows, logged = [], []
    substitutes: dict[UUID, Mapping[str, str]] = {}
    for line in first.values():
        rules = rules_in_force(BACKORDERS, at=line.occurred_at, legal_entity_id=line.legal_entity_id)
        if rules is None and line.about.partial_ok:
            continue
        facts = _facts(line)
        name, decided = decide_policy(rules.compiled if rules else None, facts)
        if decided is not None:
            rows.append((line.order_id, *decided, rules.sha256 if rules else None))
            logged += [_logged(line, rules, facts, name, decided)] if rules else []
            if rules and decided.substitutes:
                substitutes[line.order_id] = rules.compiled.substitutes_of(name)
    new = {row[0] for row in fetch(FREEZE, columns_of(rows, len(COLUMNS)))} if rows else set()
    record_decisions([draft for draft in logged if draft.subject_id in new])
    return Frozen({row[0] for row in rows if row[5]}, substitutes)


def held_back(order_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return, by order, the code of why nothing of it may leave yet; an order that may go on has no entry. One statement.

    Codes: those of `WAITS_FOR`.
    """
    return {
        order_id: why
        for order_id, (agreed, standing) in _agreed(order_ids).items()
        if (why := why_it_waits(agreed, standing))
    }


def requests_held_back(requests: Sequence[ShipRequest]) -> dict[str, str]:
    """Return, by source_ref, why a request may not leave: what it leaves behind counts as what would stay.

    One statement, and one more where a request of an order with a policy names a warehouse.
    """
    agreed = _agreed({request.order_id for request in requests})
    placed = [request.order_id for request in requests if request.warehouse_id and request.order_id in agreed]
    there = {
        (order, place): quantity for order, place, quantity in (fetch(OF_ONE_WAREHOUSE, [placed]) if placed else ())
    }
    held = {}
    for request in requests:
        if request.order_id in agreed:
            terms, standing = agreed[request.order_id]
            if why := why_it_waits(terms, _left_behind(request, standing, there)):
                held[request.source_ref] = why
    return held


def _left_behind(request: ShipRequest, standing: Standing, there: Mapping[tuple[UUID, UUID], Decimal]) -> Standing:
    leaves = standing.reserved
    if request.warehouse_id is not None:
        leaves = there.get((request.order_id, request.warehouse_id), Decimal(0))
    if request.lines is not None:
        leaves = min(leaves, sum(request.lines.values(), Decimal(0)))
    stays = standing.reserved + standing.waiting - leaves
    return Standing(leaves, stays, standing.shipments)


def _agreed(order_ids: Collection[UUID]) -> dict[UUID, tuple[Agreed, Standing]]:
    found = fetch(AGREED, [list(order_ids)]) if order_ids else ()
    return {row[0]: (Agreed(*row[1:5]), Standing(*row[5:8])) for row in found}


def _facts(line: DemandLine) -> dict[str, Any]:
    about = line.about
    day = _day(line.occurred_at, line.legal_entity_id)
    return facts_of(about.group, about.channel, about.country, about.currency, about.partial_ok, day)


def _day(at: datetime, legal_entity_id: UUID) -> date:
    return business_date(at, entities_by_id()[legal_entity_id].time_zone)


def _logged(
    line: DemandLine, rules: InForce, facts: Mapping[str, Any], name: str, decided: OrderPolicyDecided
) -> DecisionDraft:
    outcome, trace = texts_of(name, decided, canonical_json)
    text = canonical_json(facts)
    return DecisionDraft(BACKORDERS, "order", line.order_id, rules.sha256, text, outcome, trace, line.occurred_at)
