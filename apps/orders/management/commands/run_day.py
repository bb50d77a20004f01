"""`manage.py run_day [--date 2011-03-01 | --until-idle] [--collect]`: carry everything through that is due."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from apps.orders.journey import DayDone, run_day
from apps.orders.selectors.agenda import next_due_at
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.memory import collect_rarely


class Command(BaseCommand):
    help = "Receive, ship, invoice, credit and collect what is due, business day by business day; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--date", type=date.fromisoformat, help="this business day only (default: today)")
        which.add_argument(
            "--until-idle", action="store_true", help="from the earliest day with something due until nothing is"
        )
        parser.add_argument(
            "--collect", action="store_true", help="let the sandbox collector pay invoices when they fall due"
        )
        parser.add_argument("--zone", default="Europe/London", help="the zone whose business days these are")

    def handle(self, *args: Any, date: date | None, until_idle: bool, collect: bool, zone: str, **options: Any) -> None:
        try:
            place = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise CommandError(f"{zone!r} is not a time zone such as Europe/London.") from error
        collect_rarely()
        total = DayDone()
        if until_idle:
            self._until_idle(place, collect, total)
        else:
            day = date or clock.business_date(clock.now(), zone)
            total.add(self._day(day, place, collect))
        self.stdout.write(
            f"{total.receipts:,} receipts, {total.filled:,} orders got goods they waited for, {total.shipments:,} shipments,"
            f" {total.invoices:,} invoices, {total.returns:,} return lines, {total.payments:,} payments, {total.closed:,} orders closed."
        )

    def _until_idle(self, zone: ZoneInfo, collect: bool, total: DayDone) -> None:
        """Go from due day to due day; a day that could do nothing ends the run, as the rest waits for people or goods."""
        last = clock.now()
        done_day: date | None = None
        with tqdm(unit=" days", disable=not self.stderr.isatty()) as bar:
            while (due_at := next_due_at(collect=collect)) and due_at < last:
                day = due_at.astimezone(zone).date()
                day = max(day, done_day + timedelta(days=1)) if done_day else day
                if datetime.combine(day, time(), tzinfo=zone) > last:
                    break
                total.add(self._day(day, zone, collect))
                done_day = day
                bar.update()

    def _day(self, day: date, zone: ZoneInfo, collect: bool) -> DayDone:
        from_at = datetime.combine(day, time(), tzinfo=zone)
        until = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
        return run_day(from_at, until, collect=collect, actor=SYSTEM, now=clock.now())
