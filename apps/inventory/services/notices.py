"""Notices to customers: one for each fact, however often it is heard of. They wait here to be sent."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from apps.inventory.decisions.backorders.document import Thresholds
from apps.inventory.decisions.document import BACKORDERS
from apps.inventory.decisions.notices.choosing import NoticeFact, PromiseTold, is_told, kind_of_promise, state_for
from apps.inventory.selectors.rules import rules_in_force
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins

PROMISES = """
SELECT c.order_id, c.recorded_at, c.occurred_at, b.legal_entity_id, c.line_id, c.promise_no, c.was_on, c.promised_on, c.quantity::text
  FROM inventory_promisechange c JOIN inventory_backorder b ON b.line_id = c.line_id
 WHERE c.order_id = ANY(%s::uuid[]) ORDER BY c.order_id, c.recorded_at, c.line_id
"""
TOLD = """
SELECT order_id, fact_key FROM inventory_notice WHERE order_id = ANY(%s::uuid[]) AND kind IN ('first_promise', 'promise_moved')
"""
# Something of the order is still to come.
OPEN = """
SELECT order_id FROM inventory_reservation WHERE order_id = ANY(%s::uuid[])
 UNION SELECT order_id FROM inventory_backorder WHERE order_id = ANY(%s::uuid[])
"""
WISHES = "SELECT id, language, notices FROM masterdata_customer WHERE id = ANY(%s::uuid[])"
MAKE = """
INSERT INTO inventory_notice (id, customer_id, order_id, kind, fact_key, language, payload, state, why, occurred_at)
SELECT id, customer_id, order_id, kind, fact_key, language, payload::jsonb, state, why, occurred_at
  FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::varchar[], %s::varchar[], %s::varchar[], %s::text[], %s::varchar[], %s::varchar[],
              %s::timestamptz[])
       AS n (id, customer_id, order_id, kind, fact_key, language, payload, state, why, occurred_at)
ON CONFLICT (order_id, kind, fact_key) DO NOTHING
"""


@joins
def make_notices(
    facts: Sequence[NoticeFact], *, promised: Collection[UUID], customers: Mapping[UUID, UUID], now: datetime
) -> int:
    """Keep a notice for each fact that the rules let be told; returns how many are new. Repeating it makes none.

    `promised`: orders whose promises may have changed, of which every change is looked at; `customers`: whose each order is. A part
    that left is told only while something of its order is still to come. Without rules nobody is told anything.
    """
    still_open = (
        {row[0] for row in fetch(OPEN, [[f.order_id for f in facts if f.kind == "part_shipped"]] * 2)}
        if facts
        else set()
    )
    chosen = [fact for fact in facts if fact.kind != "part_shipped" or fact.order_id in still_open]
    told = [fact for fact in chosen if (rules := _thresholds(fact, now)) and is_told(rules, fact.kind)]
    told += _of_promises(promised, now) if promised else []
    told = [fact for fact in told if fact.order_id in customers]
    wishes = {row[0]: row[1:] for row in fetch(WISHES, [sorted({customers[f.order_id] for f in told})])} if told else {}
    rows = [_row(fact, customers[fact.order_id], *wishes[customers[fact.order_id]]) for fact in told]
    return run(MAKE, columns_of(rows, 10)) if rows else 0


def _row(fact: NoticeFact, customer_id: UUID, language: str, wants: str) -> tuple[Any, ...]:
    state, why = state_for(wants, fact.kind)
    payload = orjson.dumps(fact.payload).decode()
    return (
        new_id(), customer_id, fact.order_id, fact.kind, fact.fact_key, language, payload, state, why, fact.occurred_at,
    )  # fmt: skip


def _of_promises(order_ids: Collection[UUID], now: datetime) -> list[NoticeFact]:
    """Return what is to be told of promises: all changes of an order in one transaction are one fact.

    The changes are gone through from the first on, each against the days that its customer was told before it, so that hearing of them
    again tells nothing else.
    """
    told = set(fetch(TOLD, [list(order_ids)]))
    moments: dict[tuple[UUID, datetime], list[tuple[Any, ...]]] = {}
    for row in fetch(PROMISES, [list(order_ids)]):
        moments.setdefault((row[0], row[1]), []).append(row)
    days: dict[UUID, dict[str, str]] = {}
    facts = []
    for (order_id, recorded_at), rows in moments.items():
        changes = [PromiseTold(*row[4:9]) for row in rows]
        kind, moved = kind_of_promise(changes, days.get(order_id, {}))
        key = f"promise:{recorded_at.isoformat()}"
        fact = NoticeFact(order_id, rows[0][3], kind, key, _lines(changes), rows[0][2])
        rules = _thresholds(fact, now)
        is_new = (order_id, key) not in told
        if is_new and not (rules and is_told(rules, kind, moved)):
            continue
        days.setdefault(order_id, {}).update(
            {str(each.line_id): each.promised_on.isoformat() for each in changes if each.promised_on}
        )
        if is_new:
            facts.append(fact)
    return facts


def _lines(changes: Sequence[PromiseTold]) -> dict[str, Any]:
    return {
        "lines": [
            {
                "line_id": str(each.line_id),
                "quantity": each.quantity,
                "was_on": each.was_on.isoformat() if each.was_on else None,
                "promised_on": each.promised_on.isoformat() if each.promised_on else None,
            }
            for each in changes
        ]
    }


def _thresholds(fact: NoticeFact, now: datetime) -> Thresholds | None:
    rules = rules_in_force(BACKORDERS, at=now, legal_entity_id=fact.legal_entity_id)
    thresholds: Thresholds | None = rules.compiled.document.notices if rules else None
    return thresholds
