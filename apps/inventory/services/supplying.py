"""Supplies by hand: announced, known better, given up. What comes of them is `supply_arrivals`; what comes by itself is `supplies`."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from apps.audit.contract import record_events, set_change_actor
from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.facts import Refusal
from apps.inventory.decisions.facts.supplies import (
    SupplyChange,
    SupplyClosing,
    SupplyDraft,
    SupplyFacts,
    SupplyResult,
)
from apps.inventory.decisions.supplies import change_supply, close_supply, draft_fault
from apps.inventory.events import supply_announced, supply_changed, supply_closed
from apps.inventory.selectors.supplies import FACTS, supplies_by_ref
from apps.inventory.services.moving import currencies_of_warehouses
from apps.inventory.services.pegging import repeg
from ordercash.kernel.actor import Actor
from ordercash.kernel.events import Event
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

Wanted = TypeVar("Wanted", SupplyChange, SupplyClosing)

ANNOUNCE = """
INSERT INTO inventory_supply (id, number, kind, warehouse_id, product_id, quantity, unit_cost, due_at, first_due_at, status, confidence,
                              comes_by_itself, lot_code, expires_on, source_ref)
SELECT id, coalesce(nullif(number, ''), 'SU-' || nextval('inventory_supply_number')), kind, warehouse_id, product_id, quantity, unit_cost,
       due_at, due_at, status, confidence, comes_by_itself, lot_code, expires_on, source_ref
  FROM unnest(%s::uuid[], %s::varchar[], %s::varchar[], %s::uuid[], %s::uuid[], %s::numeric[], %s::numeric[], %s::timestamptz[],
              %s::varchar[], %s::numeric[], %s::boolean[], %s::varchar[], %s::date[], %s::varchar[])
       AS s (id, number, kind, warehouse_id, product_id, quantity, unit_cost, due_at, status, confidence, comes_by_itself, lot_code,
             expires_on, source_ref)
ON CONFLICT (source_ref) DO NOTHING
RETURNING source_ref
"""

LOCK = f"SELECT {FACTS} FROM inventory_supply WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE"  # noqa: S608

CHANGE = """
UPDATE inventory_supply s
   SET quantity = c.quantity, unit_cost = c.unit_cost, due_at = c.due_at, status = c.status, confidence = c.confidence,
       version = s.version + 1
  FROM unnest(%s::uuid[], %s::numeric[], %s::numeric[], %s::timestamptz[], %s::varchar[], %s::numeric[])
       AS c (id, quantity, unit_cost, due_at, status, confidence)
 WHERE s.id = c.id
"""


@joins
def announce_supplies(drafts: Sequence[SupplyDraft], *, now: datetime, actor: Actor) -> SupplyResult:
    """Announce goods that should come. A source_ref that was announced before is answered with its supply as it stands.

    Refused: `unknown_warehouse`, `unknown_kind`, `unknown_status`, `quantity_out_of_range`, `cost_negative`, `confidence_out_of_range`.
    """
    places = currencies_of_warehouses()
    first: dict[str, SupplyDraft] = {}
    for draft in drafts:
        first.setdefault(draft.source_ref, draft)
    faults = {ref: fault for ref, draft in first.items() if (fault := draft_fault(draft, places))}
    rows = [_row(draft) for ref, draft in first.items() if ref not in faults]
    set_change_actor(actor)
    made = {row[0] for row in fetch(ANNOUNCE, columns_of(rows, 14))} if rows else set()
    known = supplies_by_ref(list(first))
    record_events([supply_announced(known[ref], now, actor) for ref in first if ref in made])
    repeg(groups_of(known[ref] for ref in made), now=now)
    return SupplyResult([known[ref] for ref in first if ref in known and ref not in faults], list(faults.values()))


def _row(draft: SupplyDraft) -> tuple[object, ...]:
    return (
        new_id(),
        draft.number,
        draft.kind,
        draft.warehouse_id,
        draft.product_id,
        draft.quantity,
        draft.unit_cost,
        draft.due_at,
        draft.status,
        draft.confidence,
        draft.comes_by_itself,
        draft.lot_code,
        draft.expires_on,
        draft.source_ref,
    )


@joins
def change_supplies(changes: Sequence[SupplyChange], *, now: datetime, actor: Actor) -> SupplyResult:
    """Write down what is known better of supplies: day, quantity, cost, status, confidence; promises are pegged anew.

    A change that changes nothing leaves no trace. Refused: `unknown_supply`, `changed_meanwhile`, `supply_ended`, `wrong_state`,
    `below_received`, `quantity_out_of_range`, `cost_negative`, `confidence_out_of_range`, `named_twice`.
    """
    return _change(
        changes,
        change_supply,
        lambda was, after, _: supply_changed(was, after, now, actor),
        now,
        actor,
    )


@joins
def close_supplies(closings: Sequence[SupplyClosing], *, now: datetime, actor: Actor) -> SupplyResult:
    """Give up what is still to come: a supply of which something came is received, the others are cancelled.

    Refused: `unknown_supply`, `supply_ended`, `named_twice`.
    """
    return _change(
        closings,
        close_supply,
        lambda was, after, closing: supply_closed(was, after, closing.reason, now, actor),
        now,
        actor,
    )


def _change(
    wanted: Sequence[Wanted],
    decide: Callable[[SupplyFacts | None, Wanted], SupplyFacts | Refusal],
    tell: Callable[[SupplyFacts, SupplyFacts, Wanted], Event],
    now: datetime,
    actor: Actor,
) -> SupplyResult:
    """Lock, decide each by itself, write what changed in one statement, tell it."""
    before = lock_supplies({each.supply_id for each in wanted})
    standing: list[SupplyFacts] = []
    refused: list[Refusal] = []
    changed: list[tuple[SupplyFacts, SupplyFacts, Wanted]] = []
    seen: set[UUID] = set()
    for each in wanted:
        was = before.get(each.supply_id)
        after = _twice(each.supply_id) if each.supply_id in seen else decide(was, each)
        seen.add(each.supply_id)
        if isinstance(after, Refusal) or was is None:
            refused.extend([after] if isinstance(after, Refusal) else [])
            continue
        standing.append(after)
        if after is not was:
            changed.append((was, after, each))
    write_supplies([after for _, after, _ in changed], actor)
    record_events([tell(was, after, each) for was, after, each in changed])
    repeg(groups_of(after for _, after, _ in changed), now=now)
    return SupplyResult(standing, refused)


def _twice(supply_id: UUID) -> Refusal:
    return Refusal(str(supply_id), "named_twice", "One batch changes a supply once.")


def lock_supplies(ids: Collection[UUID]) -> Mapping[UUID, SupplyFacts]:
    """Lock supplies in the order of their ids, after the stock rows that the caller may touch; return them by id."""
    return {row[0]: SupplyFacts(*row) for row in fetch(LOCK, [sorted(ids)])} if ids else {}


def write_supplies(supplies: Sequence[SupplyFacts], actor: Actor) -> None:
    """Write what may change of locked supplies but what came of them; each goes one version on."""
    if supplies:
        set_change_actor(actor)
        rows = [(s.id, s.quantity, s.unit_cost, s.due_at, s.status, s.confidence) for s in supplies]
        run(CHANGE, columns_of(rows, 6))


def groups_of(supplies: Iterable[SupplyFacts]) -> set[Group]:
    """Return the groups whose promises these supplies may serve."""
    return {(supply.legal_entity_id, supply.product_id) for supply in supplies}
