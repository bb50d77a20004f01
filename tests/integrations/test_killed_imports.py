"""An import that is killed at any moment and started again: nothing is lost, nothing is made twice."""

import random
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import Count, Sum

from apps.integrations.services.report import report_of
from apps.operations.selectors.prove import prove
from apps.orders.models import IntakeDocument, IntakeRow, Order, OrderLine, ReturnRequest
from tests.factories.imports import bring_in, mapping_named
from tests.integrations.databases import environment

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
DOCUMENTS, KILLS = 1_500, 3
MAPPING = settings.BASE_DIR / "examples" / "mappings" / "online_retail.yaml"


@pytest.mark.usefixtures("company")
def test_kill_9_at_random_moments_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("\n".join([HEADER, *_rows(), ""]), "utf-8")
    killed = [_start_and_kill(path) for _ in range(KILLS)]
    assert killed.count(True) >= 1, "every import ended before it could be killed"
    run = subprocess.run(_command(path), cwd=settings.BASE_DIR, env=environment(), capture_output=True, check=False)
    assert run.returncode == 0, run.stderr

    assert IntakeDocument.objects.count() == 1
    assert Order.objects.count() == DOCUMENTS - DOCUMENTS // 10
    assert ReturnRequest.objects.count() == DOCUMENTS // 10
    assert IntakeRow.objects.count() == DOCUMENTS // 50
    assert not Order.objects.values("source_ref").annotate(times=Count("id")).filter(times__gt=1)
    assert OrderLine.objects.aggregate(total=Sum("net_minor"))["total"] == _net_minor()
    report = report_of(bring_in(mapping_named("online_retail"), path))
    assert (report["orders"], report["returns"]) == (0, 0)
    assert report["totals"]["rows"] == len(_rows())
    assert Decimal(report["totals"]["amount"]) == Decimal(report["file"]["amount"])
    assert prove().holds


def _rows() -> list[str]:
    """Return three rows a document; every tenth document gives back, every fiftieth has a row that cannot be read."""
    rows = []
    for number in range(DOCUMENTS):
        back = number % 10 == 0
        for line in range(3):
            quantity = "-1" if back else "x" if number % 50 == 1 and line == 0 else str(line + 1)
            document = f"C{number}" if back else str(number)
            rows.append(f"{document},2000{line},THING,{quantity},2011-01-05 10:00:00,1.25,1800{number % 7}.0,France")
    return rows


def _net_minor() -> int:
    """Return what the lines of the orders come to: 1 + 2 + 3 at 1.25, without the rows that cannot be read."""
    orders = DOCUMENTS - DOCUMENTS // 10
    return orders * 6 * 125 - DOCUMENTS // 50 * 125


def _start_and_kill(path: Path) -> bool:
    """Start an import, kill it some time after it began to write, and say whether it was still running."""
    process = subprocess.Popen(
        _command(path), cwd=settings.BASE_DIR, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    before, patience = Order.objects.count(), time.monotonic() + 60
    while process.poll() is None and Order.objects.count() == before and time.monotonic() < patience:
        time.sleep(0.01)
    time.sleep(random.uniform(0, 0.3))
    running = process.poll() is None
    process.kill()
    process.wait()
    return running


def _command(path: Path) -> list[str]:
    return [sys.executable, "manage.py", "import_orders", str(path), "--mapping", str(MAPPING), "--batch", "100"]
