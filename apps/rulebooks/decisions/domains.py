"""Reasoning over plain comparisons: can they all hold at once, and does one set of them hold wherever another does?

Numbers are taken as a continuum. What is said is exact for comparisons; whoever has more than comparisons asks nothing here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import inf

from apps.rulebooks.decisions.comparisons import Comparison, Value


@dataclass(slots=True)
class Domain:
    """What is left of a name's values: an interval and a set for single values, members had and lacked for a list."""

    low: float = -inf
    high: float = inf
    low_open: bool = False
    high_open: bool = False
    among: frozenset[Value] | None = None
    without: set[Value] = field(default_factory=set)
    has: set[Value] = field(default_factory=set)
    lacks: set[Value] = field(default_factory=set)

    def add(self, said: Comparison) -> None:
        """Narrow the domain by a comparison."""
        several = _as_set(said)
        if said.op in {"==", "in"}:
            self.among = several if self.among is None else self.among & several
        elif said.op in {"!=", "not in"}:
            self.without |= several
        elif said.op in {"has", "lacks"}:
            (self.has if said.op == "has" else self.lacks).update(several)
        else:
            self._narrow(said)

    def _narrow(self, said: Comparison) -> None:
        bound, is_open = float(said.literal), said.op in {"<", ">"}  # type: ignore[arg-type]
        if said.op in {">", ">="} and (bound, is_open) > (self.low, self.low_open):
            self.low, self.low_open = bound, is_open
        if said.op in {"<", "<="} and (-bound, is_open) > (-self.high, self.high_open):
            self.high, self.high_open = bound, is_open

    @property
    def values(self) -> frozenset[Value] | None:
        """Return the values that are left when they can be counted; None otherwise."""
        among = self.among
        if among is None and _are_booleans(self.without):
            among = frozenset({True, False})
        if among is None and self.low == self.high:
            among = frozenset({self.low})
        return None if among is None else frozenset(value for value in among if self._holds(value))

    def _holds(self, value: Value) -> bool:
        if value in self.without:
            return False
        if not isinstance(value, float):
            return True
        above = value > self.low or (value == self.low and not self.low_open)
        return above and (value < self.high or (value == self.high and not self.high_open))

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is left."""
        return bool(self.has & self.lacks) or self.low > self.high or self.values == frozenset()

    def implies(self, said: Comparison) -> bool:
        """Say whether a comparison holds for everything that is left."""
        if said.op in {"has", "lacks"}:
            return _as_set(said) <= (self.has if said.op == "has" else self.lacks)
        if self.values is not None:
            return all(_is_true(said, value) for value in self.values)
        if said.op in {"!=", "not in"}:
            return not any(self._holds(value) for value in _as_set(said))
        if said.op in {"==", "in"}:
            return False
        bound = float(said.literal)  # type: ignore[arg-type]
        if said.op in {"<", "<="}:
            touches = said.op == "<=" or self.high_open or bound in self.without
            return self.high < bound or (self.high == bound and touches)
        touches = said.op == ">=" or self.low_open or bound in self.without
        return self.low > bound or (self.low == bound and touches)


def contradiction(said: Sequence[Comparison]) -> str | None:
    """Return the comparisons that cannot hold together, in words; None when all can."""
    if not _cannot(said):
        return None
    fewest = next((two for two in combinations(said, 2) if _cannot(two)), said)
    return " and ".join(str(each) for each in fewest)


def covers(first: Sequence[Comparison], second: Sequence[Comparison]) -> bool:
    """Say whether `first` is true wherever `second` is. No comparisons at all are true everywhere."""
    domains = _domains(second)
    if any(domain.is_empty for domain in domains.values()):
        return True
    return all(domains.get(said.name, Domain()).implies(said) for said in first)


def overlap(first: Sequence[Comparison], second: Sequence[Comparison]) -> bool:
    """Say whether both can be true at once."""
    return not _cannot([*first, *second])


def _cannot(said: Iterable[Comparison]) -> bool:
    return any(domain.is_empty for domain in _domains(said).values())


def _domains(said: Iterable[Comparison]) -> dict[str, Domain]:
    domains: dict[str, Domain] = {}
    for each in said:
        domains.setdefault(each.name, Domain()).add(each)
    return domains


def _as_set(said: Comparison) -> frozenset[Value]:
    return frozenset(said.literal if isinstance(said.literal, tuple) else [said.literal])


def _are_booleans(values: set[Value]) -> bool:
    return bool(values) and all(isinstance(value, bool) for value in values)


def _is_true(said: Comparison, value: Value) -> bool:
    alone = Domain()
    alone.add(said)
    return alone.among is None or value in alone.among if said.op in {"==", "in"} else alone._holds(value)
