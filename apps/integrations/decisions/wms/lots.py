"""Goods in lots: what a warehouse system says of them beside what we believe."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import orjson

from apps.integrations.decisions.wms.bodies import StockTold
from apps.integrations.decisions.wms.telling import text

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class LotDifference:
    """By how much a lot differs from our books; "" where goods are not kept in lots."""

    lot: str
    difference: Decimal
    expires_on: date | None = None


def lots_fault(told: StockTold, *, has_lots: bool) -> str:
    """Return why what was said of lots cannot be compared, "" when it can."""
    if not has_lots:
        return f"{told.sku} is not kept in lots: name none." if told.lots else ""
    if told.on_hand and not told.lots:
        return f"{told.sku} is kept in lots: say what lies there of each (lots)."
    codes = [each.lot for each in told.lots]
    if len(set(codes)) != len(codes):
        return f"{told.sku}: a lot is named twice."
    if (found := sum((each.on_hand for each in told.lots), NOTHING)) != told.on_hand:
        return f"{told.sku}: its lots come to {text(found)}, not to {text(told.on_hand)}."
    return ""


def lot_differences(told: StockTold, believed: Mapping[str, Decimal]) -> list[LotDifference]:
    """Return the lots that differ, by code; a lot that is not named lies there no more."""
    expiry = {each.lot: each.expires_on for each in told.lots}
    there = {each.lot: each.on_hand for each in told.lots}
    found = [
        LotDifference(code, there.get(code, NOTHING) - believed.get(code, NOTHING), expiry.get(code))
        for code in sorted(there.keys() | believed.keys())
    ]
    return [each for each in found if each.difference]


def written(differences: list[LotDifference]) -> str:
    """Write differences of lots into a case."""
    rows = {d.lot: {"difference": text(d.difference), "expires_on": d.expires_on} for d in differences}
    return orjson.dumps(rows).decode()


def read(text_of_case: str) -> list[LotDifference]:
    """Read the differences of lots that a case names; what is missing first."""
    rows: dict[str, Any] = orjson.loads(text_of_case)
    found = [
        LotDifference(
            code, Decimal(row["difference"]), date.fromisoformat(row["expires_on"]) if row["expires_on"] else None
        )
        for code, row in rows.items()
    ]
    return sorted(found, key=lambda each: (each.difference, each.lot))
