"""Why a line costs what it costs: the decision that was kept when the order was confirmed."""

from typing import Any
from uuid import UUID

import orjson

from apps.pricing.contract import read_trace
from apps.rulebooks.contract import decisions_of

PRICING = "pricing.access"


def price_explanation(order_id: UUID) -> dict[str, Any]:
    """Return the latest price decision: the version's SHA-256, when it was taken, and per line what was asked, the outcome
    and every access tried. The lines stand in the order in which they came in.
    """
    taken = [decision for decision in decisions_of(order_id) if decision.kind == PRICING]
    if not taken:
        return {"version_sha256": None, "taken_at": None, "lines": []}
    last = taken[-1]
    asked = orjson.loads(last.facts)["lines"]
    outcomes = orjson.loads(last.outcome)["lines"]
    return {
        "version_sha256": bytes(last.version_sha256).hex(),
        "taken_at": last.taken_at,
        "lines": [
            {"product": line["product"], "quantity": line["quantity"], "outcome": outcome, "trace": trace}
            for line, outcome, trace in zip(asked, outcomes, read_trace(last.trace), strict=True)
        ],
    }
