"""Watching feeds: one that is silent for longer than its rule allows is a case at once, and closes it when it speaks again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.audit.contract import JobContext, record_events
from apps.exceptions.contract import CaseDraft, ReasonDraft, close_cases, open_cases
from apps.inventory.decisions.document import FRESHNESS
from apps.inventory.events import FEED_RESUMED, FEED_STOPPED, feed_event
from apps.inventory.selectors.rules import rules_in_force
from apps.inventory.services.fresh_rules import RULES_OF_ALL, rule_for, set_rules
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.sql import Row, fetch, run
from ordercash.kernel.transactions import joins, writes

# With a look every 15 s an alert comes within a minute of the last word.
ALERT_AFTER_SECONDS: Final = 40
# What is heard may wait for what was said before it, such as a return for its invoice, before it says how fresh stock is.
WAITS_SECONDS: Final = 150

FEEDS: Final = """
SELECT f.warehouse_id, f.said_at, f.stopped_since, w.code, w.legal_entity_id, e.code, f.has_spoken, greatest(f.said_at, f.heard_at)
  FROM inventory_syncfeed f JOIN inventory_warehouse w ON w.id = f.warehouse_id JOIN masterdata_legalentity e ON e.id = w.legal_entity_id
 WHERE w.is_active ORDER BY f.warehouse_id FOR UPDATE OF f
"""
# A feed that spoke goes on as it was.
EXPECT: Final = """
INSERT INTO inventory_syncfeed (warehouse_id, said_at, received_at, has_spoken)
SELECT id, %s, %s, false FROM unnest(%s::uuid[]) AS w (id) ORDER BY id ON CONFLICT (warehouse_id) DO NOTHING
"""
FORGET: Final = "DELETE FROM inventory_syncfeed WHERE warehouse_id = ANY(%s::uuid[])"
HEAR: Final = "UPDATE inventory_syncfeed SET heard_at = greatest(heard_at, %s) WHERE warehouse_id = %s"
STOP: Final = "UPDATE inventory_syncfeed SET stopped_since = said_at WHERE warehouse_id = ANY(%s::uuid[])"
RESUME: Final = "UPDATE inventory_syncfeed SET stopped_since = NULL WHERE warehouse_id = ANY(%s::uuid[])"


@joins
def expect_feeds(warehouse_ids: Collection[UUID], *, now: datetime) -> None:
    """Expect the systems of these warehouses to speak from now on: one that never does is as silent as one that stopped."""
    if warehouse_ids:
        run(EXPECT, [now, now, sorted(warehouse_ids)])


@joins
def forget_feeds(warehouse_ids: Collection[UUID], *, now: datetime, actor: Actor) -> None:
    """Expect nothing any more of the systems of these warehouses, and close their cases."""
    run(FORGET, [sorted(warehouse_ids)])
    note = "Its system is connected no longer."
    close_cases("warehouse", sorted(warehouse_ids), resolution="disconnected", note=note, actor=actor, now=now)


@joins
def hear_feed(warehouse_id: UUID, *, said_at: datetime) -> None:
    """Note that a system told something of its stock, whatever that waits for before it is applied."""
    run(HEAR, [said_at, warehouse_id])


@writes
def watch_feeds(*, now: datetime) -> tuple[int, int]:
    """Open a case for every feed that stopped, close those of feeds that speak again; returns how many of each.

    The figures of rules that came in force meanwhile are set beside their shelves as well.
    """
    set_rules(RULES_OF_ALL, [], now=now)
    feeds = fetch(FEEDS)
    late = {row[0] for row in feeds if _is_late(row, now)}
    stopped = [row for row in feeds if row[0] in late and row[2] is None]
    resumed = [row for row in feeds if row[0] not in late and row[2] is not None]
    if stopped:
        run(STOP, [[row[0] for row in stopped]])
        open_cases([_case(row, now) for row in stopped])
    if resumed:
        run(RESUME, [[row[0] for row in resumed]])
        note = "The feed speaks again."
        ids = [row[0] for row in resumed]
        close_cases("warehouse", ids, resolution="resumed", note=note, actor=SYSTEM, now=now)
    _tell(stopped, resumed, now)
    return len(stopped), len(resumed)


def _is_late(row: Row, now: datetime) -> bool:
    """Say whether a feed is silent for too long, or speaks and nothing of it has been applied for much longer."""
    allowed = _allowed(row, now)
    said_at: datetime = row[1]
    heard_at: datetime = row[7]
    return now - heard_at > allowed or now - said_at > allowed + timedelta(seconds=WAITS_SECONDS)


def _allowed(row: Row, now: datetime) -> timedelta:
    """Return for how long a feed may be silent: by the rule that holds for its warehouse, whatever the product."""
    rules = rules_in_force(FRESHNESS, at=now, legal_entity_id=row[4])
    facts = {"warehouse": row[3], "legal_entity": row[5], "sku": "", "category": ""}
    rule = rule_for(rules.compiled if rules else None, facts)
    return timedelta(seconds=rule.alert_after_seconds if rule else ALERT_AFTER_SECONDS)


def _case(row: Row, now: datetime) -> CaseDraft:
    warehouse_id, said_at, _, code, entity_id, _, has_spoken, _ = row
    since = said_at.isoformat(timespec="seconds")
    return CaseDraft(
        subject_kind="warehouse",
        subject_id=warehouse_id,
        title=f"{code}: its system is silent" if has_spoken else f"{code}: its system has never spoken",
        legal_entity_id=entity_id,
        currency="",
        money_at_risk_minor=0,
        reasons=[
            ReasonDraft(
                "feed_stopped", {"last_word": since} if has_spoken else {"last_word": "never", "expected_since": since}
            )
        ],
        opened_at=now,
    )


def _tell(stopped: Sequence[Row], resumed: Sequence[Row], now: datetime) -> None:
    record_events(
        [
            *(feed_event(FEED_STOPPED, row[0], row[1], row[4], now) for row in stopped),
            *(feed_event(FEED_RESUMED, row[0], row[1], row[4], now) for row in resumed),
        ]
    )


def watch(context: JobContext) -> Mapping[str, int]:
    """Job: look whether every feed speaks."""
    stopped, resumed = watch_feeds(now=context.now)
    return {"stopped": stopped, "resumed": resumed}


# Each with its first schedule in seconds, which the jobs page may change, and what people call it.
FEED_JOBS: Final = {"inventory.watch_feeds": (watch, 15, "Watch the feeds of warehouse systems")}
