"""`manage.py close_period ENTITY FROM UNTIL [--soft|--reopen]`: close the books over some days."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.ledger.services.periods import change_period
from apps.masterdata.contract import entities_by_code
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Close the days [FROM, UNTIL) of a legal entity, softly or for good; reopen what was closed softly."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("entity", help="code of the legal entity")
        parser.add_argument("from_date", type=date.fromisoformat)
        parser.add_argument("until_date", type=date.fromisoformat, help="the first day after the period")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--soft", dest="verb", action="store_const", const="soft_close")
        way.add_argument("--reopen", dest="verb", action="store_const", const="reopen")

    def handle(
        self, *args: Any, entity: str, from_date: date, until_date: date, verb: str | None, **options: Any
    ) -> None:
        known = entities_by_code()
        if entity not in known:
            raise CommandError(f"No such legal entity: {entity}. Known: {', '.join(known) or 'none'}.")
        if from_date >= until_date:
            raise CommandError("UNTIL is the first day after the period and lies after FROM.")
        try:
            period = change_period(
                legal_entity_id=known[entity].id, from_date=from_date, until_date=until_date, verb=verb or "close",
                actor=SYSTEM, now=clock.now(),
            )  # fmt: skip
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"{entity}: {from_date} until {until_date} is {period.get_state_display().lower()}")
