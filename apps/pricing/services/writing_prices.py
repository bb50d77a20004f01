"""Writing a plan of prices set-wise: what ends, what goes, what comes, with both histories; and keeping its preview."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import set_change_actor
from apps.pricing.models import PriceBatch
from apps.pricing.services.price_plan import Plan, Present
from apps.pricing.services.prices import REFUSALS
from ordercash.kernel.actor import Actor
from ordercash.kernel.constraints import told_as
from ordercash.kernel.ids import new_ids
from ordercash.kernel.sql import columns_of, insert_rows, run
from ordercash.kernel.transactions import joins

_END: Final = """
UPDATE pricing_pricerecord r SET valid_until_at = w.u FROM unnest(%s::uuid[], %s::timestamptz[]) AS w(i, u) WHERE r.id = w.i
"""
_GONE: Final = "DELETE FROM pricing_pricerecord WHERE id = ANY(%s::uuid[])"
# The versions that people look at; the change history is written by triggers.
_VERSIONS: Final = """
INSERT INTO pricing_historicalpricerecord (id, price_list_id, product_id, unit, min_quantity, unit_price, per, valid_from_at,
                                           valid_until_at, history_date, history_type, history_user_id, history_change_reason)
SELECT id, price_list_id, product_id, unit, min_quantity, unit_price, per, valid_from_at, valid_until_at, %s, %s, %s, %s
  FROM pricing_pricerecord WHERE id = ANY(%s::uuid[])
"""
_COLUMNS: Final = {
    "id": "uuid", "price_list_id": "uuid", "product_id": "uuid", "unit": "text", "min_quantity": "numeric",
    "unit_price": "numeric", "per": "numeric", "valid_from_at": "timestamptz", "valid_until_at": "timestamptz",
}  # fmt: skip
_PREVIEW: Final = {
    "id": "uuid", "batch_id": "uuid", "row_number": "int", "action": "text", "sku": "text", "unit": "text",
    "min_quantity": "numeric", "before": "numeric", "after": "numeric", "per": "numeric", "valid_from_at": "timestamptz",
    "valid_until_at": "timestamptz", "column": "text", "code": "text", "detail": "text",
}  # fmt: skip


@joins
def write_plan(batch: PriceBatch, plan: Plan, *, actor: Actor, now: datetime) -> None:
    """Write everything that a plan says, with eight statements at most; raises PriceOverlap when somebody was quicker."""
    set_change_actor(actor)
    with told_as(REFUSALS):
        _end(plan.ends, batch, actor, now)
        gone = [each.id for each in plan.gone if each.id]
        if gone:
            _keep_versions(gone, "-", batch, actor, now)
            run(_GONE, [gone])
        new = [
            (id_, batch.price_list_id, *each.key, each.unit_price, each.per, each.begins, each.until)
            for id_, each in zip(new_ids(len(plan.new)), plan.new, strict=True)
        ]
        insert_rows("pricing_pricerecord", _COLUMNS, new)
        _keep_versions([row[0] for row in new], "+", batch, actor, now)


def _end(ends: Sequence[Present], batch: PriceBatch, actor: Actor, now: datetime) -> None:
    rows = sorted((each.id, each.until) for each in ends if each.id)
    if rows:
        run(_END, columns_of(rows, 2))
        _keep_versions([row[0] for row in rows], "~", batch, actor, now)


def _keep_versions(ids: list[UUID], kind: str, batch: PriceBatch, actor: Actor, now: datetime) -> None:
    if ids:
        run(_VERSIONS, [now, kind, None if actor.is_system else actor.id, batch.name[:100], ids])


@joins
def keep_preview(batch: PriceBatch, plan: Plan) -> None:
    """Keep what a plan tells of every row, instead of what was kept before; two statements."""
    run("DELETE FROM pricing_pricebatchrow WHERE batch_id = %s", [batch.pk])
    told = list(_told(plan))
    rows = [(id_, batch.pk, *row) for id_, row in zip(new_ids(len(told)), told, strict=True)]
    insert_rows("pricing_pricebatchrow", _PREVIEW, rows)


def _told(plan: Plan) -> Iterator[tuple[Any, ...]]:
    for each in plan.told:
        yield (
            each.row, each.action, each.sku, each.key[1], each.key[2], each.before, each.after, each.per, each.begins,
            each.until, "", "", "",
        )  # fmt: skip
    for bad in plan.refused:
        yield (
            bad.row, "refused", bad.sku, "", None, None, None, None, None, None, bad.column, bad.code, bad.detail[:300],
        )  # fmt: skip
