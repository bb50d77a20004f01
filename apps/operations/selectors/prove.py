"""The proof: equalities over all orders, recomputed from facts in SQL. Each file under `sql/prove` is one equality.

A file's first line is its title; its query returns the rows that break it as (ref, expected, found, detail).
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ordercash.kernel import sql
from ordercash.kernel.transactions import reads_one_moment

FOLDER = Path(__file__).resolve().parent.parent / "sql" / "prove"
ROWS_NAMED = 20


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that breaks an equality."""

    ref: str
    expected: str
    found: str
    detail: str


@dataclass(frozen=True, slots=True)
class Equality:
    """The verdict on one equality: how many rows break it, and the first of them."""

    code: str
    title: str
    broken: int
    rows: tuple[Broken, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        return self.broken == 0


@dataclass(frozen=True, slots=True)
class Proof:
    """All equalities, seen at one moment of the database."""

    equalities: tuple[Equality, ...]

    @property
    def holds(self) -> bool:
        return all(equality.holds for equality in self.equalities)

    def as_dict(self) -> dict[str, Any]:
        return {
            "holds": self.holds,
            "equalities": [{"holds": equality.holds, **asdict(equality)} for equality in self.equalities],
        }


@cache
def _queries() -> tuple[tuple[str, str, str], ...]:
    """Return (code, title, query) of every equality, in order."""
    found = []
    for path in sorted(FOLDER.glob("*.sql")):
        text = path.read_text()
        found.append((path.stem, text.splitlines()[0].removeprefix("-- "), text.strip().removesuffix(";")))
    return tuple(found)


def tell_nobody(done: int, total: int) -> None:
    """Take no notice of the progress."""


@reads_one_moment
def prove(*, told: Callable[[int, int], None] = tell_nobody) -> Proof:
    """Check every equality on one snapshot, so that work going on meanwhile cannot look like a difference.

    `told` hears after each equality how many are done, and of how many; it must not use this connection, which only reads.
    """
    queries = _queries()
    told(0, len(queries))
    checked = []
    for query in queries:
        checked.append(_check(*query))
        told(len(checked), len(queries))
    return Proof(tuple(checked))


def _check(code: str, title: str, query: str) -> Equality:
    started = time.perf_counter()
    rows = sql.fetch(
        f"SELECT count(*) OVER (), ref, expected, found, detail FROM ({query}) AS broken ORDER BY ref LIMIT {ROWS_NAMED}"  # noqa: S608
    )
    return Equality(
        code=code,
        title=title,
        broken=rows[0][0] if rows else 0,
        rows=tuple(Broken(*row[1:]) for row in rows),
        seconds=round(time.perf_counter() - started, 3),
    )
