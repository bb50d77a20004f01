"""What is wrong or worth knowing about the conditions of competing rules."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from apps.rulebooks.decisions.comparisons import Comparison, comparisons
from apps.rulebooks.decisions.conditions import ConditionInvalid, Names, compile_condition
from apps.rulebooks.decisions.domains import contradiction, covers, overlap
from apps.rulebooks.decisions.kinds import Finding

# Every rule is held against every other one of its scope.
MOST_COMPARED: Final = 300


class Conditioned(NamedTuple):
    """A rule with its condition: its name, where the condition stands (JSON pointer), its text ("" holds always).

    Only rules of the same `scope` compete.
    """

    name: str
    pointer: str
    when: str
    scope: str = ""


class _Read(NamedTuple):
    rule: Conditioned
    said: list[Comparison] | None


def examine_conditions(rules: Sequence[Conditioned], names: Names, *, first_wins: bool) -> list[Finding]:
    """Examine rules in the order in which they are tried.

    Errors: what does not compile, with line and column. Warnings: what can never apply; what is never reached, when the first that
    applies wins; what overlaps. Undecided: conditions that are more than plain comparisons.
    """
    found: list[Finding] = []
    scopes: dict[str, list[_Read]] = {}
    for rule in rules:
        mistakes = _mistakes(rule, names)
        found += mistakes
        if not mistakes:
            read = _Read(rule, comparisons(rule.when) if rule.when.strip() else [])
            found += _alone(read)
            scopes.setdefault(rule.scope, []).append(read)
    for reads in scopes.values():
        able = [read for read in reads if read.said is not None and contradiction(read.said) is None]
        found += _against_each_other(able, first_wins)
    return found


def _mistakes(rule: Conditioned, names: Names) -> list[Finding]:
    if not rule.when.strip():
        return []
    try:
        compile_condition(rule.when, names)
    except ConditionInvalid as refusal:
        return [
            Finding("error", rule.pointer, "condition_invalid", each.message, each.line, each.column, (rule.name,))
            for each in refusal.mistakes
        ]
    return []


def _alone(read: _Read) -> Iterator[Finding]:
    rule, said = read
    if said is None:
        message = "undecided whether it can apply and what it overlaps with: it is more than plain comparisons"
        yield Finding("undecided", rule.pointer, "undecided", message, rules=(rule.name,))
    elif (against := contradiction(said)) is not None:
        yield Finding("warning", rule.pointer, "contradictory", f"can never apply: {against}", rules=(rule.name,))


def _against_each_other(reads: Sequence[_Read], first_wins: bool) -> Iterator[Finding]:
    if len(reads) > MOST_COMPARED:
        message = (
            f"undecided which of {len(reads)} rules overlap or are never reached: at most {MOST_COMPARED} are compared"
        )
        yield Finding("undecided", reads[0].rule.pointer, "too_many", message)
        return
    for place, (rule, said) in enumerate(reads):
        earlier = reads[:place]
        first = next((other for other, known in earlier if covers(known or [], said or [])), None)
        if first_wins and first is not None:
            message = f"never reached: {first.name!r} comes first and applies wherever this does"
            yield Finding("warning", rule.pointer, "unreachable", message, rules=(rule.name, first.name))
            continue
        others = [other.name for other, known in earlier if said and known and overlap(known, said)]
        if others:
            ends = "the first of them wins" if first_wins else "both apply then"
            message = f"overlaps with {', '.join(others)}: {ends}"
            yield Finding("warning", rule.pointer, "overlap", message, rules=(rule.name, *others))
