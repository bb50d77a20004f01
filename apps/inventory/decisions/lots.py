"""Lots: which of them goods are taken from, and which lot goods belong to that come in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.inventory.decisions.facts import Refusal

MOST_CODE = 60


class LotLeft(NamedTuple):
    """What of a lot lies there and is neither promised nor set aside; it can leave before `expires_on` (None: for ever)."""

    id: UUID
    code: str
    expires_on: date | None
    left: Decimal


def can_leave(expires_on: date | None, today: date, least_life: int = 0) -> bool:
    """Say whether goods can leave on a day: they last beyond it, and `least_life` days more."""
    return expires_on is None or expires_on - timedelta(days=least_life) > today


def pick_lots(
    lots: Iterable[LotLeft], quantity: Decimal, today: date, least_life: int = 0
) -> list[tuple[LotLeft, Decimal]]:
    """Take a quantity out of lots: what expires first goes first, what expired never. Less comes back where there is not enough.

    Lots that expire together go by their codes, those that do not expire go last.
    """
    picked = []
    for lot in sorted((lot for lot in lots if can_leave(lot.expires_on, today, least_life)), key=_turn):
        if quantity <= 0:
            break
        if part := min(quantity, max(lot.left, Decimal(0))):
            picked.append((lot, part))
            quantity -= part
    return picked


def cannot_leave(lots: Iterable[LotLeft], today: date, least_life: int = 0) -> Decimal:
    """Return how much of what lies free in lots nobody can have any more."""
    return sum((lot.left for lot in lots if not can_leave(lot.expires_on, today, least_life)), Decimal(0))


def _turn(lot: LotLeft) -> tuple[date, str]:
    return lot.expires_on or date.max, lot.code


@dataclass(slots=True)
class LotStands:
    """A lot while movements are applied to it; `shelf` is what is neither promised nor set aside."""

    id: UUID | None
    code: str
    expires_on: date | None
    shelf: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    damaged: Decimal = Decimal(0)


class Kept(NamedTuple):
    """How a stock row is kept: whether in lots, which it has, and how many days its goods last from the day they come."""

    in_lots: bool
    lots: dict[str, LotStands]
    shelf_life_days: int | None = None


def lot_of_receipt(
    kept: Kept, source_ref: str, code: str, expires_on: date | None, day: date
) -> LotStands | Refusal | None:
    """Return the lot that goods belong to that come on a day, None where a product is not kept in lots.

    A lot keeps its day. Refused: `lots_not_kept`, `lot_missing`, `lot_code_unusable`, `expiry_missing`, `expiry_differs`.
    """
    if fault := code_fault(kept, source_ref, code):
        return fault
    if not kept.in_lots:
        return None
    known = kept.lots.get(code)
    if known is not None:
        if expires_on is not None and expires_on != known.expires_on:
            detail = f"Lot {code} expires {known.expires_on or 'never'}, not on {expires_on}."
            return Refusal(source_ref, "expiry_differs", detail)
        return known
    if expires_on is None and kept.shelf_life_days is not None:
        expires_on = day + timedelta(days=kept.shelf_life_days)
    if expires_on is None:
        return Refusal(source_ref, "expiry_missing", f"Say when lot {code} expires: its product does not.")
    return LotStands(None, code, expires_on)


def code_fault(kept: Kept, source_ref: str, code: str) -> Refusal | None:
    """Return why a lot cannot be named so: `lots_not_kept`, `lot_missing`, `lot_code_unusable`."""
    if not kept.in_lots:
        if code:
            return Refusal(source_ref, "lots_not_kept", "This product is not kept in lots: name none.")
        return None
    if not code:
        return Refusal(source_ref, "lot_missing", "This product is kept in lots: name the lot.")
    if len(code) > MOST_CODE or code != code.strip() or not code.isprintable():
        return Refusal(
            source_ref, "lot_code_unusable", f"A lot has a code of at most {MOST_CODE} printable characters."
        )
    return None


def lot_of_goods(
    kept: Kept, source_ref: str, code: str, bin_name: str, quantity: Decimal
) -> LotStands | Refusal | None:
    """Return the lot that goods are taken out of, whose `bin_name` is shelf, held or damaged; None where there are no lots.

    Refused: as `code_fault`, `lot_unknown`, `lot_short`.
    """
    if fault := code_fault(kept, source_ref, code):
        return fault
    if not kept.in_lots:
        return None
    known = kept.lots.get(code)
    if known is None:
        return Refusal(source_ref, "lot_unknown", f"There is no lot {code} here.")
    lies: Decimal = getattr(known, bin_name)
    if lies < quantity:
        where = "free on the shelf" if bin_name == "shelf" else bin_name
        return Refusal(
            source_ref, "lot_short", f"{quantity} cannot go: {lies.normalize():f} of lot {code} are {where}."
        )
    return known


def by_stock(rows: Sequence[tuple[UUID, LotLeft]]) -> dict[UUID, list[LotLeft]]:
    """Return lots by their stock row."""
    found: dict[UUID, list[LotLeft]] = {}
    for stock_id, lot in rows:
        found.setdefault(stock_id, []).append(lot)
    return found
