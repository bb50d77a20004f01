"""`manage.py create_api_key USERNAME --name NAME [--days 90] [--scope orders.place_orders …]`: a key for a program."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.masterdata.services.keys import create_api_key
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Make an API key that acts for a user; it is shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument("--days", type=int, default=90, help="how long it is valid")
        parser.add_argument(
            "--scope", action="append", default=[], help="narrow the key to this permission; may be repeated"
        )

    def handle(self, *args: Any, username: str, name: str, days: int, scope: list[str], **options: Any) -> None:
        now = clock.now()
        try:
            made = create_api_key(
                username=username,
                name=name,
                expires_at=now + timedelta(days=days),
                scopes=scope,
                actor=SYSTEM,
                now=now,
            )
        except (DomainError, OverflowError) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(made.secret)
