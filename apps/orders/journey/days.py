"""Many business days, one after the other: the goods of a day move while the day before is invoiced.

A day's work is done in this order, whether a second lane helps or not, so that both give the same books:

    goods of day d   |  invoices of day d-1, after what fell due until day d-2 was collected     (beside each other)
    returns of day d-1: they are credited on invoices, and what came back is promised from then on
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from threading import Event
from zoneinfo import ZoneInfo

from apps.orders.journey.day import (
    DayDone,
    collect_money,
    finish_day,
    invoice_deliveries,
    invoice_shipments,
    move_goods,
    take_returns,
)
from apps.orders.selectors.agenda import next_due_at
from ordercash.kernel.actor import Actor
from ordercash.kernel.lane import Lane
from ordercash.kernel.statistics import refresh_statistics


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the half-open period of a business day in its zone."""
    return (
        datetime.combine(day, time(), tzinfo=zone),
        datetime.combine(day + timedelta(days=1), time(), tzinfo=zone),
    )


@dataclass(slots=True)
class _Beside:
    """What the second lane is told while goods of a day move: batches to invoice, and that the day is over."""

    batch: Event = field(default_factory=Event)
    over: bool = False

    def end(self) -> None:
        self.over = True
        self.batch.set()

    def more(self) -> bool:
        """Wait for a batch; false once the day is over."""
        self.batch.wait()
        self.batch.clear()
        return not self.over


@dataclass(slots=True)
class Days:
    """A run over many days up to the moment `now`; `each_day` hears when one is done. With two `lanes` money moves beside the goods."""

    zone: ZoneInfo
    collect: bool
    actor: Actor
    now: datetime
    lanes: int = 1
    each_day: Callable[[], object] = lambda: None
    done: DayDone = field(default_factory=DayDone)
    # Until when deliveries are invoiced, and until when returns are credited too.
    invoiced_until: datetime | None = None
    credited_until: datetime | None = None

    def run_until_idle(self) -> DayDone:
        """Go from due day to due day until nothing that is due can be done; what remains waits for people or goods."""
        with Lane() if self.lanes > 1 else nullcontext() as lane:
            stuck_until: datetime | None = None
            day = self._next_day(None, None)
            while day is not None:
                until = day_bounds(day, self.zone)[1]
                if not self._step(day, lane) and not self._catch_up(until):
                    stuck_until = until
                following = self._next_day(day, stuck_until)
                if following is None and self._catch_up(until):
                    following = self._next_day(day, stuck_until)
                refresh_statistics()
                self.each_day()
                day = following
        return self.done

    def _next_day(self, last: date | None, since: datetime | None) -> date | None:
        """Return the next day after `last` for what is due from `since` on; None when that is not before `now`."""
        due_at = next_due_at(collect=self.collect, since=since)
        if due_at is None or due_at >= self.now:
            return None
        day = due_at.astimezone(self.zone).date()
        if last is not None:
            day = max(day, last + timedelta(days=1))
        return day if day_bounds(day, self.zone)[0] < self.now else None

    def _step(self, day: date, lane: Lane | None) -> bool:
        """Move the goods of a day and what lags behind them; false when there was nothing to do."""
        from_at, until = day_bounds(day, self.zone)
        beside = _Beside()
        money = lane.start(self._move_money, until, beside) if lane else None
        try:
            step = move_goods(from_at, until, actor=self.actor, after_batch=beside.batch.set)
        finally:
            beside.end()
        step.add(money.result() if money else self._move_money(until, beside))
        if self.invoiced_until:
            step.add(take_returns(self.invoiced_until, actor=self.actor, now=self.now))
        self.invoiced_until, self.credited_until = until, self.invoiced_until
        self.done.add(step)
        return bool(step)

    def _move_money(self, until: datetime, beside: _Beside) -> DayDone:
        done = DayDone()
        if self.credited_until and self.collect:
            done.add(collect_money(self.credited_until, actor=self.actor))
        if self.invoiced_until:
            done.add(invoice_deliveries(self.invoiced_until, actor=self.actor, now=self.now))
        while beside.more():
            while not beside.over and (billed := invoice_shipments(until, actor=self.actor, now=self.now)):
                done.add(billed)
        return done

    def _catch_up(self, until: datetime) -> bool:
        """Invoice, credit and collect what the last days left behind; false when there was nothing."""
        done = finish_day(until, collect=self.collect, actor=self.actor, now=self.now)
        self.invoiced_until = self.credited_until = until
        self.done.add(done)
        return bool(done)
