"""What stands in an order's way: the reasons of its case, and the rows of its file that could not be used."""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.exceptions.contract import CaseFacts
from ordercash.web.columns import Column, Table
from ordercash.web.tones import state_label

_NAMES = {"line_no": "line", "lines": "lines"}


def reasons_table(case: CaseFacts) -> Table:
    """Return the reasons of a case, those that stand first."""
    return Table(
        columns=(
            Column("title", "Reason", kind="sentence"),
            Column("detail", "Where", kind="sentence", value=lambda reason: _where(reason.detail)),
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


def _where(detail: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{_NAMES.get(str(name), _words(name))} {_plain(value)}"
        for name, value in detail.items()
        if value not in (None, "")
    )


def _plain(value: Any) -> str:
    return ", ".join(_words(item) for item in value) if isinstance(value, list | tuple) else _words(value)


def _words(value: Any) -> str:
    """Write a code of ours in words; anything else stays as it is."""
    text = str(value)
    return text.replace("_", " ") if text.isascii() and text.islower() else text
