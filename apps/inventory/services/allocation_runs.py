"""Allocation runs: tried first, then carried out in one transaction, and taken back while nothing of it has left."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.audit.contract import record_events, set_change_actor
from apps.inventory.decisions.allocation import Take
from apps.inventory.decisions.document import ALLOCATION
from apps.inventory.decisions.sharing.by_hand import Quantities
from apps.inventory.decisions.sharing.document import STRATEGIES
from apps.inventory.decisions.sharing.facts import from_parts, to_parts
from apps.inventory.decisions.sharing.figures import figures_of
from apps.inventory.decisions.sharing.record import NOTHING, run_texts
from apps.inventory.decisions.sharing.runs import Outcome
from apps.inventory.decisions.sharing.turns import Waiting
from apps.inventory.events import ALLOCATION_COMMITTED, ALLOCATION_ROLLED_BACK, allocation_told, goods_taken
from apps.inventory.models import AllocationMove, AllocationRun, RunState
from apps.inventory.ports import line_tags
from apps.inventory.services.allocation_facts import Facts, Scope, new_dates, products_waited_for, read_facts
from apps.inventory.services.capacity import Planned, give_back_picks
from apps.inventory.services.locking import OF_PLACES, lock_stock
from apps.inventory.services.pegging import repeg
from apps.inventory.services.promising import promise_waiting
from apps.inventory.services.redating import moved_events, promised_anew, redate_lines
from apps.inventory.services.reserving import reserve_less
from apps.inventory.services.sharing import share_out, write_takes
from apps.inventory.services.turns import demand_of, lock_waiting, of_tag
from apps.inventory.services.waiting import wait_again
from apps.rulebooks.contract import DecisionDraft, record_decisions
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, DomainError, Fault, NotFound
from ordercash.kernel.ids import new_id
from ordercash.kernel.sql import columns_of, fetch, insert_rows
from ordercash.kernel.transactions import joins

COMPARED: Final = ("", "first_come", "priority", "fair_share")
BY_HAND: Final = "manual"

MOVE_COLUMNS: Final = {
    "id": "uuid",
    "run_id": "uuid",
    "line_id": "uuid",
    "order_id": "uuid",
    "product_id": "uuid",
    "warehouse_id": "uuid",
    "tier": "varchar",
    "asked": "numeric",
    "was_reserved": "numeric",
    "reserved": "numeric",
    "was_promised_on": "date",
    "promised_on": "date",
    "net_minor": "bigint",
    "currency": "varchar",
}
HOLDS = """
SELECT line_id, warehouse_id, id, quantity FROM inventory_reservation
 WHERE line_id = ANY(%s::uuid[]) AND state = 'firm' AND lot_id IS NULL AND slot_no IS NULL AND stock_id IS NOT NULL
 ORDER BY quota_id IS NULL, id DESC
"""


class StrategyUnknown(DomainError):
    """There is no such strategy."""

    code, title = "strategy_unknown", "This strategy is not known"


class GivenByHandRefused(DomainError):
    """Lines cannot get what a person gives them; the faults say which and why, in the order of the quantities."""

    code, title = "given_by_hand_refused", "This cannot be given by hand"


class NothingWaits(Conflict):
    """Nobody waits for goods in this scope."""

    code, title = "nothing_waits", "Nobody waits for these goods"


class AllocationStale(Conflict):
    """Stock, reservations or waiting lines changed since the run was tried."""

    code, title = "allocation_stale", "Something changed since this was tried; try it again"


class WrongRunState(Conflict):
    """The run was carried out, taken back or discarded before."""

    code, title = "wrong_state", "The run does not allow this now"


class RollBackRefused(Conflict):
    """Something that the run gave has left or was given back, or who lost does not wait any more."""

    code, title = "roll_back_refused", "This run cannot be taken back any more"


@joins
def simulate_allocation(
    scope: Scope, *, strategy: str, by_hand: Quantities = NOTHING, actor: Actor, now: datetime
) -> AllocationRun:
    """Try a run and keep what it would do; nothing else changes. `strategy` "" is what the rules name for each product.

    "manual" gives lines what `by_hand` says, of the scope or (without products) of what these lines wait for. The figures hold those of
    every other strategy too. Raises StrategyUnknown, GivenByHandRefused, NothingWaits.
    """
    if strategy not in (*COMPARED, BY_HAND):
        raise StrategyUnknown(
            f"One of {', '.join(STRATEGIES[name] for name in (*COMPARED, BY_HAND) if name)}, or none."
        )
    if (strategy == BY_HAND) != bool(by_hand):
        raise StrategyUnknown("Quantities are given by hand, by that strategy and no other.")
    if by_hand and not scope.product_ids:
        scope = scope._replace(product_ids=products_waited_for(by_hand))
    facts = read_facts(scope, now=now, locked=False)
    if not facts.lines:
        raise NothingWaits("There is nothing to share out: no line waits.")
    if faults := facts.by_hand(by_hand).faults:
        place = {line_id: n for n, line_id in enumerate(by_hand)}
        told = [Fault(f"/quantities/{place[each.line_id]}", each.code, each.detail) for each in faults]
        raise GivenByHandRefused(faults=told)
    figures: dict[str, Any] = {}
    compared = {}
    for name in (*COMPARED, BY_HAND) if by_hand else COMPARED:
        outcome = facts.decide(name, by_hand if name == BY_HAND else NOTHING)
        dates = _dates(facts, outcome)
        compared[name or "rules"] = figures_of(facts.stands(outcome, dates))
        if name == strategy:
            chosen, days, figures = outcome, dates, compared[name or "rules"]
    row = AllocationRun.objects.create(
        legal_entity_id=scope.legal_entity_id,
        strategy=strategy or "rules",
        version_sha256=facts.sha256,
        scope=_scope_told(scope, by_hand),
        stamp=facts.stamp,
        figures={**figures, "compared": compared},
        made_by=actor.id,
        made_at=now,
    )
    insert_rows("inventory_allocationmove", MOVE_COLUMNS, list(_moves(row.pk, facts, chosen, days)))
    row.refresh_from_db()
    return row


@joins
def commit_allocation(run_id: UUID, *, reason: str, actor: Actor, now: datetime) -> AllocationRun:
    """Carry a tried run out: goods change hands, who lost waits again and is told his new day.

    Everything that it looked at is locked and looked at again; when it is not as it was, nothing happens. Raises AllocationStale,
    WrongRunState, NotFound.
    """
    set_change_actor(actor)
    row = _locked(run_id, RunState.SIMULATED)
    facts = read_facts(_scope(row), now=now, locked=True)
    if facts.stamp != row.stamp:
        raise AllocationStale("Goods, reservations or those who wait are not what they were when it was tried.")
    outcome = facts.decide(_strategy(row), _said_by_hand(row))
    dates = _dates(facts, outcome)
    work = _take_away(facts, outcome)
    write_takes(_takes(outcome), facts.lines, now=now, actor=actor)
    lost = _lost(outcome)
    told = promise_waiting([demand_of(facts.lines[line_id]) for line_id in lost], now=now) if lost else {}
    days = _redated(dates, facts.lines, told)
    redate_lines(days, why="allocation", run_id=row.pk, now=now, actor=actor)
    repeg({facts.lines[line_id].group for line_id in lost}, now=now)
    row.state, row.committed_by, row.committed_at, row.reason = RunState.COMMITTED, actor.id, now, reason[:300]
    row.decision_id = _logged(row, facts, now)
    row.save(update_fields=["state", "committed_by", "committed_at", "reason", "decision_id"])
    quantities = {line_id: from_parts(parts) for line_id, parts in lost.items()}
    record_events(
        [
            allocation_told(ALLOCATION_COMMITTED, row.pk, row.number, row.legal_entity_id, now, actor),
            *_told(quantities, facts.lines, {**told, **days}, row, now, actor),
        ]
    )
    give_back_picks(work)
    return row


@joins
def roll_back_allocation(run_id: UUID, *, reason: str, actor: Actor, now: datetime) -> AllocationRun:
    """Undo a run that was carried out: what it gave goes back to who had it. Raises RollBackRefused, WrongRunState, NotFound."""
    set_change_actor(actor)
    row = _locked(run_id, RunState.COMMITTED)
    moves = list(AllocationMove.objects.filter(run=row).order_by("line_id", "warehouse_id"))
    stock = lock_stock(OF_PLACES, columns_of(sorted({(m.product_id, m.warehouse_id) for m in moves}), 2))
    places = {(each.product_id, each.warehouse_id): each.id for each in stock.values()}
    lines = _lines_of(moves, row.legal_entity_id)
    work = reserve_less(_to_take_back(moves, lines))
    gained, lost = _net(moves, 1), _net(moves, -1)
    wait_again([(demand_of(lines[line_id]), quantity) for line_id, quantity in gained.items()])
    takes = [
        Take(m.line_id, places[m.product_id, m.warehouse_id], m.warehouse_id, m.was_reserved - m.reserved)
        for m in moves
        if m.warehouse_id and m.reserved < m.was_reserved
    ]
    write_takes(takes, lines, now=now, actor=actor)
    before = _promised_before(row, moves)
    moved = redate_lines(before, why="allocation_undone", run_id=row.pk, now=now, actor=actor)
    repeg({lines[line_id].group for line_id in (*gained, *lost)}, now=now)
    share_out(stock.keys(), now=now, actor=actor)
    row.state, row.rolled_back_by, row.rolled_back_at = RunState.ROLLED_BACK, actor.id, now
    row.reason = f"{row.reason} / {reason}"[:300]
    row.save(update_fields=["state", "rolled_back_by", "rolled_back_at", "reason"])
    record_events(
        [
            allocation_told(ALLOCATION_ROLLED_BACK, row.pk, row.number, row.legal_entity_id, now, actor),
            *_told(gained, lines, before, row, now, actor),
            *moved_events([each for each in moved if each.line_id in lost], row.legal_entity_id, now, actor),
        ]
    )
    give_back_picks(work)
    return row


@joins
def discard_allocation(run_id: UUID) -> AllocationRun:
    """Put a tried run away. Raises WrongRunState, NotFound."""
    row = _locked(run_id, RunState.SIMULATED)
    row.state = RunState.DISCARDED
    row.save(update_fields=["state"])
    return row


def _locked(run_id: UUID, state: RunState) -> AllocationRun:
    row = AllocationRun.objects.select_for_update().filter(pk=run_id).first()
    if row is None:
        raise NotFound("There is no such run.")
    if row.state != state:
        raise WrongRunState(f"{row.number} is {RunState(row.state).label.lower()}.")
    return row


def _logged(row: AllocationRun, facts: Facts, now: datetime) -> UUID | None:
    """Keep what a run was decided from, where a rulebook decided; returns the id of the decision."""
    if facts.version is None:
        return None
    texts = run_texts(facts.version.compiled, facts.run, _strategy(row), _said_by_hand(row))
    draft = DecisionDraft(ALLOCATION, "allocation_run", row.pk, facts.version.sha256, *texts, now)
    return record_decisions([draft])[0]


def _strategy(row: AllocationRun) -> str:
    return "" if row.strategy == "rules" else row.strategy


def _scope(row: AllocationRun) -> Scope:
    return Scope(row.legal_entity_id, tuple(UUID(id) for id in row.scope.get("product_ids", ())))


def _scope_told(scope: Scope, by_hand: Quantities) -> dict[str, Any]:
    told: dict[str, Any] = {"product_ids": [str(id) for id in scope.product_ids]}
    return told | {"quantities": [[str(id), f"{quantity:f}"] for id, quantity in by_hand.items()]} if by_hand else told


def _said_by_hand(row: AllocationRun) -> Quantities:
    return {UUID(id): Decimal(quantity) for id, quantity in row.scope.get("quantities", ())}


def _lost(outcome: Outcome) -> dict[UUID, int]:
    lost: dict[UUID, int] = {}
    for taken in outcome.taken:
        lost[taken.from_line] = lost.get(taken.from_line, 0) + taken.quantity
    return lost


def _dates(facts: Facts, outcome: Outcome) -> dict[UUID, date]:
    lost = _lost(outcome)
    return new_dates(facts.scope, lost, facts.lines, today=facts.today) if lost else {}


def _redated(dates: Mapping[UUID, date], lines: Mapping[UUID, Waiting], told: Mapping[UUID, date]) -> dict[UUID, date]:
    """Return the new days of losers: who was promised a day for what he waited for before keeps it, or has a later one for all of it."""
    before = {line_id: lines[line_id].promised_on for line_id in dates}
    known = {line_id: day for line_id, day in before.items() if day}
    return {id: max(day, known.get(id, day)) for id, day in dates.items() if id in known or id not in told}


def _take_away(facts: Facts, outcome: Outcome) -> list[Planned]:
    """Lower the reservations of who loses, and let him wait for what he lost; returns the work that is no more."""
    parts: dict[UUID, int] = {}
    for taken in outcome.taken:
        reservation = facts.reserved[taken.from_line, taken.stock_id]
        parts[reservation] = parts.get(reservation, 0) + taken.quantity
    rows = [(reservation, from_parts(quantity)) for reservation, quantity in parts.items()]
    work = reserve_less(rows)
    wait_again([(demand_of(facts.lines[id]), from_parts(quantity)) for id, quantity in _lost(outcome).items()])
    return work


def _takes(outcome: Outcome) -> list[Take]:
    """Return what every line gets of every stock row and quota, once each."""
    sums: dict[tuple[UUID, UUID, UUID, UUID | None], int] = {}
    for given in outcome.given:
        key = given.line_id, given.stock_id, given.warehouse_id, given.quota_id
        sums[key] = sums.get(key, 0) + given.quantity
    for taken in outcome.taken:
        key = taken.to_line, taken.stock_id, taken.warehouse_id, None
        sums[key] = sums.get(key, 0) + taken.quantity
    return [
        Take(line, stock, place, from_parts(quantity), quota) for (line, stock, place, quota), quantity in sums.items()
    ]


def _moves(run_id: UUID, facts: Facts, outcome: Outcome, dates: Mapping[UUID, date]) -> Iterable[tuple[Any, ...]]:
    """Return the rows of what changes, by line and warehouse."""
    change: dict[tuple[UUID, UUID], int] = {}
    for take in _takes(outcome):
        change[take.line_id, take.warehouse_id] = change.get((take.line_id, take.warehouse_id), 0) + to_parts(
            take.quantity
        )
    for taken in outcome.taken:
        key = taken.from_line, taken.warehouse_id
        change[key] = change.get(key, 0) - taken.quantity
    for (line_id, place), parts in change.items():
        line = facts.lines[line_id]
        had = sum(held.quantity for held in facts.held.get(line_id, ()) if held.warehouse_id == place)
        yield (
            new_id(), run_id, line_id, line.order_id, line.product_id, place, facts.tier_name(line), line.line_quantity,
            from_parts(had), from_parts(had + parts), line.promised_on, dates.get(line_id), line.net_minor, line.currency,
        )  # fmt: skip


def _net(moves: Sequence[AllocationMove], sign: int) -> dict[UUID, Decimal]:
    """Return by line what it gained (1) or lost (-1) over all warehouses."""
    sums: dict[UUID, Decimal] = {}
    for move in moves:
        if (change := (move.reserved - move.was_reserved) * sign) > 0:
            sums[move.line_id] = sums.get(move.line_id, Decimal(0)) + change
    return sums


def _promised_before(row: AllocationRun, moves: Sequence[AllocationMove]) -> dict[UUID, date]:
    """Return what lines were promised when a run was carried out: as it was tried, or anew since then, by a re-plan for example."""
    days = {m.line_id: m.was_promised_on for m in moves}
    if row.committed_at:
        days |= promised_anew(list(days), since=row.made_at, until=row.committed_at, but_run=row.pk)
    return {line_id: day for line_id, day in days.items() if day}


def _lines_of(moves: Sequence[AllocationMove], legal_entity_id: UUID) -> dict[UUID, Waiting]:
    """Return the lines of a run as they are now, locked where they wait."""
    ids = {move.line_id for move in moves}
    lines = {line.line_id: line for line in lock_waiting(ids)}
    tags = line_tags(ids - lines.keys())
    for move in moves:
        if move.line_id not in lines and move.line_id in tags:
            lines[move.line_id] = of_tag(tags[move.line_id], legal_entity_id, move.product_id)
    return lines


def _to_take_back(moves: Sequence[AllocationMove], lines: Mapping[UUID, Waiting]) -> list[tuple[UUID, Decimal]]:
    """Return which reservations give back how much; refused when a gainer has less, or a loser waits for less, than the run moved."""
    gainers = [move for move in moves if move.reserved > move.was_reserved]
    held: dict[tuple[UUID, UUID], list[tuple[UUID, Decimal]]] = {}
    for line_id, place, reservation_id, quantity in fetch(HOLDS, [[move.line_id for move in gainers]]):
        held.setdefault((line_id, place), []).append((reservation_id, quantity))
    lost = _net(moves, -1)
    gone = {
        move.order_id
        for move in gainers
        if sum(quantity for _, quantity in held.get((move.line_id, move.warehouse_id or move.run_id), ()))
        < move.reserved - move.was_reserved
    }
    gone |= {m.order_id for m in moves if m.line_id in lost and lines[m.line_id].quantity < lost[m.line_id]}
    if gone:
        orders = ", ".join(str(order_id) for order_id in sorted(gone)[:20])
        raise RollBackRefused(f"Goods of {len(gone)} orders left, were cancelled or served since: {orders}.")
    less: list[tuple[UUID, Decimal]] = []
    for move in gainers:
        rest = move.reserved - move.was_reserved
        for reservation_id, quantity in held[move.line_id, move.warehouse_id] if move.warehouse_id else ():
            if part := min(rest, quantity):
                less.append((reservation_id, part))
                rest -= part
    return less


def _told(
    lost: Mapping[UUID, Decimal],
    lines: Mapping[UUID, Waiting],
    days: Mapping[UUID, date],
    row: AllocationRun,
    now: datetime,
    actor: Actor,
) -> list[Any]:
    """Return what is told to each order that has less than before."""
    by_order: dict[UUID, dict[UUID, Decimal]] = {}
    for line_id, quantity in lost.items():
        by_order.setdefault(lines[line_id].order_id, {})[line_id] = quantity
    return [
        goods_taken(order_id, given, days, row.number, row.legal_entity_id, now, actor)
        for order_id, given in by_order.items()
    ]
