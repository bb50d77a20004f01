"""`manage.py import_postal_places FILE`: where postal codes lie, in the columns of GeoNames; running it twice changes nothing twice."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.masterdata.services.postal_places import keep_places, read_places
from ordercash.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Read where postal codes lie from a file of GeoNames (tab-separated, no header); distances for sourcing come from it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            with file.open(encoding="utf-8") as lines:
                read, changed = keep_places(places=read_places(lines))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}.") from error
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"{read:,} places read, {changed:,} new or moved.")
