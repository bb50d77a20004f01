"""What stands in an order's way: the reasons of its case, and the rows of its file that could not be used."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.exceptions.contract import CaseFacts
from ordercash.web.columns import Column, Table
from ordercash.web.payloads import told_text
from ordercash.web.tones import state_label


def reasons_table(case: CaseFacts) -> Table:
    """Return the reasons of a case, those that stand first."""
    return Table(
        columns=(
            Column("title", "Reason", kind="sentence"),
            Column("detail", "Detail", kind="sentence", value=lambda reason: told_text(reason.detail)),
            Column("queue", "Queue", value=lambda reason: state_label(reason.queue)),
            Column("due_at", "Due", kind="when"),
            Column("state", "State", kind="badge"),
        ),
        rows=case.reasons,
    )


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
