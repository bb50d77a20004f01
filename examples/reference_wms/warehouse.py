"""The warehouse itself, without HTTP: it takes orders as whole states, picks, ships, counts, takes goods back and tells all of it.

Quantities are whole pieces. An order's line wants a total: what is still to be shipped and what was shipped from here before.
Time comes from the clock that it is given, chance from the random numbers that it is given.
"""

import json
import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from examples.reference_wms.storage import Storage

Json = dict[str, Any]


class Warehouse:
    """One warehouse with its storage."""

    def __init__(self, file: str, clock: Callable[[], datetime], chance: random.Random) -> None:
        self.clock = clock
        self.chance = chance
        self.storage = Storage(file, uuid.UUID(int=chance.getrandbits(128)).hex[:12])
        self.lies: dict[str, int] = {}

    # What we are told.

    def put_order(self, order_id: str, seq: int, lines: Sequence[Mapping[str, Any]], ship_to: Any = None) -> Json:
        """Take the whole state of an order, unless a newer one is known; no lines cancel what is not shipped."""
        with self.storage.change():
            known = self.storage.all("SELECT seq FROM orders WHERE id = ?", order_id)
            if known and known[0][0] >= seq:
                return {"order_id": order_id, "seq": known[0][0]}
            self.storage.run(
                "INSERT INTO orders VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, ship_to = excluded.ship_to",
                order_id,
                seq,
                json.dumps(ship_to),
            )
            unknown = sorted({line["sku"] for line in lines if not self._knows(line["sku"])})
            if unknown:
                self._tell("refused", {"reason": "sku_unknown", "skus": unknown}, order_id, seq)
            else:
                self._want(order_id, lines)
                self._tell("reserved", {"lines": self._lines(order_id)}, order_id, seq)
            return {"order_id": order_id, "seq": seq}

    def order(self, order_id: str) -> Json | None:
        """Return what is known of an order, None for an unknown one."""
        known = self.storage.all("SELECT seq FROM orders WHERE id = ?", order_id)
        return {"order_id": order_id, "seq": known[0][0], "lines": self._lines(order_id)} if known else None

    def stock(self) -> list[Json]:
        """Return what lies here, by SKU."""
        return [self._stock(sku) for (sku,) in self.storage.all("SELECT sku FROM stock ORDER BY sku")]

    def messages(self, after: int, limit: int = 100) -> list[Json]:
        """Return what was told after a number, the oldest first."""
        rows = self.storage.all(
            "SELECT seq, id, kind, order_id, order_seq, occurred_at, body FROM messages WHERE seq > ? ORDER BY seq LIMIT ?",
            after,
            limit,
        )
        return [_message(row) for row in rows]

    def untold(self, limit: int = 100) -> list[Json]:
        """Return messages that were not taken yet, the oldest first."""
        rows = self.storage.all(
            "SELECT seq, id, kind, order_id, order_seq, occurred_at, body FROM messages WHERE NOT is_told ORDER BY seq LIMIT ?",
            limit,
        )
        return [_message(row) for row in rows]

    def told(self, seqs: Sequence[int]) -> None:
        """Note that messages were taken."""
        with self.storage.change():
            for seq in seqs:
                self.storage.run("UPDATE messages SET is_told = 1 WHERE seq = ?", seq)

    def put_inspection(self, inspection_id: str, return_id: str, lines: Sequence[Mapping[str, Any]]) -> None:
        """Take over what the other side found of a return, once; raises ValueError for more than waits."""
        with self.storage.change():
            if not self.storage.run("INSERT INTO inspections VALUES (?) ON CONFLICT DO NOTHING", inspection_id):
                return
            for line in lines:
                parts = {name: int(line[name]) for name in ("good", "damaged", "scrapped")}
                self._found(return_id, line["line_id"], **parts)

    # What happens in the warehouse.

    def receive(self, sku: str, quantity: int) -> None:
        """Put goods on the shelf."""
        with self.storage.change():
            self.storage.run(
                "INSERT INTO stock (sku, on_hand) VALUES (?, ?) ON CONFLICT (sku) DO UPDATE SET on_hand = on_hand + excluded.on_hand",
                sku,
                quantity,
            )

    def work(self) -> int:
        """Pick and ship whatever is wanted, order by order; returns the number of shipments."""
        found = self.storage.all("SELECT DISTINCT order_id FROM lines WHERE wanted > shipped ORDER BY order_id")
        return sum(self.ship(order_id) is not None for (order_id,) in found)

    def ship(self, order_id: str, more: Mapping[str, int] | None = None, most: int | None = None) -> str | None:
        """Ship what an order wants, at most `most` of a line, and `more` of some lines than they want; tell what was not found."""
        with self.storage.change():
            leaving, missing = [], []
            for line_id, sku, wanted in self.storage.all(
                "SELECT id, sku, wanted - shipped FROM lines WHERE order_id = ? ORDER BY id", order_id
            ):
                asked = max(wanted, 0) + (more or {}).get(line_id, 0)
                asked = asked if most is None else min(asked, most)
                found = min(asked, self._shelf(sku))
                if found < min(asked, max(wanted, 0)):
                    missing.append({"line_id": line_id, "sku": sku, "missing": str(min(asked, wanted) - found)})
                    self.storage.run(
                        "UPDATE lines SET wanted = wanted - ? WHERE order_id = ? AND id = ?",
                        min(asked, wanted) - found,
                        order_id,
                        line_id,
                    )
                if found > 0:
                    leaving.append((line_id, sku, found))
            if missing:
                self._tell("short_picked", {"pick_id": self._new_id(), "lines": missing}, order_id)
            return self._leave(order_id, leaving) if leaving else None

    def take_back(self, order_id: str, line_id: str, quantity: int, condition: str = "to_inspect") -> str:
        """Take goods back that were shipped; they wait to be looked at. Returns the id of the return."""
        with self.storage.change():
            (sku,) = self.storage.one("SELECT sku FROM lines WHERE order_id = ? AND id = ?", order_id, line_id)
            self.storage.run(
                "UPDATE stock SET on_hand = on_hand + ?, inspected = inspected + ? WHERE sku = ?",
                quantity,
                quantity,
                sku,
            )
            line = {"line_id": line_id, "sku": sku, "quantity": str(quantity), "condition": condition}
            return_id = self._new_id()
            self.storage.run("INSERT INTO returns VALUES (?, ?, ?, ?, ?)", return_id, line_id, order_id, sku, quantity)
            self._tell("returned", {"return_id": return_id, "lines": [line]}, order_id)
            return return_id

    def inspect(self, return_id: str, line_id: str, good: int = 0, damaged: int = 0, scrapped: int = 0) -> None:
        """Look at goods that came back, and tell what was found."""
        with self.storage.change():
            inspection_id, parts = self._new_id(), {"good": good, "damaged": damaged, "scrapped": scrapped}
            self.storage.run("INSERT INTO inspections VALUES (?)", inspection_id)
            order_id, sku = self._found(return_id, line_id, **parts)
            line = {"line_id": line_id, "sku": sku} | {name: str(part) for name, part in parts.items()}
            told = {"inspection_id": inspection_id, "return_id": return_id, "lines": [line]}
            self._tell("inspected", told, order_id)

    def sell(self, sku: str, quantity: int) -> None:
        """Sell from the same shelf to somebody else."""
        self.move(sku, -quantity)

    def move(self, sku: str, change: int) -> None:
        """Let goods appear or go without an order, and tell the new stock."""
        with self.storage.change():
            self.storage.run("UPDATE stock SET on_hand = on_hand + ? WHERE sku = ?", change, sku)
            self._tell_stock("stock", sku)

    def lose(self, sku: str, quantity: int) -> None:
        """Let goods go without anybody seeing it."""
        with self.storage.change():
            self.storage.run("UPDATE stock SET on_hand = on_hand - ? WHERE sku = ?", quantity, sku)

    def count(self, sku: str, count_id: str = "") -> None:
        """Count a product and tell it."""
        with self.storage.change():
            self._tell_stock("counted", sku, {"count_id": count_id or self._new_id()})

    def tell_stock(self) -> None:
        """Tell the stock of everything."""
        with self.storage.change():
            for (sku,) in self.storage.all("SELECT sku FROM stock ORDER BY sku"):
                self._tell_stock("stock", sku)

    def beat(self) -> None:
        """Say that everything was told up to now."""
        with self.storage.change():
            self._tell("heartbeat", {})

    # Below the surface.

    def _knows(self, sku: str) -> bool:
        return bool(self.storage.all("SELECT 1 FROM stock WHERE sku = ?", sku))

    def _want(self, order_id: str, lines: Sequence[Mapping[str, Any]]) -> None:
        self.storage.run("UPDATE lines SET wanted = shipped WHERE order_id = ?", order_id)
        for line in lines:
            self.storage.run(
                "INSERT INTO lines (order_id, id, sku, wanted) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (order_id, id) DO UPDATE SET wanted = excluded.wanted",
                order_id,
                line["line_id"],
                line["sku"],
                int(line["quantity"]),
            )

    def _lines(self, order_id: str) -> list[Json]:
        rows = self.storage.all("SELECT id, sku, wanted, shipped FROM lines WHERE order_id = ? ORDER BY id", order_id)
        return [
            {"line_id": line_id, "sku": sku, "quantity": str(wanted), "shipped": str(shipped)}
            for line_id, sku, wanted, shipped in rows
        ]

    def _found(self, return_id: str, line_id: str, good: int, damaged: int, scrapped: int) -> tuple[str, str]:
        known = self.storage.all(
            "SELECT order_id, sku, waits FROM returns WHERE id = ? AND line_id = ?", return_id, line_id
        )
        looked_at = good + damaged + scrapped
        if not known or looked_at > known[0][2] or min(good, damaged, scrapped) < 0:
            raise ValueError(f"{looked_at} were found of return {return_id}, {known[0][2] if known else 0} wait")
        order_id, sku, _ = known[0]
        self.storage.run(
            "UPDATE returns SET waits = waits - ? WHERE id = ? AND line_id = ?", looked_at, return_id, line_id
        )
        self.storage.run(
            "UPDATE stock SET on_hand = on_hand - ?, damaged = damaged + ?, inspected = inspected - ? WHERE sku = ?",
            scrapped,
            damaged,
            looked_at,
            sku,
        )
        return order_id, sku

    def _shelf(self, sku: str) -> int:
        return int(self.storage.one("SELECT on_hand - damaged - inspected FROM stock WHERE sku = ?", sku)[0])

    def _leave(self, order_id: str, leaving: Sequence[tuple[str, str, int]]) -> str:
        shipment_id = self._new_id()
        self.storage.run("INSERT INTO shipments VALUES (?, ?)", shipment_id, order_id)
        for line_id, sku, quantity in leaving:
            self.storage.run("UPDATE stock SET on_hand = on_hand - ? WHERE sku = ?", quantity, sku)
            self.storage.run(
                "UPDATE lines SET shipped = shipped + ?, wanted = max(wanted, shipped + ?) WHERE order_id = ? AND id = ?",
                quantity,
                quantity,
                order_id,
                line_id,
            )
        lines = [{"line_id": line_id, "sku": sku, "quantity": str(quantity)} for line_id, sku, quantity in leaving]
        told = {"shipment_id": shipment_id, "carrier": "parcel", "tracking": f"T{shipment_id}", "lines": lines}
        self._tell("shipped", told, order_id)
        return shipment_id

    def _stock(self, sku: str) -> Json:
        on_hand, damaged, inspected, seq = self.storage.one(
            "SELECT on_hand, damaged, inspected, seq FROM stock WHERE sku = ?", sku
        )
        lie = self.lies.get(sku, 0)
        return {
            "sku": sku,
            "on_hand": str(max(on_hand + lie, 0)),
            "damaged": str(damaged),
            "on_hold": str(inspected),
            "stock_seq": seq,
        }

    def _tell_stock(self, kind: str, sku: str, more: Json | None = None) -> None:
        self.storage.run("UPDATE stock SET seq = seq + 1 WHERE sku = ?", sku)
        self._tell(kind, self._stock(sku) | (more or {}))

    def _tell(self, kind: str, body: Json, order_id: str | None = None, order_seq: int | None = None) -> None:
        number = self.storage.one("SELECT coalesce(max(seq), 0) + 1 FROM messages")[0]
        self.storage.run(
            "INSERT INTO messages (id, kind, order_id, order_seq, occurred_at, body) VALUES (?, ?, ?, ?, ?, ?)",
            f"{self.storage.name}-{number}",
            kind,
            order_id,
            order_seq,
            self.clock().isoformat(),
            json.dumps(body),
        )

    def _new_id(self) -> str:
        return f"{self.chance.getrandbits(64):016x}"


def _message(row: tuple[Any, ...]) -> Json:
    seq, id_, kind, order_id, order_seq, occurred_at, body = row
    return {
        "id": id_,
        "seq": seq,
        "kind": kind,
        "order_id": order_id,
        "order_seq": order_seq,
        "occurred_at": occurred_at,
        "body": json.loads(body),
    }
