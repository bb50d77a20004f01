"""`manage.py import_orders FILE --mapping MAPPING.yaml [--report out.json]`: bring in any flat CSV of orders."""

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from apps.integrations.services.import_orders import ROWS_PER_BATCH, Imported, import_file
from apps.integrations.services.mappings import open_mapping
from apps.integrations.services.report import report_of
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import DomainError
from ordercash.kernel.memory import collect_rarely


class Command(BaseCommand):
    help = "Import a flat CSV (also .gz) of orders; doing it again makes nothing twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True, help="YAML file that says what the columns mean")
        parser.add_argument("--report", type=Path, help="write the machine-readable report here")
        parser.add_argument("--batch", type=int, default=ROWS_PER_BATCH, help="rows per transaction")

    def handle(self, *args: Any, file: Path, mapping: Path, report: Path | None, batch: int, **options: Any) -> None:
        collect_rarely()
        started = time.perf_counter()
        try:
            rules = open_mapping(mapping)
            with tqdm(unit=" rows", unit_scale=True, disable=not self.stderr.isatty()) as bar:
                result = import_file(
                    file,
                    rules,
                    actor=SYSTEM,
                    now=clock.now,
                    progress=lambda done, total: _move(bar, done, total),
                    rows_per_batch=max(1, min(batch, 50_000)),
                )
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self._summary(result, time.perf_counter() - started)
        document = report_of(result)
        if report:
            report.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
        for home in document["homes"]:
            reason = f" ({home['reason']})" if home["reason"] else ""
            self.stdout.write(
                f"  {home['rows']:>9,} rows {home['amount']:>18} {document['currency']}  {home['home']}{reason}"
            )
        earlier, amount = (document["totals"][f"{what}_of_earlier_files"] for what in ("rows", "amount"))
        if earlier:
            self.stdout.write(f"  {earlier:>9,} rows {amount:>18} {document['currency']}  came with earlier files")

    def _summary(self, result: Imported, seconds: float) -> None:
        rate = result.rows / seconds if seconds else 0
        self.stdout.write(
            f"{result.rows:,} rows in {seconds:.1f} s ({rate:,.0f} a second): {result.orders:,} orders, of them {result.held:,} held,"
            f" {result.returns:,} returns, {result.kept_rows:,} rows kept for a person; {result.existed:,} documents were there already."
        )


def _move(bar: "tqdm[Any]", done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)
