"""Costs from a CSV or XLSX file: looked at, then all of it or nothing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.audit.contract import set_change_actor
from apps.masterdata.contract import add_masters, currencies, entities_by_code, products_by_sku
from apps.pricing.decisions.cost_plan import CostPlan, CostRow, Key, PresentCost, plan_costs
from apps.pricing.models import CostRecord
from apps.pricing.services.costs import REFUSALS
from apps.pricing.services.price_files import (
    Cannot,
    PriceFileRefused,
    read_instant,
    read_number,
    read_table,
    read_words,
    refuse_formula,
)
from ordercash.kernel.actor import Actor
from ordercash.kernel.constraints import told_as
from ordercash.kernel.errors import Conflict, DomainError
from ordercash.kernel.sql import columns_of, fetch, run
from ordercash.kernel.transactions import joins, writes

COLUMNS: Final = ("sku", "currency", "unit_cost", "legal_entity", "valid_from", "valid_until")
NEEDED: Final = frozenset({"sku", "currency", "unit_cost"})
MOST_ROWS: Final = 5_000
MOST_BYTES: Final = 1024 * 1024

_PRESENT: Final = """
SELECT product_id, legal_entity_id, currency, id, trim_scale(unit_cost), valid_from_at, valid_until_at
  FROM pricing_costrecord WHERE product_id = ANY(%s::uuid[]) ORDER BY valid_from_at
"""
# Whoever carries out costs waits for whoever does so already.
_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtext('pricing.costs'))"
_END: Final = """
UPDATE pricing_costrecord r SET valid_until_at = w.u FROM unnest(%s::uuid[], %s::timestamptz[]) AS w(i, u) WHERE r.id = w.i
"""


class CostsStale(Conflict):
    """What would be written is not what was looked at."""

    code, title = "costs_stale", "Costs were changed meanwhile; look at the changes again"


class CostFileRefused(DomainError):
    """Rows of the file are refused, so nothing of it is written."""

    code, title = "cost_file_refused", "Rows are refused: mend the file and send it again"


def look_at_costs(content: bytes, *, zone: str, now: datetime) -> CostPlan:
    """Return what a file comes to; wall times are of the zone. Raises PriceFileRefused."""
    if not 0 < len(content) <= MOST_BYTES:
        raise PriceFileRefused(f"A file has at most {MOST_BYTES // 1024 // 1024} MB, and something in it.")
    table = list(read_table(content, known=COLUMNS, needed=NEEDED, most=MOST_ROWS))
    rows = list(_resolved([_read(number, values, ZoneInfo(zone)) for number, values in table]))
    present: dict[Key, list[PresentCost]] = defaultdict(list)
    products = sorted({row.key[0] for row in rows if row.key})
    for product, entity, currency, *record in fetch(_PRESENT, [products]) if products else []:
        present[product, entity, currency].append(PresentCost(*record))
    return plan_costs(rows, present, now=now)


@writes
def import_costs(content: bytes, *, zone: str, looked_at: str, actor: Actor, now: datetime) -> CostPlan:
    """Carry a file of costs out; see `import_costs_in`."""
    return import_costs_in(content, zone=zone, looked_at=looked_at, actor=actor, now=now)


@joins
def import_costs_in(content: bytes, *, zone: str, looked_at: str, actor: Actor, now: datetime) -> CostPlan:
    """Write what a file comes to, all of it or nothing; `looked_at` is the fingerprint of the plan that was looked at, "" for none.

    Raises PriceFileRefused, CostFileRefused and CostsStale.
    """
    fetch(_ALONE)
    plan = look_at_costs(content, zone=zone, now=now)
    if looked_at and looked_at != plan.fingerprint:
        raise CostsStale()
    if plan.counts["refused"]:
        raise CostFileRefused()
    set_change_actor(actor)
    with told_as(REFUSALS):
        if plan.ends:
            run(_END, columns_of(sorted(plan.ends.items()), 2))
        made = [
            CostRecord(
                product_id=each.key[0], legal_entity_id=each.key[1], currency_id=each.key[2], unit_cost=each.unit_cost,
                valid_from_at=each.begins, valid_until_at=each.until,
            )
            for each in plan.new
        ]  # fmt: skip
        add_masters(made, actor=actor, refusals=REFUSALS)
    return plan


_Read = tuple[int, Mapping[str, Any], tuple[str, str, str]]


def _read(number: int, values: Mapping[str, Any], zone: ZoneInfo) -> _Read:
    """Return a row's values, and of the first cell that cannot be used its column, code and detail."""
    known: dict[str, Any] = {}
    for column in COLUMNS:
        try:
            known[column] = _cell(column, values.get(column), zone)
        except Cannot as why:
            return number, {"sku": str(values.get("sku") or "")[:64], **known}, (column, why.code, why.detail)
    if known["unit_cost"] is None:
        return number, known, ("unit_cost", "required", "It cannot be empty.")
    return number, known, ("", "", "")


def _cell(column: str, value: Any, zone: ZoneInfo) -> Any:
    refuse_formula(value)
    if column in {"valid_from", "valid_until"}:
        return read_instant(value, zone)
    if column == "unit_cost":
        return read_number(value, 12, 6)
    return read_words(value, most=64 if column == "sku" else 40, needed=column != "legal_entity")


def _resolved(rows: Sequence[_Read]) -> Iterator[CostRow]:
    products = products_by_sku({known["sku"] for _, known, bad in rows if not bad[0]})
    entities, kinds = entities_by_code(), set(currencies())
    for number, known, bad in rows:
        sku, currency, entity = known["sku"], known.get("currency", ""), known.get("legal_entity", "")
        if not bad[0]:
            bad = _unknown(sku in products, currency in kinds, not entity or entity in entities)
        key: Key | None = None
        if not bad[0]:
            key = (products[sku].id, _entity_id(entities, entity), currency)
        amount, begins, until = known.get("unit_cost"), known.get("valid_from"), known.get("valid_until")
        yield CostRow(number, sku, currency, entity, key, amount, begins, until, *bad)


def _unknown(has_product: bool, has_currency: bool, has_entity: bool) -> tuple[str, str, str]:
    for column, known in (("sku", has_product), ("currency", has_currency), ("legal_entity", has_entity)):
        if not known:
            what = "product" if column == "sku" else column
            return column, f"unknown_{what}", f"There is no such {what.replace('_', ' ')}."
    return "", "", ""


def _entity_id(entities: Mapping[str, Any], code: str) -> UUID | None:
    return entities[code].id if code else None
