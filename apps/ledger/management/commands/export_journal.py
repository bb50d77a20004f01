"""`manage.py export_journal --format beancount|csv`: the journal as a file for a check from outside."""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.ledger.services.export import export_journal
from apps.masterdata.contract import entities_by_code


class Command(BaseCommand):
    help = "Write the journal for Beancount or as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", dest="style", choices=["beancount", "csv"], default="beancount")
        parser.add_argument(
            "--entity", action="append", default=[], help="code of a legal entity; may be repeated; default all"
        )
        parser.add_argument("--out", type=Path, help="a file; without it the text goes to the terminal")

    def handle(self, *args: Any, style: str, entity: list[str], out: Path | None, **options: Any) -> None:
        known = entities_by_code()
        if unknown := sorted(set(entity) - set(known)):
            raise CommandError(f"No such legal entity: {', '.join(unknown)}. Known: {', '.join(known) or 'none'}.")
        entities = [known[code] for code in entity or known]
        if out is None:
            export_journal(style=style, entities=entities, write=partial(self.stdout.write, ending=""))
            return
        with out.open("w", encoding="utf-8", newline="") as file:
            count = export_journal(style=style, entities=entities, write=file.write)
        self.stderr.write(f"{count} entries written to {out}")
