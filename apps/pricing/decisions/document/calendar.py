"""What runs when: the periods of a document's rules inside of the periods of its version, cut to what is looked at. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from apps.pricing.decisions.document.instants import ALWAYS, EVER, instant_of
from apps.pricing.decisions.document.schema import Charge, Discount, PricingRules

Period = tuple[datetime, datetime | None]


class Window(NamedTuple):
    """Days that are looked at, half-open, and their instants in the zone."""

    first: date
    last: date
    from_at: datetime
    until_at: datetime

    def place(self, at: datetime) -> float:
        """Return where an instant lies, in per cent."""
        return round(100 * (at - self.from_at).total_seconds() / (self.until_at - self.from_at).total_seconds(), 4)


class Stretch(NamedTuple):
    """When a rule applies, cut to the window. `from_at` and `until_at` are where it really begins and ends, None for ever."""

    start: datetime
    end: datetime
    from_at: datetime | None
    until_at: datetime | None


class Runs(NamedTuple):
    """A rule that applies at some time of the window."""

    rule: Discount | Charge
    stretches: tuple[Stretch, ...]


def window_of(first: date, months: int, zone: str) -> Window:
    """Return the window of so many months from the month of a day on."""
    begin, end = first.replace(day=1), _month_after(first.replace(day=1), months)
    return Window(
        begin, end, instant_of(datetime.combine(begin, time()), zone), instant_of(datetime.combine(end, time()), zone)
    )


def _month_after(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)


def month_beside(first: date, months: int) -> date:
    """Return the first day of a month so many months away."""
    return _month_after(first.replace(day=1), months)


def runs(
    document: PricingRules, periods: Iterable[Period], *, zone: str, window: Window, always: bool = False
) -> Iterator[Runs]:
    """Yield the discounts and charges that apply in the window; those without an end and a beginning of their own on request.

    `zone` is the market's: rules that name no zone follow its clock.
    """
    spans = list(periods)
    rules: Sequence[Discount | Charge] = (*document.discounts, *document.charges)
    for rule in sorted(
        rules, key=lambda each: (each.from_ is None, each.from_.isoformat() if each.from_ else "", each.name)
    ):
        if not always and rule.from_ is None and rule.until is None:
            continue
        own_from = instant_of(rule.from_, rule.zone or zone) if rule.from_ else EVER
        own_until = instant_of(rule.until, rule.zone or zone) if rule.until else ALWAYS
        found = [each for span in spans if (each := _cut(own_from, own_until, span, window)) is not None]
        if found:
            yield Runs(rule, tuple(found))


def _cut(own_from: datetime, own_until: datetime, span: Period, window: Window) -> Stretch | None:
    begins, ends = max(own_from, span[0]), min(own_until, span[1] or ALWAYS)
    start, end = max(begins, window.from_at), min(ends, window.until_at)
    if start >= end:
        return None
    return Stretch(start, end, None if begins == EVER else begins, None if ends == ALWAYS else ends)
