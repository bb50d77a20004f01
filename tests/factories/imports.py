"""Importing files in tests: mappings by name, whole ways from a file to paid invoices."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

from apps.integrations.decisions.mapping import Mapping
from apps.integrations.decisions.mapping_file import read_mapping
from apps.integrations.services.import_orders import Imported, import_file
from apps.integrations.services.stock_plan import load_stock, plan_stock
from ordercash.kernel.actor import SYSTEM
from tests.factories.orders import NOW

MAPPINGS = settings.BASE_DIR / "examples" / "mappings"


def mapping_named(name: str) -> Mapping:
    """Return one of the mappings under examples/mappings."""
    return read_mapping((MAPPINGS / f"{name}.yaml").read_text("utf-8"))


def bring_in(mapping: Mapping, path: Path, rows: int = 5_000, **options: Any) -> Imported:
    """Import a file at the tests' own time."""
    return import_file(path, mapping, actor=SYSTEM, now=lambda: NOW, rows_per_batch=rows, **options)


def everything(mapping: Mapping, path: Path) -> Imported:
    """Load the stock that a file asks for, import it, and run the days until nothing is due."""
    if mapping.stock is not None:
        load_stock(plan_stock(path, mapping), actor=SYSTEM, now=NOW)
    result = bring_in(mapping, path)
    call_command("run_day", until_idle=True, collect=True, stdout=Quiet())
    return result


class Quiet:
    """Somewhere for commands to write in tests."""

    def write(self, text: str) -> None:
        """Keep nothing."""

    def isatty(self) -> bool:
        return False
