"""What moves between shelf and bins do to a stock row, one after the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from apps.inventory.decisions.costing import issue_costs
from apps.inventory.decisions.facts import Refusal
from apps.inventory.decisions.facts.bins import BinMove
from apps.inventory.decisions.lots import Kept, LotStands, lot_of_goods
from apps.inventory.decisions.receiving import MAX_QUANTITY, Movement, Place

BINS: Final = ("shelf", "held", "damaged")
OUT: Final = {"scrap": "scrap", "elsewhere": "issue"}
WHERE: Final = {"shelf": "free on the shelf", "held": "held and do not wait for inspection"}
NO_LOTS: Final = Kept(False, {})


@dataclass(slots=True)
class Bins:
    """A stock row while moves are applied to it: `shelf` is what lies on the shelf and is not reserved."""

    on_hand: Decimal
    value_minor: int
    shelf: Decimal
    held: Decimal
    damaged: Decimal


class BinMovement(NamedTuple):
    """What a move writes: a movement, and by how much the bins change."""

    movement: Movement
    damaged_change: Decimal
    held_change: Decimal


def move_bins(
    moves: Iterable[BinMove], rows: Mapping[Place, Bins], kept: Mapping[Place, Kept] = MappingProxyType({})
) -> tuple[list[tuple[BinMove, BinMovement]], list[Refusal]]:
    """Apply moves in the order given; what leaves costs the moving average.

    Refused: `unknown_warehouse`, `unknown_bin`, `quantity_out_of_range`, `bin_short` (less lies there than should go), and of goods in
    lots those of `lot_of_goods`.
    """
    made: list[tuple[BinMove, BinMovement]] = []
    refused: list[Refusal] = []
    for move in moves:
        row = rows.get((move.product_id, move.warehouse_id))
        fault = _fault(move, row)
        if fault is not None or row is None:
            refused.append(fault or _unknown(move))
            continue
        how = kept.get((move.product_id, move.warehouse_id), NO_LOTS)
        lot = lot_of_goods(how, move.source_ref, move.lot_code, move.from_bin, move.quantity)
        if isinstance(lot, Refusal):
            refused.append(lot)
        else:
            made.append((move, _apply(move, row, lot)))
    return made, refused


def _unknown(move: BinMove) -> Refusal:
    return Refusal(move.source_ref, "unknown_warehouse", f"No active warehouse {move.warehouse_id}.")


def _fault(move: BinMove, row: Bins | None) -> Refusal | None:
    if row is None:
        return _unknown(move)
    if move.from_bin not in BINS or move.to_bin not in (*BINS, *OUT) or move.from_bin == move.to_bin:
        return Refusal(move.source_ref, "unknown_bin", f"Nothing goes from {move.from_bin!r} to {move.to_bin!r}.")
    if not 0 < move.quantity <= MAX_QUANTITY:
        return Refusal(move.source_ref, "quantity_out_of_range", f"{move.quantity} cannot be moved.")
    lies = getattr(row, move.from_bin)
    if move.quantity > lies:
        where = WHERE.get(move.from_bin, move.from_bin)
        return Refusal(move.source_ref, "bin_short", f"{move.quantity} cannot go: {lies.normalize():f} are {where}.")
    return None


def _apply(move: BinMove, row: Bins, lot: LotStands | None) -> BinMovement:
    place = (move.product_id, move.warehouse_id)
    for each in (row, lot) if lot else (row,):
        setattr(each, move.from_bin, getattr(each, move.from_bin) - move.quantity)
        if move.to_bin in BINS:
            setattr(each, move.to_bin, getattr(each, move.to_bin) + move.quantity)
    changes = {name: Decimal(0) for name in BINS} | {move.from_bin: -move.quantity}
    kind, quantity, value_minor = "bin", Decimal(0), 0
    if move.to_bin in OUT:
        kind, quantity = OUT[move.to_bin], -move.quantity
        value_minor = -issue_costs(row.on_hand, row.value_minor, [move.quantity])[0]
        row.on_hand -= move.quantity
        row.value_minor += value_minor
    else:
        changes[move.to_bin] = move.quantity
    movement = Movement(place, kind, quantity, value_minor, move.source_ref, move.note, lot.id if lot else None)
    return BinMovement(movement, changes["damaged"], changes["held"])
