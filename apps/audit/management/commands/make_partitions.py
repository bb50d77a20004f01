"""manage.py make_partitions: monthly partitions of the append-only logs, ahead of time."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.audit.services.partitions import MONTHS_AHEAD, make_partitions
from ordercash.kernel.clock import now


class Command(BaseCommand):
    help = "Make the missing monthly partitions of every log. The housekeeping job does it daily."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--months", type=int, default=MONTHS_AHEAD, help="how many months, this one included")

    def handle(self, *args: Any, **options: Any) -> None:
        made = make_partitions(now=now(), months=options["months"])
        for name in made:
            self.stdout.write(f"made {name}")
        if not made:
            self.stdout.write("Every partition is there.")
