"""Discounts on one line: groups run in their order, each by its method, on exact amounts; the line is rounded after the last.

`best_for_customer` takes the one that saves most, `highest_priority` the first that gives anything, `all_in_sequence` each on what the one
before left, `all_on_list` each on the price before discounts. No discount takes more than is left.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from apps.pricing.decisions.cart.eligible import Live, LiveGroup, LiveStage
from apps.pricing.decisions.cart.facts import NOTHING, Manual
from apps.pricing.decisions.cart.matching import Fitting
from apps.pricing.decisions.cart.running_line import Lost, RunningLine

NOTHING_LEFT = "nothing_left"
NO_SAVING = "no_saving"
MANUAL = "manual"
# Lines that are remembered with what their groups did; about a kilobyte each.
MOST_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class Turn:
    """What a group did to a line: each rule that took something with what it left, and who lost why."""

    left: Decimal
    taken: tuple[tuple[str, Decimal], ...]
    lost: tuple[Lost, ...]


def discount_line(line: RunningLine) -> None:
    """Run the groups of lines on the line, then the discount that a person set."""
    if line.minor <= 0:
        return
    if not line.final and line.fit().stages:
        _run_stages(line)
    if line.facts.manual is not None:
        _take_manual(line, line.facts.manual)


def _run_stages(line: RunningLine) -> None:
    """Run the stages, or do again what they did to a line with the same rules, gross amount and quantity: shops sell the same again.

    The key is text because a Decimal's hash takes longer than writing it.
    """
    fitting = line.fitting or line.fit()
    asks = fitting.asks
    if asks is None:
        _run_all(fitting, line)
        return
    known, of_order = line.context.discounted, line.context.view
    key: tuple[Any, ...] = (fitting, str(line.gross), str(line.own), *[of_order[name] for name in asks[0]])
    if asks[1]:
        key = (*key, *[line[name] for name in asks[1]])
    done = known.get(key)
    if done is None:
        _run_all(fitting, line)
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        known[key] = (line.left, line.minor, line.closed_by, tuple(line.steps), tuple(line.lost))
    else:
        line.left, line.minor, line.closed_by, steps, lost = done
        line.steps, line.lost = list(steps), list(lost)


def _run_all(fitting: Fitting, line: RunningLine) -> None:
    for stage in fitting.stages:
        _run_stage(stage, line)


def _take_manual(line: RunningLine, manual: Manual) -> None:
    if manual.percent is not None:
        line.take(MANUAL, line.left - line.left * manual.percent / 100)


def _run_stage(stage: LiveStage, line: RunningLine) -> None:
    if line.closed_by:
        line.lost += [(rule.name, "excluded_by", line.closed_by) for group in stage for rule in group.rules]
        return
    group = stage[0]
    if len(stage) == 1 and len(group.rules) == 1:
        _run_alone(group, group.rules[0], line)
        return
    turn = run_group(group, line)
    if len(stage) > 1:
        turns = [(group, turn), *((rival, run_group(rival, line)) for rival in stage[1:])]
        group, turn = min(turns, key=lambda pair: pair[1].left)
        for other, rejected in turns:
            if other is not group:
                line.lost += _outdone(rejected, turn, line)
    for rule, left in turn.taken:
        line.take(rule, left)
    line.lost += turn.lost
    if group.exclusive and turn.taken:
        line.closed_by = turn.taken[-1][0]


def _run_alone(group: LiveGroup, rule: Live, line: RunningLine) -> None:
    """Do what a group of one rule does that has no rivals: by its method it only matters what it is reckoned on."""
    left = line.left
    worth = _worth(rule, line.gross if group.method == "all_on_list" else left, left, line)
    if type(worth) is str:
        line.lost.append((rule.name, worth))
        return
    line.take(rule.name, left - worth)  # type: ignore[operator]
    if group.exclusive:
        line.closed_by = rule.name


def _outdone(rejected: Turn, winner: Turn, line: RunningLine) -> list[Lost]:
    """Say of a group that another one outdid why each of its rules lost."""
    lost: list[Lost] = list(rejected.lost)
    before = line.minor
    by = winner.taken[-1][0] if winner.taken else ""
    for rule, left in rejected.taken:
        after = line.minor_of(left)
        lost.append((rule, "worse_than", by, before - after))
        before = after
    return lost


def run_group(group: LiveGroup, line: RunningLine) -> Turn:
    """Return what the group does to the line, without doing it."""
    method = group.method
    if method == "best_for_customer" and len(group.rules) > 1:
        return _best(group, line)
    left, first = line.left, ""
    taken: list[tuple[str, Decimal]] = []
    lost: list[Lost] = []
    for rule in group.rules:
        if first and method == "highest_priority":
            why = _why_not(rule, left, line) if rule.late else ""
            lost.append((rule.name, why) if why else (rule.name, "lower_priority", first))
            continue
        worth = _worth(rule, line.gross if method == "all_on_list" else left, left, line)
        if type(worth) is str:
            lost.append((rule.name, worth))
            continue
        left -= worth  # type: ignore[operator]
        taken.append((rule.name, left))
        first = first or rule.name
    return Turn(left, tuple(taken), tuple(lost))


def _best(group: LiveGroup, line: RunningLine) -> Turn:
    left, most, winner = line.left, NOTHING, ""
    worths: list[tuple[str, Any]] = []
    for rule in group.rules:
        worth = _worth(rule, left, left, line)
        worths.append((rule.name, worth))
        if type(worth) is not str and worth > most:  # type: ignore[operator]
            most, winner = worth, rule.name  # type: ignore[assignment]
    if not winner:
        return Turn(left, (), tuple(worths))
    before = line.minor
    lost = [
        (name, worth) if type(worth) is str else (name, "worse_than", winner, before - line.minor_of(left - worth))
        for name, worth in worths
        if name != winner
    ]
    return Turn(left - most, ((winner, left - most),), tuple(lost))


def _worth(rule: Live, base: Decimal, left: Decimal, line: RunningLine) -> Decimal | str:
    """Return what a rule takes off, capped by what is left, or why it takes nothing."""
    if rule.late and (why := _why_not(rule, left, line)):
        return why
    if left <= NOTHING:
        return NOTHING_LEFT
    worth: Decimal | str = rule.gain(base, line.own)
    if type(worth) is str:
        return worth
    if worth > left:  # type: ignore[operator]
        return left
    return worth if worth > NOTHING else NO_SAVING  # type: ignore[operator]


def _why_not(rule: Live, left: Decimal, line: RunningLine) -> str:
    line.net = left
    why = rule.test.why_not(line) if rule.test else ""
    return line.context.told(why) if why else ""
