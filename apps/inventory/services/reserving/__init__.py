"""Promising goods to order lines: one conditional statement for the whole batch, more only where the first warehouse is short."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.allocation import Take, given_to
from apps.inventory.decisions.facts import DemandLine, Reserved
from apps.inventory.decisions.holds import Claim
from apps.inventory.models import Handling
from apps.inventory.services.fresh_log import note_held_back
from apps.inventory.services.policies import freeze_policies
from apps.inventory.services.promising import promise_waiting
from apps.inventory.services.reserving.claimed import claim_holds, held_for, take_over
from apps.inventory.services.reserving.decided import take_decided
from apps.inventory.services.reserving.eventual import accepted_of
from apps.inventory.services.reserving.fast import RESERVE, take_from_first
from apps.inventory.services.reserving.free_of_stock import NoWarehouse, reserve_services
from apps.inventory.services.reserving.giving_back import reserve_less
from apps.inventory.services.reserving.kits import keep_kits_whole
from apps.inventory.services.reserving.later import wanted_later
from apps.inventory.services.reserving.route import route
from apps.inventory.services.reserving.single import take_one
from apps.inventory.services.reserving.slots import in_one_slot, take_from_slots
from apps.inventory.services.reserving.sourced import take_sourced
from apps.inventory.services.reserving.stand_ins import name_ordered, swap_short, tell_swapped
from apps.inventory.services.reserving.taking import TAKE, TOP_UP, StockMoved, group_of, take_reserved
from apps.inventory.services.reserving.ways import handled_otherwise
from apps.inventory.services.sourcing import keep_sources
from apps.inventory.services.waiting import KEPT_BACK, LATER, add_waiting
from ordercash.kernel.transactions import joins

__all__ = [
    "RESERVE",
    "TAKE",
    "TOP_UP",
    "NoWarehouse",
    "StockMoved",
    "claim_holds",
    "group_of",
    "name_ordered",
    "reserve_less",
    "reserve_lines",
    "route",
    "take_goods",
    "take_reserved",
]

NOTHING = Decimal(0)


@joins
def reserve_lines(lines: Sequence[DemandLine]) -> dict[UUID, Reserved]:
    """Promise goods to lines in the order given and let wait what is missing; answers by line id.

    A line is served whole by the first warehouse of its legal entity that can, otherwise split by priority. Services are always
    reserved. A line is reserved once: naming it again raises IntegrityError. A legal entity without a warehouse lets its
    goods wait and raises NoWarehouse for a service. One statement when nothing is short, at most three more otherwise, one for services.
    Where rules of sourcing are in force they choose the warehouses of an order, and say who waits although goods are there. Where the
    policy of an order names a substitute for what is short, that is reserved instead of all of the line. What is wanted later than the
    rules of availability reserve ahead is promised by date.
    """
    answers = {line.line_id: Reserved(line.quantity, NOTHING) for line in lines}
    frozen = freeze_policies(lines)
    claims = held_for(lines)
    reserve_services([line for line in lines if not line.is_stocked])
    later = wanted_later(lines)
    wanted = _without(claims, [line for line in lines if line.is_stocked])
    swapped = swap_short(wanted, frozen.substitutes, later)
    goods = swapped.goods
    chosen = take_sourced(goods)
    goods_left = _but(goods, chosen.lines)
    short, takes = take_goods(goods_left, alone=not chosen.plans and not swapped.allowed, at_once=True)
    take_over(claims, lines)
    if short or chosen.lines or later:
        postponed = [line for line in lines if line.line_id in later]
        missing = _missing([*short, *chosen.lines, *postponed], [*takes, *chosen.takes])
        answers |= {line.line_id: _answer(line, missing[line.line_id]) for line in lines if line.line_id in missing}
        answers |= keep_kits_whole(lines, answers, frozen.kits_whole)
        reasons = dict.fromkeys(chosen.kept_back, KEPT_BACK) | dict.fromkeys(later, LATER)
        answers |= _wait(lines, answers, reasons, swapped.allowed)
    tell_swapped(swapped.ordered, goods)
    keep_sources(chosen.plans)
    return answers


def _but(goods: Sequence[DemandLine], lines: Sequence[DemandLine]) -> Sequence[DemandLine]:
    """Return the goods without these lines."""
    gone = {line.line_id for line in lines}
    return [line for line in goods if line.line_id not in gone] if gone else goods


def _without(claims: Sequence[Claim], goods: Sequence[DemandLine]) -> Sequence[DemandLine]:
    """Return the lines with what they want besides the goods that were set aside for them."""
    if not claims:
        return goods
    held: dict[UUID, Decimal] = {}
    for claim in claims:
        held[claim.line_id] = held.get(claim.line_id, NOTHING) + claim.quantity
    rest = (replace(line, quantity=line.quantity - held.get(line.line_id, NOTHING)) for line in goods)
    return [line for line in rest if line.quantity]


def take_goods(
    goods: Sequence[DemandLine], *, alone: bool = True, at_once: bool = False
) -> tuple[list[DemandLine], list[Take]]:
    """Take what there is for these lines; return the lines that were decided one by one, and what each got of where.

    Only where it is enough to be accepted (`at_once`) are goods accepted that are handled so.

    Rows are locked before slots; who holds rows already is not `alone`. Who wants more than one product looks first whether a slot has
    what is wanted of each: otherwise the rows serve all of it, because nobody may wait for slots of one product while holding those of
    another out of turn.
    """
    ways = handled_otherwise() if goods else {}
    if at_once and Handling.EVENTUAL in ways.values():
        goods = _but(goods, accepted_of([line for line in goods if ways.get(line.product_id) == Handling.EVENTUAL]))
    slotted = {id for id, way in ways.items() if way == Handling.SLOTS}
    dealt = [line for line in goods if line.product_id in slotted]
    if alone and not dealt and take_one(goods):
        return [], []
    if dealt and alone and len({group_of(line) for line in goods}) == 1:
        return _from_rows(take_from_slots(goods, alone=True))
    if not dealt or not in_one_slot(dealt):
        return _from_rows(goods)
    decided = _from_rows([line for line in goods if line.product_id not in slotted])
    take_from_slots(dealt, alone=False)
    return decided


def _from_rows(goods: Sequence[DemandLine]) -> tuple[list[DemandLine], list[Take]]:
    short, shelves = take_from_first(goods)
    return short, take_decided(short, shelves) if short else []


def _missing(lines: Sequence[DemandLine], takes: Sequence[Take]) -> dict[UUID, Decimal]:
    given = given_to(takes)
    return {line.line_id: line.quantity - given.get(line.line_id, NOTHING) for line in lines}


def _answer(line: DemandLine, missing: Decimal) -> Reserved:
    return Reserved(line.quantity - missing, missing)


def _wait(
    lines: Sequence[DemandLine],
    answers: Mapping[UUID, Reserved],
    reasons: Mapping[UUID, str],
    substitutes: Mapping[UUID, UUID],
) -> dict[UUID, Reserved]:
    """Let wait what is missing, and say until when."""
    waiting = [(line, answers[line.line_id].backordered) for line in lines if answers[line.line_id].backordered]
    add_waiting(waiting, reasons, substitutes)
    now = max(line.occurred_at for line in lines)
    note_held_back([line for line, _ in waiting], now=now)
    dates = promise_waiting([line for line, _ in waiting], now=now)
    return {line_id: replace(answers[line_id], promised_on=day) for line_id, day in dates.items()}
