"""Quotas of channels: set, withdrawn, and released when their day comes. What they no longer keep goes to those who wait, at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from apps.audit.contract import JobContext, record_events, set_change_actor
from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.facts import Refusal
from apps.inventory.decisions.facts.quotas import QuotaDraft, QuotaKept, QuotaResult
from apps.inventory.decisions.quotas import judge, key_of
from apps.inventory.events import QUOTA_RELEASED, QUOTA_SET, QUOTA_WITHDRAWN, quota_told
from apps.inventory.services.locking import lock_stock
from apps.inventory.services.pegging import repeg
from apps.inventory.services.sharing import share_out
from apps.masterdata.contract import entities_by_id
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.errors import Conflict, NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, insert_rows, run
from ordercash.kernel.transactions import joins, writes

RELEASED_AT_ONCE: Final = 200

# Quotas are changed by one at a time: two new ones must not overlap, also where no stock row stands between them yet.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('inventory.quotas', 0))"
OF_GROUPS = """
SELECT s.id FROM unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)
  JOIN inventory_warehouse w ON w.legal_entity_id = g.legal_entity_id
  JOIN inventory_stock s ON s.product_id = g.product_id AND s.warehouse_id = w.id
"""
COLUMNS = (
    "q.id, q.legal_entity_id, q.product_id, q.warehouse_id, q.channel, q.quantity, q.taken, q.from_on, q.release_on"
)
KNOWN = f"""
SELECT {COLUMNS} FROM unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)
  JOIN inventory_quota q ON q.legal_entity_id = g.legal_entity_id AND q.product_id = g.product_id ORDER BY q.id FOR UPDATE OF q
"""  # noqa: S608 - our own columns
THESE = f"SELECT {COLUMNS} FROM inventory_quota q WHERE q.id = ANY(%s::uuid[]) ORDER BY q.id"  # noqa: S608 - our own columns
OTHERWISE = """
SELECT DISTINCT product_id FROM inventory_stock WHERE product_id = ANY(%s::uuid[]) AND handling NOT IN ('conditional', 'row_lock')
"""
PLACES = "SELECT id, legal_entity_id FROM inventory_warehouse WHERE id = ANY(%s::uuid[])"
NEW: Final = {
    "id": "uuid", "legal_entity_id": "uuid", "product_id": "uuid", "warehouse_id": "uuid", "channel": "varchar", "quantity": "numeric",
    "from_on": "date", "release_on": "date",
}  # fmt: skip
CHANGE = """
UPDATE inventory_quota q SET quantity = c.quantity, release_on = c.release_on, released_at = NULL
  FROM unnest(%s::uuid[], %s::numeric[], %s::date[]) AS c (id, quantity, release_on)
 WHERE q.id = c.id AND (q.quantity, q.release_on) IS DISTINCT FROM (c.quantity, c.release_on)
"""
# What was taken of it stays; of one that nobody took anything from nothing is left to tell.
END = "UPDATE inventory_quota SET quantity = taken WHERE id = ANY(%s::uuid[]) AND taken > 0 AND quantity > taken"
GONE = "DELETE FROM inventory_quota WHERE id = ANY(%s::uuid[]) AND taken = 0"

DUE = """
SELECT q.id FROM inventory_quota q JOIN masterdata_legalentity e ON e.id = q.legal_entity_id
 WHERE q.released_at IS NULL AND q.release_on <= (%s AT TIME ZONE e.time_zone)::date ORDER BY q.release_on, q.id LIMIT %s
"""
RELEASED = "UPDATE inventory_quota SET released_at = %s WHERE id = ANY(%s::uuid[]) AND released_at IS NULL"


class QuotaGone(NotFound):
    """There is no such quota."""

    code, title = "quota_unknown", "There is no such quota"


class QuotaRefused(Conflict):
    """A quota cannot be set so; `refused` says which and why, by place."""

    code, title = "quota_refused", "This quota cannot be set"

    def __init__(self, refused: Sequence[Refusal]) -> None:
        super().__init__(refused[0].detail)
        self.refused = refused


@joins
def set_quotas(drafts: Sequence[QuotaDraft], *, now: datetime, actor: Actor) -> QuotaResult:
    """Keep goods for channels, or change how many and until when; what is kept no more goes to those who wait.

    A quota keeps what lies there now as well as what comes; nothing that is promised is taken away for it. Refused, by place: the codes of
    `decisions.quotas.judge`, `unknown_warehouse`, `handled_otherwise`.
    """
    if not drafts:
        return QuotaResult({}, [])
    fetch(ONE_AT_A_TIME)
    set_change_actor(actor)
    asked, refused = _with_places(drafts)
    groups = {(draft.legal_entity_id, draft.product_id) for draft in drafts}
    stock = lock_stock(OF_GROUPS, columns_of(sorted(groups), 2))
    known = [QuotaKept(*row) for row in fetch(KNOWN, columns_of(sorted(groups), 2))]
    entities = entities_by_id()
    today: dict[object, date] = {
        entity: business_date(now, entities[entity].time_zone) for entity in {group[0] for group in groups}
    }
    places = list(asked)
    sound, faults = judge([asked[place] for place in places], known, today)
    refused += [Refusal(str(places[int(fault.source_ref)]), fault.code, fault.detail) for fault in faults]
    ids = _write({places[place]: draft for place, draft in sound.items()}, {key_of(each): each for each in known})
    if ids:
        changed = {place: drafts[place] for place in ids}
        record_events(
            [
                quota_told(
                    QUOTA_SET,
                    ids[place],
                    d.legal_entity_id,
                    d.product_id,
                    d.channel,
                    d.quantity,
                    d.release_on,
                    now,
                    actor,
                )
                for place, d in changed.items()
            ]
        )
        _free_again({(d.legal_entity_id, d.product_id) for d in changed.values()}, stock, now)
    return QuotaResult(ids, sorted(refused, key=lambda refusal: int(refusal.source_ref)))


@joins
def withdraw_quotas(quota_ids: Collection[UUID], *, now: datetime, actor: Actor) -> None:
    """Keep no more of these quotas than was taken of them; one that nobody took from is gone. Raises QuotaGone."""
    fetch(ONE_AT_A_TIME)
    set_change_actor(actor)
    named = _these(quota_ids)
    if len(named) < len(set(quota_ids)):
        raise QuotaGone("It was withdrawn before, or never set.")
    groups = {(quota.legal_entity_id, quota.product_id) for quota in named}
    stock = lock_stock(OF_GROUPS, columns_of(sorted(groups), 2))
    quotas = _these(quota_ids)
    ids = [quota.id for quota in quotas]
    run(END, [ids])
    run(GONE, [ids])
    record_events(
        [
            quota_told(
                QUOTA_WITHDRAWN,
                q.id,
                q.legal_entity_id,
                q.product_id,
                q.channel,
                q.quantity - q.taken,
                q.release_on,
                now,
                actor,
            )
            for q in quotas
        ]
    )
    _free_again(groups, stock, now)


@writes
def release_due_quotas(*, now: datetime, limit: int = RELEASED_AT_ONCE) -> int:
    """Share out what quotas kept whose day has come, in the zone of their legal entity; returns how many."""
    due = [row[0] for row in fetch(DUE, [now, limit])]
    if not due:
        return 0
    groups = {(quota.legal_entity_id, quota.product_id) for quota in _these(due)}
    stock = lock_stock(OF_GROUPS, columns_of(sorted(groups), 2))
    run(RELEASED, [now, due])
    record_events(
        [
            quota_told(
                QUOTA_RELEASED,
                q.id,
                q.legal_entity_id,
                q.product_id,
                q.channel,
                q.quantity - q.taken,
                q.release_on,
                now,
                SYSTEM,
            )
            for q in _these(due)
            if q.quantity > q.taken
        ]
    )
    _free_again(groups, stock, now)
    return len(due)


def _these(quota_ids: Collection[UUID]) -> list[QuotaKept]:
    return [QuotaKept(*row) for row in fetch(THESE, [sorted(set(quota_ids))])]


def _with_places(drafts: Sequence[QuotaDraft]) -> tuple[dict[int, QuotaDraft], list[Refusal]]:
    """Part the drafts whose warehouse is one of their legal entity's, and whose product can have quotas, from the others."""
    places: dict[UUID, UUID] = dict(fetch(PLACES, [sorted({d.warehouse_id for d in drafts if d.warehouse_id})]))  # type: ignore[arg-type]
    otherwise = {row[0] for row in fetch(OTHERWISE, [sorted({draft.product_id for draft in drafts})])}
    asked, refused = {}, []
    for place, draft in enumerate(drafts):
        if draft.warehouse_id is not None and places.get(draft.warehouse_id) != draft.legal_entity_id:
            refused.append(Refusal(str(place), "unknown_warehouse", "This warehouse is not one of the legal entity's."))
        elif draft.product_id in otherwise:
            detail = "Takers of this product are served from slots or accepted at once; choose another handling first."
            refused.append(Refusal(str(place), "handled_otherwise", detail))
        else:
            asked[place] = draft
    return asked, refused


def _write(sound: Mapping[int, QuotaDraft], known: Mapping[tuple[object, ...], QuotaKept]) -> dict[int, UUID]:
    ids = {place: known[key_of(draft)].id if key_of(draft) in known else new_id() for place, draft in sound.items()}
    insert_rows("inventory_quota", NEW, [
        (ids[place], d.legal_entity_id, d.product_id, d.warehouse_id, d.channel, d.quantity, d.from_on, d.release_on)
        for place, d in sound.items() if key_of(d) not in known
    ])  # fmt: skip
    changes = [(ids[place], d.quantity, d.release_on) for place, d in sound.items() if key_of(d) in known]
    if changes:
        run(CHANGE, columns_of(changes, 3))
    return ids


def _free_again(groups: Collection[Group], stock: Collection[UUID], now: datetime) -> None:
    repeg(groups, now=now)
    share_out(stock, now=now)


def release_quotas(context: JobContext) -> Mapping[str, int]:
    """Job: share out what quotas kept whose day has come."""
    return {"quotas": release_due_quotas(now=context.now)}


# Each with its first schedule in seconds, which the jobs page may change, and what people call it.
JOBS: Final = {"inventory.release_quotas": (release_quotas, 60, "Share out what quotas kept whose day has come")}
