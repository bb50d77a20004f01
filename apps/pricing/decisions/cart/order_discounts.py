"""Discounts on the order: computed on the sum of rounded line nets, rounded once, shared by largest remainder.

The shares are frozen on the lines. A unit that a set or "cheapest free" counted is not counted by another one. Lines whose price is final
or that an exclusive group closed take no part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.pricing.decisions.cart.accesses import TOO_LARGE
from apps.pricing.decisions.cart.additions import FreeGoods
from apps.pricing.decisions.cart.eligible import Live, LiveGroup, LiveStage
from apps.pricing.decisions.cart.facts import MOST_SUM, AddedLine
from apps.pricing.decisions.cart.order_amounts import Taken, Wholes, take_cheapest, take_gain, take_set
from apps.pricing.decisions.cart.order_gains import CheapestFigure, FreeFigure, SetFigure
from apps.pricing.decisions.cart.plans import Context
from apps.pricing.decisions.cart.running_line import Lost, RunningLine
from apps.pricing.decisions.document.asking import has_failed
from ordercash.kernel.money import AmountOutOfRange


@dataclass(slots=True)
class Offer:
    """What a rule gives to the order, or would give: an amount, or goods; `worth_minor` is what rules of a group are compared by."""

    rule: str
    taken: Taken
    free: tuple[AddedLine, ...]
    worth_minor: int


@dataclass(slots=True)
class Turn:
    """What a group did to the order: its steps, who lost why, and what the first so many of the steps left."""

    steps: Sequence[Offer]
    lost: Sequence[Lost]
    left: Wholes
    counted: int = 0

    @property
    def worth_minor(self) -> int:
        return sum(step.worth_minor for step in self.steps)

    def after(self) -> Wholes:
        """Return what all steps leave; reckoned when it is asked for, because nobody asks after the last one."""
        for step in self.steps[self.counted :]:
            self.left = self.left.after(step.taken)
        self.counted = len(self.steps)
        return self.left


class OrderDiscounts:
    """Runs the groups of the order over its lines; `steps` and `lost` are what happened."""

    def __init__(self, lines: Sequence[RunningLine], context: Context, free_goods: FreeGoods) -> None:
        self.context, self.free_goods = context, free_goods
        self.lines: list[RunningLine] = []
        self.all_lines = lines
        self.steps: list[Offer] = []
        self.lost: list[Lost] = []
        self.closed_by = ""

    def run(self) -> None:
        """Run every stage and leave the lines with their shares."""
        if not self.context.plan.order_stages:
            return
        self.lines = [line for line in self.all_lines if line.open]
        turn = Turn((), (), Wholes.of(self.lines, self.context.currency))
        for stage in self.context.plan.order_stages:
            turn = self._run_stage(stage, turn)

    def _run_stage(self, stage: LiveStage, last: Turn) -> Turn:
        if self.closed_by:
            self.lost += [(rule.name, "excluded_by", self.closed_by) for group in stage for rule in group.rules]
            return last
        wholes = last.after()
        group = stage[0]
        turn = self._run_group(group, wholes)
        if len(stage) > 1:
            turns = [(group, turn), *((rival, self._run_group(rival, wholes)) for rival in stage[1:])]
            group, turn = max(turns, key=lambda pair: pair[1].worth_minor)
            for other, rejected in turns:
                if other is not group:
                    self.lost += rejected.lost
                    self.lost += [(step.rule, "worse_than", _last(turn), step.worth_minor) for step in rejected.steps]
        for step in turn.steps:
            for place, share in step.taken.shares:
                if share:
                    self.lines[place].take_share(step.rule, share)
        self.steps += turn.steps
        self.lost += turn.lost
        if group.exclusive and turn.steps:
            self.closed_by = _last(turn)
        return turn

    def _run_group(self, group: LiveGroup, wholes: Wholes) -> Turn:
        if group.method == "best_for_customer" and len(group.rules) > 1:
            return self._best(group, wholes)
        steps: list[Offer] = []
        lost: list[Lost] = []
        turn = Turn(steps, lost, wholes)
        for rule in group.rules:
            offer = self._offer(rule, turn.after(), on_list=group.method == "all_on_list")
            if isinstance(offer, str):
                lost.append((rule.name, offer))
            elif steps and group.method == "highest_priority":
                lost.append((rule.name, "lower_priority", steps[0].rule))
            else:
                steps.append(offer)
        return turn

    def _best(self, group: LiveGroup, wholes: Wholes) -> Turn:
        offers = [(rule.name, self._offer(rule, wholes, on_list=False)) for rule in group.rules]
        best: Offer | None = None
        for _, offer in offers:
            if not isinstance(offer, str) and (best is None or offer.worth_minor > best.worth_minor):
                best = offer
        if best is None:
            return Turn((), offers, wholes)
        lost = [
            (name, offer) if isinstance(offer, str) else (name, "worse_than", best.rule, offer.worth_minor)
            for name, offer in offers
            if name != best.rule
        ]
        return Turn((best,), lost, wholes)

    def _offer(self, rule: Live, wholes: Wholes, *, on_list: bool) -> Offer | str:
        places = self._places(rule, wholes)
        if isinstance(places, str):
            return places
        figure = rule.gain
        if isinstance(figure, FreeFigure):
            base_minor, own = wholes.sum_of(places)
            free = self.free_goods.given(rule.name, figure, base_minor, own)
            if isinstance(free, str):
                return free
            worth = min(sum([line.gross_minor for line in free]), MOST_SUM)
            return Offer(rule.name, Taken(base_minor, 0, (), ()), free, worth)
        try:
            taken = _taken(figure, places, wholes, on_list=on_list)
        except AmountOutOfRange:
            return TOO_LARGE
        return taken if isinstance(taken, str) else Offer(rule.name, taken, (), taken.minor)

    def _places(self, rule: Live, wholes: Wholes) -> list[int] | str:
        """Return which of the open lines the rule counts, or why none."""
        if rule.late and rule.test:
            # Of the sums that conditions read, this is the one that the order's discounts change.
            self.context.view["order_net"] = wholes.order_net(self.all_lines)
            if rule.of_order and (why := rule.test.why_not(self.context.view)):
                return self.context.told(why)
        places = wholes.living
        if rule.test and not rule.of_order:
            name, lines = rule.name, self.lines
            places = [place for place in places if name in lines[place].fit().order_rules]
            if rule.late:
                places = [place for place in places if self._holds(rule, place, wholes)]
        if places:
            return places
        return "no_line_matches" if wholes.living else "nothing_left"

    def _holds(self, rule: Live, place: int, wholes: Wholes) -> bool:
        line = self.lines[place]
        line.net = wholes.major(wholes.nets[place])
        why = rule.test.why_not(line) if rule.test else ""
        if has_failed(why) and self.context.tells_failures and (rule.name, why) not in line.failed:
            line.failed = (*line.failed, (rule.name, why))
        return not why


def _taken(figure: Any, places: Sequence[int], wholes: Wholes, *, on_list: bool) -> Taken | str:
    if isinstance(figure, SetFigure):
        return take_set(figure, places, wholes)
    if isinstance(figure, CheapestFigure):
        return take_cheapest(figure, places, wholes)
    return take_gain(figure, places, wholes, on_list=on_list)


def _last(turn: Turn) -> str:
    return turn.steps[-1].rule if turn.steps else ""
