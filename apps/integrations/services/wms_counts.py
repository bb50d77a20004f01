"""What somebody decides about a difference: book it, or have it counted again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import blake2s
from typing import Final
from uuid import UUID

import orjson

from apps.exceptions.contract import CaseFacts, cases_of, close_cases
from apps.integrations.decisions.wms.lots import read
from apps.integrations.services.wms_telling import add_messages
from apps.inventory.contract import book_count
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import joins, writes

SUBJECT: Final = "stock"
COUNTABLE: Final = """
SELECT s.id, c.id, p.sku FROM inventory_stock s JOIN masterdata_product p ON p.id = s.product_id
  JOIN integrations_warehouseconnection c ON c.warehouse_id = s.warehouse_id AND c.is_active WHERE s.id = ANY(%s::uuid[])
"""


@writes
def book_counts(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    """Book the differences that open cases name: first from what is held because it was not found, then from the shelf."""
    told = {}
    for stock_id, case in cases_of(SUBJECT, subject_ids).items():
        why = _book(stock_id, case, note, actor, now)
        told[stock_id] = why or "Booked."
        if not why:
            close_cases(SUBJECT, [stock_id], resolution="booked", note=note, actor=actor, now=now)
    return {stock_id: told.get(stock_id, "There is nothing to book.") for stock_id in subject_ids}


def _book(stock_id: UUID, case: CaseFacts, note: str, actor: Actor, now: datetime) -> str:
    """Book what the newest count found, else all that was not found by pickers; returns why it cannot be."""
    standing = [reason for reason in case.reasons if reason.state == "open"]
    counted = [Decimal(str(r.detail["difference"])) for r in standing if r.code == "count_difference"]
    missing = sum((-Decimal(str(r.detail["missing"])) for r in standing if r.code == "short_pick"), Decimal(0))
    difference = counted[-1] if counted else missing
    lots = next((str(r.detail["lots"]) for r in reversed(standing) if "lots" in r.detail), "")
    if counted and lots:
        return _book_lots(stock_id, case, lots, note, actor, now)
    if not difference:
        return ""
    return book_count(stock_id, difference, source_ref=f"case:{case.id}", note=note, actor=actor, now=now)


def _book_lots(stock_id: UUID, case: CaseFacts, lots: str, note: str, actor: Actor, now: datetime) -> str:
    """Book differences lot by lot, what is missing first; what was booked before is not booked again."""
    # Another count of the same case is another fact.
    ref = f"case:{case.id}:{blake2s(lots.encode(), digest_size=6).hexdigest()}"
    for each in read(lots):
        why = book_count(
            stock_id,
            each.difference,
            source_ref=f"{ref}:{blake2s(each.lot.encode(), digest_size=6).hexdigest()}",
            note=note,
            actor=actor,
            now=now,
            lot_code=each.lot,
            expires_on=each.expires_on,
        )
        if why:
            return f"Lot {each.lot}: {why}"
    return ""


@writes
def count_again(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    """Ask the warehouse system to count; the case stays open until its answer equals our books or the count is booked."""
    asked = fetch(COUNTABLE, [list(subject_ids)])
    ask_to_count([(connection_id, sku) for _, connection_id, sku in asked], now=now)
    done = {row[0] for row in asked}
    return {each: "A count was asked for." if each in done else "No system is connected." for each in subject_ids}


@joins
def ask_to_count(wanted: Sequence[tuple[UUID, str]], *, now: datetime) -> None:
    """Ask warehouse systems, by connection, to count products by SKU; the answers come as `counted`."""
    rows = []
    for connection_id, sku in wanted:
        message_id = new_id()
        payload = orjson.dumps({"sku": sku, "count_id": str(message_id)}).decode()
        rows.append(
            (message_id, connection_id, "out", "count", f"count:{message_id}", None, None, payload, "waiting", now, now)
        )
    if rows:
        add_messages(rows)


@writes
def leave_counts(subject_ids: Sequence[UUID], *, note: str, actor: Actor, now: datetime) -> Mapping[UUID, str]:
    """Leave the books as they are."""
    close_cases(SUBJECT, list(subject_ids), resolution="left", note=note, actor=actor, now=now)
    return dict.fromkeys(subject_ids, "Left as it is.")
