"""`manage.py load_stock_plan FILE --mapping MAPPING.yaml`: the stock that a file's demand is met from."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from apps.integrations.services.mappings import open_mapping
from apps.integrations.services.stock_plan import load_stock, plan_stock
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import DomainError
from ordercash.kernel.memory import collect_rarely


class Command(BaseCommand):
    help = "Load opening stock and planned receipts that cover a file's demand, as the mapping's stock section says."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, required=True)

    def handle(self, *args: Any, file: Path, mapping: Path, **options: Any) -> None:
        collect_rarely()
        try:
            plan = plan_stock(file, open_mapping(mapping))
            with tqdm(total=len(plan.demands), unit=" products", disable=not self.stderr.isatty()) as bar:
                count = load_stock(plan, actor=SYSTEM, now=clock.now(), progress=lambda done: _move(bar, done))
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"Stock of {count:,} products is loaded or planned.")


def _move(bar: "tqdm[Any]", done: int) -> None:
    bar.update(done)
