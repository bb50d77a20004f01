"""`manage.py run_day [--date 2011-03-01 | --until-idle] [--collect]`: carry everything through that is due."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from apps.orders.journey.day import DayDone, run_day
from apps.orders.journey.days import Days, day_bounds
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
        parser.add_argument(
            "--lanes", type=int, choices=(1, 2), default=2, help="2: invoice one day while the goods of the next move"
        )
        parser.add_argument("--zone", default="Europe/London", help="the zone whose business days these are")

    def handle(
        self, *args: Any, date: date | None, until_idle: bool, collect: bool, lanes: int, zone: str, **options: Any
    ) -> None:
        try:
            place = ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise CommandError(f"{zone!r} is not a time zone such as Europe/London.") from error
        collect_rarely()
        if until_idle:
            total = self._until_idle(place, collect, lanes)
        else:
            from_at, until = day_bounds(date or clock.business_date(clock.now(), zone), place)
            total = run_day(from_at, until, collect=collect, actor=SYSTEM, now=clock.now())
        self.stdout.write(
            f"{total.receipts:,} receipts, {total.filled:,} orders got goods they waited for, {total.shipments:,} shipments,"
            f" {total.invoices:,} invoices, {total.returns:,} return lines, {total.payments:,} payments, {total.closed:,} orders closed."
        )

    def _until_idle(self, zone: ZoneInfo, collect: bool, lanes: int) -> DayDone:
        with tqdm(unit=" days", disable=not self.stderr.isatty()) as bar:
            return Days(zone, collect, SYSTEM, clock.now(), lanes=lanes, each_day=bar.update).run_until_idle()
