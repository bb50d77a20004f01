"""`manage.py import_receipts`: every row has one home, and a second run changes nothing."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.inventory.models import Stock, StockMovement, Supply
from tests.factories.inventory import a_place

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = "sku,warehouse,quantity,unit_cost,due_at,kind\n"


@pytest.fixture
def place():
    return a_place(products=2)


def run(path: Path, content: str | bytes, **options: bool) -> tuple[str, str]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    out, err = StringIO(), StringIO()
    try:
        call_command("import_receipts", str(path), stdout=out, stderr=err, **options)
    except CommandError as error:
        err.write(str(error))
    return out.getvalue(), err.getvalue()


def test_rows_are_received_or_planned_once(place, tmp_path):
    content = (
        "\ufeff" + HEAD + "UK-P00000,UK-1,10,2.50,2020-01-01T00:00:00Z,opening\n"
        "UK-P00000,UK-1,5,2.50,2020-01-01,receipt\nUK-P00001,UK-1,7,1,2999-01-01T00:00:00+01:00,receipt\n"
    )
    out, err = run(tmp_path / "a.csv", content)
    assert (out, err) == ("3 rows: 2 received, 1 planned, 0 known already, 0 not usable.\n", "")
    assert (Stock.objects.get().on_hand, Supply.objects.get().quantity) == (15, 7)
    out, _ = run(tmp_path / "other name.csv", content)
    assert out == "3 rows: 0 received, 0 planned, 3 known already, 0 not usable.\n"
    assert StockMovement.objects.count() == 2


def test_everything_can_be_planned(place, tmp_path):
    out, _ = run(tmp_path / "a.csv", HEAD + "UK-P00000,UK-1,10,2.50,2020-01-01,opening\n", plan_all=True)
    assert "0 received, 1 planned" in out
    assert Supply.objects.get().kind == "opening"


def test_bad_rows_are_told_with_line_and_column_and_the_rest_goes_on(place, tmp_path):
    rows = [
        "UK-P00000,UK-1,1,1,2020-01-01,receipt",
        "NOPE,UK-1,1,1,2020-01-01,receipt",
        "UK-P00000,NOPE,1,1,2020-01-01,receipt",
        "UK-P00000,UK-1,x,1,2020-01-01,receipt",
        "UK-P00000,UK-1,0,1,2020-01-01,receipt",
        "UK-P00000,UK-1,0.5,1,2020-01-01,receipt",
        "UK-P00000,UK-1,1,1.0000001,2020-01-01,receipt",
        "UK-P00000,UK-1,1,1,2020-02-30,receipt",
        "UK-P00000,UK-1,1,1,2020-01-01,gift",
        "UK-P00000,UK-1",
        ",UK-1,1,1,2020-01-01,receipt",
    ]
    out, err = run(tmp_path / "a.csv", HEAD + "\n".join(rows) + "\n")
    assert out == "11 rows: 1 received, 0 planned, 0 known already, 10 not usable.\n"
    for line, column in [
        (3, "sku"), (4, "warehouse"), (5, "quantity"), (6, "quantity"), (7, "quantity"), (8, "unit_cost"), (9, "due_at"),
        (10, "kind"), (11, "quantity"), (12, "sku"),
    ]:  # fmt: skip
        assert f"line {line}, {column}: " in err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "The first line must name the columns"),
        ("sku;warehouse;quantity\n", "missing: sku, warehouse"),
        (b"\xff\xfe\x00binary", "is not UTF-8 text: byte 0"),
        (HEAD + "a\x00b", "U+0000"),
        (HEAD + '"UK-P00000,UK-1', "is not CSV"),
    ],
)
def test_a_file_that_is_no_list_of_receipts(place, tmp_path, content, sentence):
    _, err = run(tmp_path / "a.csv", content)
    assert sentence in err
    assert not StockMovement.objects.exists()


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_receipts", str(tmp_path / "none.csv"))
