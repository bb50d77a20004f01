"""Everything that promising asks of the database: what lies, comes and waits of any number of groups, in one statement."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from apps.inventory.decisions.allocation import Group as GroupKey
from apps.inventory.decisions.atp.facts import Coming, Group, Kept, Shelf, Waiting, parts_of, without_kept
from apps.masterdata.contract import EntityFacts
from ordercash.kernel.clock import business_date
from ordercash.kernel.sql import columns_of, fetch

# One row each for what lies (by lot where goods expire), comes and waits; the columns mean something else in each part.
READ = """
WITH g AS (SELECT * FROM unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)),
place AS (SELECT id, legal_entity_id, (row_number() OVER (ORDER BY priority, code))::int AS rank FROM inventory_warehouse WHERE is_active)
SELECT 1 AS what, g.legal_entity_id, g.product_id, s.id, p.id, p.rank,
       s.free + coalesce(l.rest, 0) - coalesce(a.quantity, 0), NULL::varchar AS kind, NULL::varchar AS status,
       NULL::numeric AS confidence, NULL::timestamptz AS at, NULL::date AS until, NULL::date AS promised_on
  FROM g JOIN place p ON p.legal_entity_id = g.legal_entity_id
  JOIN inventory_stock s ON s.product_id = g.product_id AND s.warehouse_id = p.id
  LEFT JOIN LATERAL (SELECT sum(granted - taken) AS rest FROM inventory_stockslot WHERE stock_id = s.id) l ON s.escrowed > 0
  LEFT JOIN LATERAL (SELECT sum(quantity) AS quantity FROM inventory_reservation WHERE stock_id = s.id AND state = 'accepted') a
       ON s.handling = 'eventual'
UNION ALL
SELECT 2, g.legal_entity_id, g.product_id, l.id, p.id, p.rank, l.on_hand - l.reserved - l.blocked, NULL, NULL, NULL, NULL,
       l.expires_on, NULL
  FROM g JOIN place p ON p.legal_entity_id = g.legal_entity_id
  JOIN inventory_stock s ON s.product_id = g.product_id AND s.warehouse_id = p.id AND s.has_lots
  JOIN inventory_lot l ON l.stock_id = s.id AND l.on_hand > l.reserved + l.blocked
UNION ALL
SELECT 3, g.legal_entity_id, g.product_id, s.id, p.id, p.rank, s.open_quantity, s.kind, s.status, s.confidence, s.due_at, s.expires_on, NULL
  FROM g JOIN place p ON p.legal_entity_id = g.legal_entity_id
  JOIN inventory_supply s ON s.product_id = g.product_id AND s.warehouse_id = p.id AND s.open_quantity > 0
UNION ALL
SELECT 5, g.legal_entity_id, g.product_id, q.id, q.warehouse_id, 0, q.quantity - q.taken, q.channel, NULL, NULL, NULL, q.from_on,
       q.release_on
  FROM g JOIN inventory_quota q ON q.product_id = g.product_id AND q.legal_entity_id = g.legal_entity_id AND q.taken < q.quantity
UNION ALL
SELECT 4, g.legal_entity_id, g.product_id, b.line_id, NULL, 0, b.quantity, NULL, NULL, NULL, b.occurred_at, b.wanted_on, b.promised_on
  FROM g JOIN inventory_backorder b ON b.product_id = g.product_id AND b.legal_entity_id = g.legal_entity_id
 ORDER BY 1, 11, 4
"""


class Named(Protocol):
    """What conditions of rules read of a product."""

    @property
    def sku(self) -> str: ...

    @property
    def category(self) -> str: ...


class Found(NamedTuple):
    """A row of the statement."""

    what: int
    legal_entity_id: UUID
    product_id: UUID
    id: UUID
    warehouse_id: UUID
    rank: int
    quantity: Decimal
    kind: str
    status: str
    confidence: Decimal
    at: datetime
    until: date | None
    promised_on: date | None


def read_groups(
    keys: Collection[GroupKey],
    *,
    products: Mapping[UUID, Named],
    entities: Mapping[UUID, EntityFacts],
    now: datetime,
    channel: str = "",
) -> dict[GroupKey, Group]:
    """Return what is known of groups (legal entity, product), in days from the business day of `now`. One statement.

    What is kept for other channels than `channel` lies there from the day on which it is released.
    """
    rows: dict[GroupKey, list[Found]] = {key: [] for key in keys}
    for row in fetch(READ, columns_of(sorted(keys), 2)) if keys else ():
        rows[row[1], row[2]].append(Found(*row))
    return {key: _group(found, products[key[1]], entities[key[0]], now, channel) for key, found in rows.items()}


def _group(rows: Sequence[Found], product: Named, entity: EntityFacts, now: datetime, channel: str) -> Group:
    today = business_date(now, entity.time_zone)

    def day_of(moment: datetime) -> int:
        return (business_date(moment, entity.time_zone) - today).days

    by_what: dict[int, list[Found]] = {1: [], 2: [], 3: [], 4: [], 5: []}
    for row in rows:
        by_what[row.what].append(row)
    return Group(
        product.sku,
        product.category,
        entity.code,
        without_kept(_shelves(by_what[1], by_what[2], today), _kept(by_what[5], channel, today)),
        tuple(_coming(row, today, day_of) for row in by_what[3]),
        tuple(_waiting(row, today, day_of) for row in by_what[4]),
    )


def _shelves(stocks: Sequence[Found], lots: Sequence[Found], today: date) -> list[Shelf]:
    """Return what lies free: of goods in lots each lot, those that last longest first kept back for what may not be promised."""
    by_place: dict[UUID, list[Found]] = {}
    for lot in sorted(lots, key=lambda lot: (lot.until is None, lot.until or today, lot.id)):
        by_place.setdefault(lot.warehouse_id, []).append(lot)
    shelves = []
    for stock in stocks:
        rest = max(parts_of(stock.quantity), 0)
        where = str(stock.warehouse_id)
        own = by_place.get(stock.warehouse_id)
        if own is None:
            shelves.append(Shelf(f"shelf:{where}", where, stock.rank, rest))
        for lot in own or ():
            part = min(rest, parts_of(lot.quantity))
            until = None if lot.until is None else (lot.until - today).days - 1
            if part and (until is None or until >= 0):
                shelves.append(Shelf(f"lot:{lot.id}", where, stock.rank, part, until))
            rest -= part
    return shelves


def _kept(rows: Sequence[Found], channel: str, today: date) -> list[Kept]:
    """Return what is kept for other channels today; the columns are the first day and that of the release."""
    return [
        Kept(row.kind, str(row.warehouse_id) if row.warehouse_id else None, parts_of(row.quantity), (end - today).days)
        for row in rows
        if row.kind != channel and (start := row.until) and (end := row.promised_on) and start <= today < end
    ]


def _coming(row: Found, today: date, day_of: Callable[[datetime], int]) -> Coming:
    until = None if row.until is None else (row.until - today).days - 1
    due, where = day_of(row.at), str(row.warehouse_id)
    return Coming(
        str(row.id), where, row.rank, row.kind, row.status, row.confidence, due, parts_of(row.quantity), until
    )


def _waiting(row: Found, today: date, day_of: Callable[[datetime], int]) -> Waiting:
    promised = None if row.promised_on is None else (row.promised_on - today).days
    wanted = None if row.until is None else (row.until - today).days
    rank = (row.at.isoformat(), str(row.id))
    return Waiting(str(row.id), promised, wanted, day_of(row.at), parts_of(row.quantity), rank)


def stamps_of(keys: Collection[GroupKey]) -> dict[GroupKey, Any]:
    """Return for each group what changes whenever its plan does. One statement.

    Triggers leave a stamp for every change of a supply, waiting line, peg or quota; counting them beside the newest shows also those
    whose transaction took longer. A stock row that was written, by whomever, lies elsewhere (ctid) and names who wrote it (xmin).
    """
    return {(row[0], row[1]): row[2:] for row in fetch(STAMPS, columns_of(sorted(keys), 2))} if keys else {}


STAMPS = """
SELECT g.legal_entity_id, g.product_id, p.stamps, p.newest, s.rows, s.slots
  FROM unnest(%s::uuid[], %s::uuid[]) AS g (legal_entity_id, product_id)
 CROSS JOIN LATERAL (SELECT count(*) AS stamps, max(p.id) AS newest FROM inventory_planstamp p
                      WHERE p.product_id = g.product_id AND p.legal_entity_id = g.legal_entity_id) p
 CROSS JOIN LATERAL (SELECT string_agg(s.ctid || ' ' || s.xmin, ',' ORDER BY s.id) AS rows,
                            sum(CASE WHEN s.escrowed > 0 THEN (SELECT sum(l.taken) FROM inventory_stockslot l WHERE l.stock_id = s.id) END)
                                AS slots
                       FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.is_active
                      WHERE s.product_id = g.product_id AND w.legal_entity_id = g.legal_entity_id) s
"""
