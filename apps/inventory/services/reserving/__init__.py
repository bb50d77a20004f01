"""Promising goods to order lines: one conditional statement for the whole batch, more only where the first warehouse is short."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from apps.inventory.decisions.allocation import Take
from apps.inventory.decisions.facts import DemandLine, Reserved
from apps.inventory.services.policies import freeze_policies
from apps.inventory.services.promising import promise_waiting
from apps.inventory.services.reserving.fast import RESERVE, take_from_first
from apps.inventory.services.reserving.free_of_stock import NoWarehouse, reserve_services
from apps.inventory.services.reserving.giving_back import LESS_RESERVED
from apps.inventory.services.reserving.kits import keep_kits_whole
from apps.inventory.services.reserving.route import route
from apps.inventory.services.reserving.taking import TAKE, TOP_UP, StockMoved, group_of, take_reserved
from apps.inventory.services.waiting import add_waiting
from ordercash.kernel.transactions import joins

__all__ = [
    "LESS_RESERVED",
    "RESERVE",
    "TAKE",
    "TOP_UP",
    "NoWarehouse",
    "StockMoved",
    "group_of",
    "reserve_lines",
    "route",
    "take_reserved",
]

NOTHING = Decimal(0)


@joins
def reserve_lines(lines: Sequence[DemandLine]) -> dict[UUID, Reserved]:
    """Promise goods to lines in the order given and let wait what is missing; answers by line id.

    A line is served whole by the first warehouse of its legal entity that can, otherwise split by priority. Services are always
    reserved. A line is reserved once: naming it again raises IntegrityError. A legal entity without a warehouse lets its
    goods wait and raises NoWarehouse for a service. One statement when nothing is short, at most two more otherwise, one for services.
    """
    answers = {line.line_id: Reserved(line.quantity, NOTHING) for line in lines}
    with_whole_kits = freeze_policies(lines)
    reserve_services([line for line in lines if not line.is_stocked])
    short, candidates = take_from_first([line for line in lines if line.is_stocked])
    if short:
        takes = route(short, candidates)
        take_reserved(takes, {line.line_id: line for line in short}, statement=TAKE)
        answers |= _answers(short, takes)
        answers |= keep_kits_whole(lines, answers, with_whole_kits)
        answers |= _wait(lines, answers)
    return answers


def _answers(lines: Sequence[DemandLine], takes: Sequence[Take]) -> dict[UUID, Reserved]:
    given: dict[UUID, Decimal] = {}
    for take in takes:
        given[take.line_id] = given.get(take.line_id, NOTHING) + take.quantity
    parts = ((line, given.get(line.line_id, NOTHING)) for line in lines)
    return {line.line_id: Reserved(part, line.quantity - part) for line, part in parts}


def _wait(lines: Sequence[DemandLine], answers: Mapping[UUID, Reserved]) -> dict[UUID, Reserved]:
    """Let wait what is missing, and say until when."""
    waiting = [(line, answers[line.line_id].backordered) for line in lines if answers[line.line_id].backordered]
    add_waiting(waiting)
    dates = promise_waiting([line for line, _ in waiting], now=max(line.occurred_at for line in lines))
    return {line_id: replace(answers[line_id], promised_on=day) for line_id, day in dates.items()}
