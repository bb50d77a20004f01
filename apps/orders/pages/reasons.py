"""What stands in an order's way: the reasons of its case, and the rows of its file that could not be used."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.exceptions.contract import CaseFacts
from ordercash.web.columns import Column, Table
from ordercash.web.payloads import told_text
from ordercash.web.tones import state_label


def reasons_table(case: CaseFacts, titles: Mapping[str, str]) -> Table:
    """Return the reasons of a case, those that stand first; `titles` of the rules that decided."""
    return Table(
        columns=(
            Column("title", "Reason", kind="sentence"),
            Column("detail", "Detail", kind="sentence", value=lambda reason: detail_text(reason.detail, titles)),
            Column("queue", "Queue", value=lambda reason: state_label(reason.queue)),
            Column("due_at", "Due", kind="when"),
            Column("state", "State", kind="badge"),
        ),
        rows=case.reasons,
    )


def detail_text(detail: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Return a reason's detail in a line, with a floor called by its title: "line 1, floor Least margin, at least 2.39 GBP a unit"."""
    if "floor" not in detail:
        return told_text(detail)
    others = {name: value for name, value in detail.items() if name not in ("floor", "least")}
    least = {"at_least": f"{detail['least']} a unit"} if detail.get("least") else {}
    return told_text({**others, "floor": titles.get(detail["floor"], detail["floor"]), **least})


def bad_rows_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return the rows of a file as they came, with what is wrong with each."""
    return Table(
        columns=(
            Column("row_number", "Row", kind="number"),
            Column("code", "Problem", value=lambda row: state_label(row["code"])),
            Column("detail", "Why", kind="sentence"),
            Column("raw", "As it came", kind="sentence", value=lambda row: raw_text(row["raw"])),
        ),
        rows=rows,
        caption="Rows of the file that could not be used",
    )


def raw_text(raw: Any) -> str:
    """Return a kept row in a line: "InvoiceNo 536589 · Quantity -10"."""
    if isinstance(raw, Mapping):
        return " · ".join(f"{name} {value}" for name, value in raw.items() if value not in ("", None))
    return str(raw)
