"""Discounts on one line: groups run in their order, each by its method, on exact amounts; the line is rounded after the last.

`best_for_customer` takes the one that saves most, `highest_priority` the first that gives anything, `all_in_sequence` each on what the one
before left, `all_on_list` each on the price before discounts. No discount takes more than is left.
"""

from decimal import Decimal
from typing import NamedTuple

from apps.pricing.decisions.alive import Live, LiveGroup, LiveStage
from apps.pricing.decisions.facts import Manual
from apps.pricing.decisions.running import Lost, RunningLine
from ordercash.kernel.money import to_minor

NOTHING_LEFT = "nothing_left"
NO_SAVING = "no_saving"
MANUAL = "manual"


class Turn(NamedTuple):
    """What a group did to a line: each rule that took something with what it left, and who lost why."""

    left: Decimal
    taken: tuple[tuple[str, Decimal], ...]
    lost: tuple[Lost, ...]


def discount_line(line: RunningLine) -> None:
    """Run the groups of lines on the line, then the discount that a person set."""
    if line.minor <= 0:
        return
    if not line.final:
        for stage in line.fit().stages:
            _run_stage(stage, line)
    if line.facts.manual is not None:
        _take_manual(line, line.facts.manual)


def _take_manual(line: RunningLine, manual: Manual) -> None:
    if manual.percent is not None:
        line.take(MANUAL, line.left - line.left * manual.percent / 100)


def _run_stage(stage: LiveStage, line: RunningLine) -> None:
    if line.closed_by:
        line.lost += [(rule.name, "excluded_by", line.closed_by) for group in stage for rule in group.rules]
        return
    group = stage[0]
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


def _outdone(rejected: Turn, winner: Turn, line: RunningLine) -> list[Lost]:
    """Say of a group that another one outdid why each of its rules lost."""
    lost: list[Lost] = list(rejected.lost)
    before = line.left
    by = winner.taken[-1][0] if winner.taken else ""
    for rule, left in rejected.taken:
        lost.append((rule, "worse_than", by, to_minor(before, line.currency) - to_minor(left, line.currency)))
        before = left
    return lost


def run_group(group: LiveGroup, line: RunningLine) -> Turn:
    """Return what the group does to the line, without doing it."""
    method = group.method
    if len(group.rules) == 1:
        return _alone(group.rules[0], method == "all_on_list", line)
    if method == "best_for_customer":
        return _best(group, line)
    left, first = line.left, ""
    taken: list[tuple[str, Decimal]] = []
    lost: list[Lost] = []
    for rule in group.rules:
        if first and method == "highest_priority":
            why: Lost | None = _not_met(rule, left, line) or (rule.name, "lower_priority", first)
            lost.append(why)  # type: ignore[arg-type]
            continue
        worth = _worth(rule, line.gross if method == "all_on_list" else left, left, line)
        if type(worth) is str:
            lost.append((rule.name, worth))
            continue
        left -= worth  # type: ignore[operator]
        taken.append((rule.name, left))
        first = first or rule.name
    return Turn(left, tuple(taken), tuple(lost))


def _alone(rule: Live, on_list: bool, line: RunningLine) -> Turn:
    left = line.left
    worth = _worth(rule, line.gross if on_list else left, left, line)
    if type(worth) is str:
        return Turn(left, (), ((rule.name, worth),))
    left -= worth  # type: ignore[operator]
    return Turn(left, ((rule.name, left),), ())


def _best(group: LiveGroup, line: RunningLine) -> Turn:
    left = line.left
    worths = [(rule.name, _worth(rule, left, left, line)) for rule in group.rules]
    gains = [(name, worth) for name, worth in worths if type(worth) is not str]
    if not gains:
        return Turn(left, (), tuple(worths))
    winner, most = max(gains, key=lambda pair: pair[1])
    lost = tuple(
        (name, worth)
        if type(worth) is str
        else (name, "worse_than", winner, to_minor(left, line.currency) - to_minor(left - worth, line.currency))  # type: ignore[operator]
        for name, worth in worths
        if name != winner
    )
    return Turn(left - most, ((winner, left - most),), lost)  # type: ignore[operator]


def _worth(rule: Live, base: Decimal, left: Decimal, line: RunningLine) -> Decimal | str:
    """Return what a rule takes off, capped by what is left, or why it takes nothing."""
    if rule.late and (lost := _not_met(rule, left, line)):
        return str(lost[1])
    if left <= 0:
        return NOTHING_LEFT
    worth: Decimal | str = rule.gain(base, line.own)
    if type(worth) is str:
        return worth
    if worth > left:  # type: ignore[operator]
        return left
    return worth if worth > 0 else NO_SAVING  # type: ignore[operator]


def _not_met(rule: Live, left: Decimal, line: RunningLine) -> Lost | None:
    if not rule.late or rule.test is None:
        return None
    line.net = left
    why = rule.test.why_not(line)
    return (rule.name, line.context.told(why)) if why else None
