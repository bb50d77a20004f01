"""What warehouse systems say of their stock, compared with ours: equal, sold by somebody else, or a case."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from apps.exceptions.contract import CaseDraft, ReasonDraft, case_of, close_cases, open_cases, refresh_cases
from apps.integrations.decisions.wms.bodies import Heartbeat, StockTold
from apps.integrations.decisions.wms.lots import LotDifference, lot_differences, lots_fault, written
from apps.integrations.decisions.wms.telling import text
from apps.integrations.selectors.connections import Connection
from apps.integrations.services.wms_outcomes import Applied, Message, Parked, Wrong
from apps.inventory.contract import (
    AdjustmentDraft,
    FeedTold,
    ShelfAt,
    Worth,
    adjust_counted,
    book_count,
    lots_at,
    note_feed,
    note_heartbeat,
    note_sales,
    share_fresh,
    shelf_at,
    warehouses,
    worth_of,
)
from ordercash.kernel.actor import SYSTEM

NOTHING = Decimal(0)


def apply_stock(connection: Connection, message: Message, body: StockTold, now: datetime) -> Applied | Parked | Wrong:
    """Their stock of a product. Where others sell from the same shelf a difference is theirs; elsewhere it is a case."""
    return _compare(connection, message, body, now, believed=connection.shares_stock)


def apply_counted(connection: Connection, message: Message, body: StockTold, now: datetime) -> Applied | Parked | Wrong:
    """What a count found; a difference is a case, which books it or has it counted again."""
    return _compare(connection, message, body, now, believed=False)


def apply_heartbeat(
    connection: Connection, message: Message, body: Heartbeat, now: datetime
) -> Applied | Parked | Wrong:
    """Everything was told up to then: what did not change is as fresh as what did."""
    note_heartbeat(connection.warehouse_id, said_at=min(message.said_at, now), received_at=message.received_at)
    return Applied()


def _compare(
    connection: Connection, message: Message, body: StockTold, now: datetime, *, believed: bool
) -> Applied | Parked | Wrong:
    said_at = min(message.said_at, now)
    shelf = shelf_at(connection.warehouse_id, body.sku, said_at)
    if shelf is None:
        return Applied("Nothing of it ever lay there.") if not body.on_hand else _unknown(body)
    if fault := lots_fault(body, has_lots=shelf.has_lots):
        return Wrong("wms_contradicts", fault)
    told = FeedTold(shelf.stock_id, body.stock_seq, said_at, message.received_at, connection.shares_stock)
    if not note_feed(told, now=now):
        return Applied("A newer one was applied before it.")
    # Now that the row is locked, nothing moves under the comparison.
    shelf = shelf_at(connection.warehouse_id, body.sku, said_at) or shelf
    differences = _differences(body, shelf, said_at)
    difference = body.on_hand - shelf.on_hand_then
    if believed and differences and not _book(connection, message, shelf, differences, said_at):
        note_sales(shelf.stock_id, at=said_at)
        share_fresh(shelf.stock_id, now=now)
        return Applied(f"{text(difference)} moved by others.")
    if not differences:
        _equal(message, shelf.stock_id, now)
        share_fresh(shelf.stock_id, now=now)
        return Applied()
    _open(connection, message, body, shelf, _differences(body, shelf, said_at), now)
    return Applied(f"{text(difference)} differ from our books.")


def _differences(body: StockTold, shelf: ShelfAt, said_at: datetime) -> list[LotDifference]:
    """Return what differs: lot by lot where goods are kept in lots, else one without a lot."""
    if shelf.has_lots:
        return lot_differences(body, lots_at(shelf.stock_id, said_at))
    difference = body.on_hand - shelf.on_hand_then
    return [LotDifference("", difference)] if difference else []


def _unknown(body: StockTold) -> Wrong:
    return Wrong("wms_contradicts", f"{text(body.on_hand)} of {body.sku} lie there, of which we never had any.")


def _book(
    connection: Connection, message: Message, shelf: ShelfAt, differences: list[LotDifference], at: datetime
) -> str:
    """Book what others sold or brought; returns why some of it cannot be."""
    ref = f"wms:{connection.id}:stock:{message.source_ref}"
    drafts = [
        AdjustmentDraft(
            warehouse_id=connection.warehouse_id,
            product_id=shelf.product_id,
            quantity=each.difference,
            occurred_at=at,
            source_ref=f"{ref}:{place}" if place else ref,
            note="Sold or moved by others who share the shelf",
            lot_code=each.lot,
            expires_on=each.expires_on,
        )
        for place, each in enumerate(differences)
    ]
    refused = adjust_counted(drafts, actor=SYSTEM).refused
    return refused[0].detail if refused else ""


def goods_gone(
    connection: Connection, gone: Mapping[tuple[str, str], Decimal], *, source_ref: str, occurred_at: datetime
) -> list[str]:
    """Take goods, by SKU and lot, out of our books that are gone from a warehouse; returns the SKUs of which they could not be."""
    shelves = {key: shelf_at(connection.warehouse_id, key[0], occurred_at) for key in gone}
    drafts = {
        key: AdjustmentDraft(
            connection.warehouse_id,
            shelf.product_id,
            -gone[key],
            occurred_at,
            f"{source_ref}:{index}",
            "Left without an order",
            lot_code=key[1],
        )
        for index, (key, shelf) in enumerate(shelves.items())
        if shelf is not None
    }
    result = adjust_counted(list(drafts.values()), actor=SYSTEM)
    refused = {refusal.source_ref for refusal in result.refused}
    return sorted({key[0] for key in gone if key not in drafts or drafts[key].source_ref in refused})


def open_short_cases(connection: Connection, message: Message, lost: Mapping[UUID, Decimal], now: datetime) -> None:
    """Open a case for every shelf on which goods were not found, with what they are worth."""
    open_cases(
        [
            _case(
                connection,
                stock_id,
                f"pickers did not find {text(lost[stock_id])} of {worth.sku}",
                worth,
                ReasonDraft(
                    "short_pick",
                    {"message": message.source_ref, "order": str(message.order_id), "missing": text(lost[stock_id])},
                ),
                now,
            )
            for stock_id, worth in worth_of(lost).items()
        ]
    )


def _open(
    connection: Connection,
    message: Message,
    body: StockTold,
    shelf: ShelfAt,
    differences: list[LotDifference],
    now: datetime,
) -> None:
    """Open a case; of what others sold only what could not be booked still differs."""
    difference = sum((each.difference for each in differences), NOTHING)
    lots = {"lots": written(differences)} if shelf.has_lots else {}
    detail = lots | {
        "message": message.source_ref,
        "sku": body.sku,
        "counted": text(body.on_hand),
        "in_books": text(shelf.on_hand_then),
        "difference": text(difference),
    }
    title = f"{body.sku} is {text(body.on_hand)} there and {text(shelf.on_hand_then)} in our books"
    if not difference:
        title = f"{body.sku} lies there in other lots than in our books"
    reason = ReasonDraft("count_difference", detail)
    worth = worth_of({shelf.stock_id: abs(difference)})[shelf.stock_id]
    refresh_cases([_case(connection, shelf.stock_id, title, worth, reason, now)], actor=SYSTEM, now=now)


def _case(
    connection: Connection, stock_id: UUID, title: str, worth: Worth, reason: ReasonDraft, now: datetime
) -> CaseDraft:
    place = warehouses().get(connection.warehouse_id)
    return CaseDraft(
        subject_kind="stock",
        subject_id=stock_id,
        title=f"{place.code if place else 'Warehouse'}: {title}"[:200],
        legal_entity_id=place.legal_entity_id if place else None,
        currency=worth.currency,
        money_at_risk_minor=worth.minor,
        reasons=[reason],
        opened_at=now,
    )


def _equal(message: Message, stock_id: UUID, now: datetime) -> None:
    """What is counted as we have it was there all the time, also where pickers did not find it."""
    if message.kind == "counted":
        book_count(
            stock_id, NOTHING, source_ref=f"wms:{message.id}", note="Counted, it is there", actor=SYSTEM, now=now
        )
    if message.kind == "counted" or not _was_missed(stock_id):
        close_cases("stock", [stock_id], resolution="equal", note="It equals our books.", actor=SYSTEM, now=now)


def _was_missed(stock_id: UUID) -> bool:
    """Say whether pickers did not find goods there: only a count answers that."""
    case = case_of("stock", stock_id)
    return case is not None and any(each.code == "short_pick" and each.state == "open" for each in case.reasons)
