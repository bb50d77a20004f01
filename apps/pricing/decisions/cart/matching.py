"""Which rules fit a line: the bits of all conditions that hold for it name its fitting, which is shared by all lines with the same."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from apps.pricing.decisions.cart.eligible import Live, LiveFloor, LiveStage
from apps.pricing.decisions.document.asking import MOST_REMEMBERED, Asked, Known, Together
from apps.pricing.decisions.document.conditions import LINE_NAMES, RUNNING_NAMES, SUM_NAMES

MOST_FITTINGS: Final = 2_000
# (rule or floor, why its condition had no answer)
Failed = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Fitting:
    """What concerns a line: its stages, the order rules that count it, floors, the rules whose condition is false for it.

    `asks`: what the stages depend on besides the line's gross amount and quantity, because conditions read it when their turn comes:
    names of the order, and of the line; None when that changes from order to order, as its sums do.
    """

    stages: tuple[LiveStage, ...]
    order_rules: frozenset[str]
    floors: tuple[LiveFloor, ...]
    unmet: tuple[str, ...]
    asks: tuple[tuple[str, ...], tuple[str, ...]] | None


class Fittings:
    """Finds the fitting of a line in a plan."""

    __slots__ = (
        "_alive",
        "_bits",
        "_by_values",
        "_floors",
        "_known",
        "_line_stages",
        "_order_stages",
        "_together",
        "_values_of",
    )

    def __init__(
        self,
        asked: Asked,
        line_stages: tuple[LiveStage, ...],
        order_stages: tuple[LiveStage, ...],
        floors: tuple[LiveFloor, ...],
        of_order: Mapping[str, Any],
    ) -> None:
        self._line_stages, self._order_stages, self._floors = line_stages, order_stages, floors
        self._bits = asked.bits
        names = {*(rule.name for rule in _rules((*line_stages, *order_stages))), *(floor.name for floor in floors)}
        self._alive = sum(bit for name, bit in asked.bits.items() if name in names)
        self._known: dict[int, Fitting] = {}
        self._values_of, self._by_values = asked.values_of, asked.fitted
        self._together: list[tuple[Callable[[Any], Any], Known, Together]] = [
            (together.values_of, together.known_for(of_order), together) for together in asked.together
        ]

    def of(self, line: Any) -> tuple[Fitting, Failed]:
        """Return what concerns a running line, and whose condition had no answer for it; looked up by all that conditions read of it.

        The key is text because a Decimal's hash takes longer than writing it.
        """
        values = (self, *map(str, self._values_of(line)))
        known: tuple[Fitting, Failed] | None = self._by_values.get(values)
        if known is None:
            if len(self._by_values) >= MOST_REMEMBERED:
                self._by_values.clear()
            known = self._by_values[values] = (self._fitting(line), self._failed(line))
        return known

    def _fitting(self, line: Any) -> Fitting:
        bits = 0
        for values_of, known, together in self._together:
            values = values_of(line)
            found = known.get(values)
            bits |= together.ask(known, values, line) if found is None else found
        bits &= self._alive
        return self._known.get(bits) or self._made(bits)

    def _failed(self, line: Any) -> Failed:
        """Return the rules and floors, of those that are alive, whose condition had no answer for a line, with why."""
        bits: dict[int, str] = {}
        for values_of, known, _ in self._together:
            if known.failed:
                bits |= known.failed.get(values_of(line), ())
        if not bits:
            return ()
        return tuple(sorted((name, bits[bit]) for name, bit in self._bits.items() if bit in bits and bit & self._alive))

    def _made(self, bits: int) -> Fitting:
        def fits(rule: Live | LiveFloor) -> bool:
            return rule.name not in self._bits or bool(bits & self._bits[rule.name])

        if len(self._known) >= MOST_FITTINGS:
            self._known.clear()
        stages = tuple(stage for stage in (_narrowed(stage, fits) for stage in self._line_stages) if stage)
        fitting = self._known[bits] = Fitting(
            stages,
            frozenset(rule.name for rule in _rules(self._order_stages) if fits(rule)),
            tuple(floor for floor in self._floors if fits(floor)),
            tuple(rule.name for rule in _rules((*self._line_stages, *self._order_stages)) if not fits(rule)),
            _asked(stages),
        )
        return fitting


def _asked(stages: Iterable[LiveStage]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    names = {name for rule in _rules(stages) if rule.late and rule.test for name in rule.test.names}
    if not names.isdisjoint(SUM_NAMES):
        return None
    of_line = names & LINE_NAMES.keys()
    return tuple(sorted(names - of_line - RUNNING_NAMES.keys())), tuple(sorted(of_line))


def _rules(stages: Iterable[LiveStage]) -> Iterable[Live]:
    return (rule for stage in stages for group in stage for rule in group.rules)


def _narrowed(stage: LiveStage, fits: Callable[[Live], bool]) -> LiveStage:
    groups = (group._replace(rules=tuple(rule for rule in group.rules if fits(rule))) for group in stage)
    return tuple(group for group in groups if group.rules)
