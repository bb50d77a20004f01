"""The commands: a summary, a report, and one sentence for every refusal."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.orders.models import Order
from tests.factories.imports import MAPPINGS

FILE = Path(__file__).parent / "files" / "oddities.csv"
RETAIL = MAPPINGS / "online_retail.yaml"

pytestmark = pytest.mark.usefixtures("company")


def run(name: str, *arguments: object, **options: object) -> str:
    out = StringIO()
    call_command(name, *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def test_an_import_says_what_it_did_and_writes_its_report(tmp_path: Path) -> None:
    assert run("load_stock_plan", FILE, mapping=RETAIL) == "Stock of 3 products is loaded or planned.\n"
    said = run("import_orders", FILE, mapping=RETAIL, report=tmp_path / "out.json")
    report = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert f"{report['orders']} orders, of them {report['held']} held, {report['returns']} returns" in said
    assert said.count("\n") == 1 + len(report["homes"])
    assert report["totals"]["rows"] == report["file"]["rows"] == report["rows"]


@pytest.mark.parametrize("command", ["import_orders", "load_stock_plan"])
@pytest.mark.parametrize(
    ("file", "mapping", "says"),
    [
        ("absent.csv", RETAIL, "There is no file absent.csv."),
        (FILE, Path("absent.yaml"), "absent.yaml cannot be read: No such file or directory."),
        (FILE, FILE.parent, "cannot be read: Is a directory."),
        (FILE, FILE.parent / "webshop_de.csv", "is not UTF-8 text"),
        (FILE, MAPPINGS.parent / "demo" / "stock.yaml", "The mapping has mistakes: /name: Field required"),
        (FILE, MAPPINGS / "northwind.yaml", "The mapping joins orders.csv, which does not lie beside the file."),
    ],
)
def test_a_refusal_is_one_sentence(command: str, file: Path, mapping: Path, says: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run(command, file, mapping=mapping)
    assert says in str(refusal.value)
    assert not Order.objects.exists()


def test_a_stock_plan_needs_its_section() -> None:
    with pytest.raises(CommandError, match="no section 'stock'"):
        run("load_stock_plan", FILE.parent / "webshop_de.csv", mapping=MAPPINGS / "webshop_de.yaml")
