"""What was found of goods that wait to be looked at: which findings can be, and which goods move where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from apps.inventory.decisions.facts import Refusal
from apps.inventory.decisions.facts.bins import BinMove
from apps.inventory.decisions.facts.inspecting import Finding, FoundOnLine
from apps.inventory.decisions.receiving import MAX_QUANTITY

# Where what was found goes. What is good comes last: what leaves before it costs the average of all.
TO: Final = (("damaged", "damaged"), ("scrapped", "scrap"), ("good", "shelf"))


@dataclass(frozen=True, slots=True)
class Waiting:
    """Goods that wait to be looked at; `decimals` are those of the product's unit."""

    id: UUID
    waits: Decimal
    warehouse_id: UUID
    product_id: UUID
    lot_code: str
    order_id: UUID
    line_id: UUID
    legal_entity_id: UUID
    return_ref: str
    decimals: int


def judge_findings(
    findings: Iterable[Finding], rows: Mapping[UUID, Waiting]
) -> tuple[list[tuple[Finding, Waiting]], list[Refusal]]:
    """Take findings in the order given; together they find at most what waits.

    Refused: `unknown_inspection`, `quantity_out_of_range` (below zero, nothing at all, or finer than its unit), `more_than_waits`.
    """
    left = {row.id: row.waits for row in rows.values()}
    taken: list[tuple[Finding, Waiting]] = []
    refused: list[Refusal] = []
    for finding in findings:
        row = rows.get(finding.inspection_id)
        fault = _fault(finding, row, left)
        if fault is not None or row is None:
            refused.append(fault or _unknown(finding))
        else:
            left[row.id] -= finding.quantity
            taken.append((finding, row))
    return taken, refused


def _unknown(finding: Finding) -> Refusal:
    return Refusal(finding.source_ref, "unknown_inspection", f"No goods wait as {finding.inspection_id}.")


def _fault(finding: Finding, row: Waiting | None, left: Mapping[UUID, Decimal]) -> Refusal | None:
    if row is None:
        return _unknown(finding)
    parts = (finding.good, finding.damaged, finding.scrapped)
    if any(not 0 <= part <= MAX_QUANTITY for part in parts) or not any(parts):
        detail = "Say how many are good, damaged or scrapped: none below zero, and one at least above."
        return Refusal(finding.source_ref, "quantity_out_of_range", detail)
    if any(part != round(part, row.decimals) for part in parts):
        detail = f"This product is counted with {row.decimals} decimals."
        return Refusal(finding.source_ref, "quantity_out_of_range", detail)
    if finding.quantity > left[row.id]:
        detail = f"{finding.quantity.normalize():f} were found, {left[row.id].normalize():f} still wait."
        return Refusal(finding.source_ref, "more_than_waits", detail)
    return None


def moves_of(taken: Sequence[tuple[Finding, Waiting]], ids: Sequence[UUID]) -> list[BinMove]:
    """Return the moves of goods that findings make; `ids` are those of the findings."""
    return [
        BinMove(
            row.warehouse_id,
            row.product_id,
            getattr(finding, part),
            "held",
            to,
            finding.occurred_at,
            f"inspection:{finding_id}:{part}",
            finding.note,
            row.lot_code,
        )
        for part, to in TO
        for finding_id, (finding, row) in zip(ids, taken, strict=True)
        if getattr(finding, part)
    ]


def spread_over(found: FoundOnLine, rows: Iterable[Waiting]) -> list[tuple[Waiting, FoundOnLine]]:
    """Spread what was found of a line over what of it waits, the oldest first.

    More than waits stands with the last row, which refuses it.
    """
    rest = {"good": found.good, "damaged": found.damaged, "scrapped": found.scrapped}
    spread: list[tuple[Waiting, FoundOnLine]] = []
    waiting = list(rows)
    for place, row in enumerate(waiting):
        room = row.waits if place + 1 < len(waiting) else sum(rest.values(), Decimal(0))
        parts = {}
        for name, quantity in rest.items():
            parts[name] = min(quantity, room)
            room -= parts[name]
            rest[name] -= parts[name]
        if any(parts.values()):
            spread.append((row, FoundOnLine(found.line_id, **parts)))
    return spread
