"""The columns of a table: which value of a row, how it reads, whether the list can be sorted by it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from ordercash.web import formats
from ordercash.web.components import Empty
from ordercash.web.links import link_html, link_url, names_of

RIGHT = frozenset({"money", "price", "quantity", "number", "figure"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `key` is an attribute, key or double-underscore path of the row; `value` computes it instead.

    kind     -- text, sentence (text that wraps), money, price (of one unit, a Decimal), quantity, number, when, moment (when, to the
                second), day, badge, code, or html and figure (already safe; a figure stands on the right)
    link     -- the kind of thing that the value names; the id is the row's `id_key`
    named    -- the linked thing is called as its owner tells, a whole table in one statement; the value stands in where nobody knows
    sort     -- the database column by which the list can be sorted (without NULLs, indexed with the id), "" for no
    currency -- for money and prices: the path of the currency, or a code in capitals
    unit     -- for quantities: the path of the unit; for prices: the path of how many units one price is for
    desk     -- show it on wide screens only
    """

    key: str
    label: str
    kind: str = "text"
    sort: str = ""
    link: str = ""
    id_key: str = "id"
    currency: str = "currency"
    unit: str = ""
    value: Callable[[Any], Any] | None = None
    desk: bool = False
    hint: str = ""
    named: bool = False

    @property
    def css(self) -> str:
        """The classes of the column's cells."""
        return " ".join(
            name
            for name, wanted in (
                (f"oc-col-{self.kind}", True), ("oc-right", self.kind in RIGHT), ("oc-desk", self.desk),
            )
            if wanted
        )  # fmt: skip

    def of(self, row: Any) -> Any:
        """Return the row's value."""
        return self.value(row) if self.value else value_at(row, self.key)

    def names(self, rows: Iterable[Any]) -> Mapping[Any, str]:
        """Return what the things that the rows link to are called, by id, when the column is `named`."""
        return names_of(self.link, [value_at(row, self.id_key) for row in rows]) if self.named else {}

    def html(self, row: Any, names: Mapping[Any, str] | None = None) -> SafeString:
        """Return the row's cell; `names` are those of the whole table."""
        value = (names.get(value_at(row, self.id_key)) if names else None) or self.of(row)
        shown = _SHOW.get(self.kind, _text)(self, row, value)
        if self.link and value not in (None, ""):
            return link_html(self.link, value_at(row, self.id_key), shown)
        return shown


def value_at(row: Any, path: str) -> Any:
    """Follow a double-underscore path through attributes and mappings; nothing on the way gives None."""
    for name in path.split("__"):
        if row is None:
            return None
        row = row.get(name) if isinstance(row, Mapping) else getattr(row, name)
    return row


# A code with more letters is broken, not cut: two may begin alike and end otherwise.
LONG_CODE: Final = 24


def _text(column: Column, row: Any, value: Any) -> SafeString:
    return formats.text_html(value)


def _money(column: Column, row: Any, value: Any) -> SafeString:
    return formats.money_html(value, _currency(column, row))


def _price(column: Column, row: Any, value: Any) -> SafeString:
    per = value_at(row, column.unit) if column.unit else None
    return formats.price_html(value, _currency(column, row), per or formats.ONE)


def _currency(column: Column, row: Any) -> str:
    fixed = column.currency.isupper()
    return column.currency if fixed else value_at(row, column.currency) or ""


def _quantity(column: Column, row: Any, value: Any) -> SafeString:
    return formats.quantity_html(value, value_at(row, column.unit) if column.unit else "")


def _code(column: Column, row: Any, value: Any) -> SafeString:
    if value in (None, ""):
        return formats.NOTHING
    long = " oc-code-long" if len(str(value)) > LONG_CODE else ""
    return format_html('<code class="oc-code{}">{}</code>', long, value)


_SHOW: Mapping[str, Callable[[Column, Any, Any], SafeString]] = {
    "text": _text,
    "money": _money,
    "price": _price,
    "quantity": _quantity,
    "number": _quantity,
    "when": lambda column, row, value: formats.when_html(value),
    "moment": lambda column, row, value: formats.when_html(value, seconds=True),
    "day": lambda column, row, value: formats.day_html(value),
    "badge": lambda column, row, value: formats.badge_html(value or ""),
    "code": _code,
    "sentence": _text,
    "html": lambda column, row, value: value if value else formats.NOTHING,
    "figure": lambda column, row, value: value if value else formats.NOTHING,
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the template shows it: its id for selecting, its address for Enter, its cells."""

    id: Any
    url: str
    cells: list[tuple[Column, SafeString]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of rows that are all there: order lines, postings, open items. For endless lists see worklist.

    footer -- cells below the rows by column key (sums); empty -- what to say when there is no row
    """

    columns: Sequence[Column]
    rows: Sequence[Any]
    caption: str = ""
    footer: Mapping[str, Any] = field(default_factory=dict)
    empty: Empty = field(default_factory=lambda: Empty("Nothing here"))

    @property
    def shown(self) -> list[Row]:
        """The rows, ready for the template."""
        return shown_rows(self.columns, self.rows)

    @property
    def footer_cells(self) -> list[tuple[Column, Any]]:
        """The cells of the footer, column by column."""
        return [(column, self.footer.get(column.key, "")) for column in self.columns]


def shown_rows(columns: Sequence[Column], rows: Sequence[Any], *, id_key: str = "id") -> list[Row]:
    """Turn rows into cells; a row's address is that of its first linked column."""
    main = next((column for column in columns if column.link), None)
    named = [(column, column.names(rows)) for column in columns]
    return [
        Row(
            id=_id_of(row, id_key),
            url=link_url(main.link, value_at(row, main.id_key)) if main else "",
            cells=[(column, column.html(row, names)) for column, names in named],
        )
        for row in rows
    ]


def _id_of(row: Any, id_key: str) -> Any:
    return row.get(id_key) if isinstance(row, Mapping) else getattr(row, id_key, None)
