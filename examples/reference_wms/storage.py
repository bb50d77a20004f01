"""What the warehouse system keeps, in a file of its own: one connection, one writer at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS store (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS stock (
    sku TEXT PRIMARY KEY, on_hand INTEGER NOT NULL CHECK (on_hand >= 0), damaged INTEGER NOT NULL DEFAULT 0,
    inspected INTEGER NOT NULL DEFAULT 0, seq INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, ship_to TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lines (
    order_id TEXT NOT NULL, id TEXT NOT NULL, sku TEXT NOT NULL, wanted INTEGER NOT NULL, shipped INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (order_id, id)
);
CREATE TABLE IF NOT EXISTS shipments (id TEXT PRIMARY KEY, order_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS returns (
    id TEXT NOT NULL, line_id TEXT NOT NULL, order_id TEXT NOT NULL, sku TEXT NOT NULL, waits INTEGER NOT NULL CHECK (waits >= 0),
    PRIMARY KEY (id, line_id)
);
CREATE TABLE IF NOT EXISTS inspections (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, order_id TEXT, order_seq INTEGER,
    occurred_at TEXT NOT NULL, body TEXT NOT NULL, is_told INTEGER NOT NULL DEFAULT 0
);
"""


class Storage:
    """Rows in SQLite; every change is one transaction."""

    def __init__(self, file: str, name: str) -> None:
        self._lock = threading.RLock()
        self._rows = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._rows.executescript(TABLES)
        self.run("INSERT INTO store SELECT ? WHERE NOT EXISTS (SELECT 1 FROM store)", name)
        self.name: str = self.one("SELECT name FROM store")[0]

    @contextmanager
    def change(self) -> Iterator[None]:
        """Keep all that is written inside, or nothing of it."""
        with self._lock:
            self._rows.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._rows.execute("ROLLBACK")
                raise
            self._rows.execute("COMMIT")

    def run(self, statement: str, *values: Any) -> int:
        """Write; returns how many rows changed."""
        with self._lock:
            return self._rows.execute(statement, values).rowcount

    def all(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a question."""
        with self._lock:
            return self._rows.execute(statement, values).fetchall()

    def one(self, statement: str, *values: Any) -> tuple[Any, ...]:
        """Return the one row of a question."""
        (row,) = self.all(statement, *values)
        return row
