"""Promises and what serves them: worked out for a whole group by whoever changed its supplies or its waiting lines.

A promise is a date, and stays until a re-plan moves it. Which supply serves it is a function of the dates and is written anew.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple, cast
from uuid import UUID

from apps.audit.contract import record_events
from apps.inventory.decisions.allocation import Group as GroupKey
from apps.inventory.decisions.atp.facts import Group, needs_of, parts_of, quantity_of, sources_of
from apps.inventory.decisions.atp.foreseeing import Broken, foresee
from apps.inventory.decisions.atp.nouns import Pegged, Pegging, Source
from apps.inventory.decisions.atp.pegging import peg
from apps.inventory.decisions.atp.record import Asked, Texts, by_day, promise_lines, texts_made
from apps.inventory.decisions.document import AVAILABILITY
from apps.inventory.decisions.document.availability import UNWRITTEN, Terms
from apps.inventory.decisions.facts.promises import BrokenLine, Change, Line, Peg
from apps.inventory.events import promises_broken, promises_made
from apps.inventory.selectors.plans import read_groups
from apps.inventory.selectors.rules import rules_in_force
from apps.inventory.services.broken import look_at_supplies
from apps.inventory.services.promise_rows import (
    lines_of,
    lock_groups,
    not_busy,
    pegs_of,
    waited_for,
    write_broken,
    write_pegs,
    write_promises,
)
from apps.masterdata.contract import entities_by_id
from apps.rulebooks.contract import DecisionDraft, InForce, record_decisions
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.clock import business_date
from ordercash.kernel.transactions import joins


class Named(NamedTuple):
    """What conditions read of a product."""

    sku: str
    category: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A group as it stands, under its terms, by the version that is in force (None: nobody is promised a day). Day 0 is `today`."""

    key: GroupKey
    group: Group
    terms: Terms
    version: InForce | None
    today: date

    def on(self, day: int) -> date:
        return self.today + timedelta(days=day)


@joins
def repeg(groups: Collection[GroupKey], *, now: datetime, actor: Actor = SYSTEM) -> None:
    """Peg the promises of these groups (legal entity, product) anew; called last by what changes supplies or waiting lines.

    Lines that wait without a day are promised one where there is one and a rulebook of availability is in force, the oldest first.
    Promises that cannot be kept are written down, told, and make one case of each supply that is the cause. A group in which nobody
    waits costs one statement for all of them; what stays as it is, is not written.
    """
    standing, lines = standing_of(groups, now=now)
    if standing:
        settle(standing, lines, [], now=now, actor=actor)


def standing_of(
    groups: Collection[GroupKey], *, now: datetime, locked: bool = True
) -> tuple[list[Standing], dict[UUID, Line]]:
    """Read the groups in which somebody waits, locked by who is going to write."""
    found = waited_for(groups) if groups else []
    versions = {e: rules_in_force(AVAILABILITY, at=now, legal_entity_id=e) for e in {row[0] for row in found}}
    keys = {(row[0], row[1]): Named(row[2], row[3]) for row in found if row[4] or versions[row[0]]}
    if not keys:
        return [], {}
    if locked:
        lock_groups(keys)
    entities = entities_by_id()
    read = read_groups(keys, products={key[1]: named for key, named in keys.items()}, entities=entities, now=now)
    standing = []
    for key, group in read.items():
        version, entity = versions[key[0]], entities[key[0]]
        terms = version.compiled.of(group.sku, group.category, group.legal_entity) if version else UNWRITTEN
        standing.append(Standing(key, group, terms, version, business_date(now, entity.time_zone)))
    return standing, lines_of(keys)


def settle(
    standing: Sequence[Standing],
    lines: dict[UUID, Line],
    moved: Sequence[Change],
    *,
    now: datetime,
    actor: Actor,
    resolution: str = "promises_kept",
) -> None:
    """Write new days, those that were moved and first ones, then the pegs and what is broken, and tell it.

    Cases of supplies that break nothing any more are closed by `resolution`.
    """
    lines = _with_days(lines, moved)
    standing = [_replaced(each, lines) for each in standing]
    first, logged = _first_days(standing, lines, now)
    write_promises([*moved, *first], now=now, actor=actor)
    if logged:
        record_decisions(logged)
    record_events(promises_made([*moved, *first], now, actor))
    lines = _with_days(lines, first)
    known, gone = pegs_of([each.key for each in standing])
    wanted: list[Peg] = []
    broken: list[BrokenLine] = []
    for each in (_replaced(group, lines) for group in standing):
        sources, pegging = pegging_of(each)
        wanted += _pegs(each, sources, pegging, lines)
        broken += _broken(each, sources, pegging, lines, known, {str(id): parts_of(q) for id, q in gone.items()})
    write_pegs(known, wanted)
    new = [each for each in broken if each.line.short is None]
    causes = write_broken(lines, broken, now=now)
    record_events(promises_broken(new, now, actor))
    look_at_supplies(causes, now=now, actor=actor, resolution=resolution)


def pegging_of(standing: Standing) -> tuple[dict[str, Source], Pegging]:
    """Return the sources of a group by key, and the pegging of all of its needs."""
    sources = sources_of(standing.group, standing.terms)
    pegging = peg(sources, needs_of(standing.group, standing.terms), standing.terms.arithmetic)
    return {source.key: source for source in sources}, pegging


def _with_days(lines: dict[UUID, Line], changes: Sequence[Change]) -> dict[UUID, Line]:
    new = {
        c.line.line_id: replace(lines[c.line.line_id], promised_on=c.promised_on, promise_no=c.line.promise_no + 1)
        for c in changes
    }
    return lines | new


def _replaced(standing: Standing, lines: Mapping[UUID, Line]) -> Standing:
    """Return a group with the days that its lines have now."""
    waiting = []
    for row in standing.group.waiting:
        line = lines.get(UUID(row.key))
        day = line.promised_on if line else None
        waiting.append(row._replace(promised=None if day is None else (day - standing.today).days))
    return replace(standing, group=standing.group._replace(waiting=tuple(waiting)))


def _first_days(
    standing: Sequence[Standing], lines: Mapping[UUID, Line], now: datetime
) -> tuple[list[Change], list[DecisionDraft]]:
    """Return the days that can be promised to lines without one, as far as nobody else is changing them, and what decided them."""
    made = [(each, *_days_of(each)) for each in standing if each.version is not None]
    found = {line_id: day for _, days, _ in made for line_id, day in days.items()}
    able = not_busy(found)
    changes = [Change(lines[id], day, "promised") for id, day in found.items() if id in able and id in lines]
    told = {change.line.line_id for change in changes}
    return changes, [
        _logged(each, days, texts, lines, now) for each, days, texts in made if texts and not told.isdisjoint(days)
    ]


def _days_of(standing: Standing) -> tuple[dict[UUID, date], Texts | None]:
    """Return the days that lines without one can have, who waits longest first, and the decision as texts; None: there is none."""
    rows = sorted((row for row in standing.group.waiting if row.promised is None), key=lambda row: (row.rank, row.key))
    if not rows or standing.version is None:
        return {}, None
    asked = [Asked(row.key, 0, max(row.wanted or 0, 0), row.quantity) for row in rows]
    group = by_day(standing.group)
    found, plans = promise_lines(standing.version.compiled, [group], asked)
    days = {
        UUID(key): standing.on(promised.complete_day)
        for key, promised in found.items()
        if promised.complete_day is not None
    }
    return days, texts_made(standing.today.isoformat(), [group], asked, found, plans) if days else None


def _logged(
    standing: Standing, days: Mapping[UUID, date], texts: Texts, lines: Mapping[UUID, Line], now: datetime
) -> DecisionDraft:
    """Return the decision about a group: that of the order whose lines it is about, or of the product where it is about several."""
    orders = {lines[line_id].order_id for line_id in days if line_id in lines}
    subject = ("order", orders.pop()) if len(orders) == 1 else ("product", standing.key[1])
    version = cast(InForce, standing.version)
    return DecisionDraft(AVAILABILITY, *subject, version.sha256, *texts, now)


def _pegs(standing: Standing, sources: Mapping[str, Source], pegging: Pegging, lines: Mapping[UUID, Line]) -> list[Peg]:
    """Return the pegs of promised lines as rows: one for each line and source of goods."""
    sums: dict[tuple[UUID, UUID | None, UUID], tuple[int, int]] = {}
    for each in pegging.pegs:
        line = lines.get(UUID(each.need))
        if line is None or line.promised_on is None:
            continue
        source = sources[each.source]
        place = (line.line_id, None if source.supply is None else UUID(source.supply), UUID(source.warehouse))
        quantity, day = sums.get(place, (0, 0))
        sums[place] = quantity + each.quantity, max(day, each.day)
    return [Peg(*place, quantity_of(quantity), standing.on(day)) for place, (quantity, day) in sums.items()]


def _broken(
    standing: Standing,
    sources: Mapping[str, Source],
    pegging: Pegging,
    lines: Mapping[UUID, Line],
    known: Sequence[Peg],
    gone: Mapping[str, int],
) -> list[BrokenLine]:
    """Return the promises of a group that cannot be kept: what is short on its day, and all of what should have left before today."""
    promised = {row.key: row for row in standing.group.waiting if row.promised is not None and UUID(row.key) in lines}
    needs = [need for need in needs_of(standing.group, standing.terms) if need.key in promised]
    overdue = {key: row.quantity for key, row in promised.items() if (row.promised or 0) < 0}
    served: dict[str, int] = {}
    for each in pegging.pegs:
        served[each.need] = served.get(each.need, 0) + each.quantity
    short = {key: parts for key, parts in pegging.short.items() if key in promised} | overdue
    late = {key: served.get(key, 0) if key in overdue else pegging.late.get(key, 0) for key in short}
    needs = [need._replace(day=promised[need.key].promised or 0) for need in needs]
    before = [
        Pegged(str(row.line_id), str(row.supply_id or row.warehouse_id), parts_of(row.quantity), 0)
        for row in known
        if str(row.line_id) in promised
    ]
    found = foresee(before, pegging._replace(short=short, late=late), list(sources.values()), needs, gone)
    return [_row(standing, each, lines[UUID(each.need)]) for each in found]


def _row(standing: Standing, found: Broken, line: Line) -> BrokenLine:
    """Return a broken promise; its cause stays the one that was found first."""
    cause = line.cause_id if line.short is not None and line.cause_id else _id(found.supply)
    day = None if found.day is None else standing.on(found.day)
    return BrokenLine(line, cause, quantity_of(found.short), day)


def _id(key: str | None) -> UUID | None:
    return None if key is None else UUID(key)
