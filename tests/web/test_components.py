"""What components are given is turned into what is drawn."""

from decimal import Decimal

from ordercash.web.charts import chart_context
from ordercash.web.columns import Column, Table, value_at
from ordercash.web.components import Chart, JobProgress, Series
from ordercash.web.diffs import diff_lines
from ordercash.web.sparks import spark_points


def test_a_chart_draws_major_units_and_tells_exact_ones() -> None:
    context = chart_context(Chart("T", ["2024-01-01", "2024-01-02"], [Series("S", [12_345, None])], currency="KWD"))
    assert context["data"]["values"] == [[12.345, None]]
    assert context["data"]["days"]
    assert context["data"]["decimals"] == 3
    assert context["rows"] == [("2024-01-01", ["12.345"]), ("2024-01-02", ["–"])]


def test_a_stepped_chart_says_what_are_marks() -> None:
    series = [Series("To be had", [4, -1, 9]), Series("Comes in", [None, None, 10], marks=True)]
    context = chart_context(Chart("T", ["2024-01-01", "2024-01-05", "2024-01-09"], series, kind="step"))
    assert (context["data"]["kind"], context["data"]["marks"]) == ("step", [False, True])
    assert context["data"]["values"] == [[4, -1, 9], [None, None, 10]]
    assert context["rows"][1] == ("2024-01-05", ["−1", "–"])


def test_words_are_no_days() -> None:
    assert not chart_context(Chart("T", ["late"], [Series("S", [1])]))["data"]["days"]


def test_a_diff_shows_changes_with_their_surroundings() -> None:
    before = {"a": 1, "list": list(range(20))}
    signs = [line.sign for line in diff_lines(before, {**before, "a": 2})]
    assert signs.count("-") == signs.count("+") == 1
    assert len(signs) < 10
    assert diff_lines("same", "same") == []


def test_a_diff_numbers_both_sides() -> None:
    found = diff_lines("a\nb\nc", "a\nx\nc")
    assert [(line.sign, line.before, line.after, line.text) for line in found] == [
        (" ", 1, 1, "a"), ("-", 2, None, "b"), ("+", None, 2, "x"), (" ", 3, 3, "c"),
    ]  # fmt: skip


def test_a_spark_stays_in_its_box() -> None:
    points = [tuple(map(float, pair.split(","))) for pair in spark_points([5, -3, 9]).split()]
    assert all(0 <= x <= 96 and 0 <= y <= 24 for x, y in points)
    assert spark_points([1]) == ""
    assert spark_points([4, 4, 4])


def test_a_jobs_percent_is_known_only_with_a_total() -> None:
    assert JobProgress("J", "running", "/", 1, 3).percent == 33
    assert JobProgress("J", "running", "/", 10, 10).percent == 99
    assert JobProgress("J", "running", "/", 5).percent is None
    assert JobProgress("J", "done", "/").percent == 100


def test_a_column_follows_paths_and_stops_at_nothing() -> None:
    assert value_at({"a": {"b": 3}}, "a__b") == 3
    assert value_at({"a": None}, "a__b") is None
    row = {"net": 5, "currency": "JPY", "n": Decimal("2.5")}
    assert "JPY" in Column("net", "Net", kind="money").html(row)
    assert "GBP" in Column("net", "Net", kind="money", currency="GBP").html(row)
    assert "&lt;i&gt;" in Column("x", "X", value=lambda each: "<i>").html(row)
    assert "oc-code-long" not in Column("x", "X", kind="code", value=lambda each: "SKU-1").html(row)
    assert "oc-code-long" in Column("x", "X", kind="code", value=lambda each: "SKU-" * 9).html(row)


def test_a_table_knows_its_footer() -> None:
    table = Table((Column("a", "A"), Column("b", "B")), [{"a": 1, "b": 2}], footer={"b": "3"})
    assert [cell for _, cell in table.footer_cells] == ["", "3"]
    assert len(table.shown) == 1
