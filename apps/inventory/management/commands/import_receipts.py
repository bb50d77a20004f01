"""`manage.py import_receipts FILE.csv`: goods that came in or will, row by row; running it twice makes nothing twice."""

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from apps.inventory.decisions.receipts_file import COLUMNS, read_receipt_rows
from apps.inventory.services.receipts_file import FileReport, load_receipts
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import DomainError

FAULTS_SHOWN = 20


class Command(BaseCommand):
    help = f"Receive goods from a CSV file with the columns {', '.join(COLUMNS)} and, if you like, source_ref."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--plan-all",
            action="store_true",
            help="Plan every row, also those whose time has passed, for a later run_day.",
        )

    def handle(self, *args: Any, file: Path, plan_all: bool, **options: Any) -> None:
        try:
            report = self._load(file, plan_all)
        except UnicodeDecodeError as error:
            raise CommandError(f"{file} is not UTF-8 text: byte {error.start}.") from error
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self._tell(report)

    def _load(self, file: Path, plan_all: bool) -> FileReport:
        report = FileReport()
        with file.open("rb") as content:
            mark = hashlib.file_digest(content, "sha256").hexdigest()[:16]
        with (
            file.open(encoding="utf-8", newline="") as lines,
            tqdm(unit=" rows", disable=not self.stderr.isatty()) as bar,
        ):
            rows = read_receipt_rows(lines, mark=mark)
            for report in load_receipts(rows, plan_all=plan_all, actor=SYSTEM, now=clock.now()):
                bar.update(report.rows - bar.n)
        return report

    def _tell(self, report: FileReport) -> None:
        for fault in report.faults[:FAULTS_SHOWN]:
            self.stderr.write(f"{fault.pointer}: {fault.detail}")
        if len(report.faults) > FAULTS_SHOWN:
            self.stderr.write(f"… and {len(report.faults) - FAULTS_SHOWN} more.")
        self.stdout.write(
            f"{report.rows:,} rows: {report.received:,} received, {report.planned:,} planned, {report.known:,} known already, "
            f"{len(report.faults):,} not usable."
        )
        if report.faults:
            raise CommandError("Some rows were not usable; the others are in. Correct them and run the file again.")
