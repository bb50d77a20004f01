"""`manage.py import_movements FILE.csv`: the stock history of a system before this one; running it twice makes nothing twice."""

from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.inventory.contract import warehouses
from apps.inventory.decisions.history import HistoryDraft
from apps.inventory.decisions.history_file import BESIDES, COLUMNS, History, read_histories
from apps.inventory.services.history import import_history
from apps.masterdata.contract import products_by_sku
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import DomainError

AT_ONCE = 50


class Command(BaseCommand):
    help = (
        f"Bring in what moved day by day from a CSV file with the columns {', '.join(COLUMNS)} and, if you like, {', '.join(BESIDES)};"
        " its rows are sorted by product, warehouse and day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        made = known = days = 0
        faults: list[str] = []
        try:
            with file.open(encoding="utf-8", newline="") as lines:
                histories = read_histories(lines)
                while chunk := list(islice(histories, AT_ONCE)):
                    drafts, unknown = _drafts(chunk)
                    result = import_history(drafts=drafts, actor=SYSTEM)
                    faults += [*unknown, *(f"{each.source_ref}: {each.detail}" for each in result.refused)]
                    made, known = made + len(result.made), known + len(result.known)
                    days += sum(len(each.days) for each in chunk)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}.") from error
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(
            f"{days:,} days: {made:,} histories brought in, {known:,} known already, {len(faults):,} not usable."
        )
        if faults:
            raise CommandError("\n".join(faults[:20]))


def _drafts(chunk: list[History]) -> tuple[list[HistoryDraft], list[str]]:
    products = products_by_sku({each.sku for each in chunk})
    places = {place.code: place for place in warehouses().values()}
    drafts, unknown = [], []
    for each in chunk:
        product, place = products.get(each.sku), places.get(each.warehouse)
        if product is None or not product.is_stocked or place is None:
            unknown.append(f"{each.sku} at {each.warehouse}: no such stocked product or no such active warehouse.")
            continue
        ref = f"history:{each.warehouse}:{each.sku}"
        drafts.append(HistoryDraft(place.id, product.id, each.days, each.unit_cost, ref))
    return drafts, unknown
