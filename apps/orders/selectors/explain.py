"""Why an order's lines cost what they cost: the decision that was kept when the order was placed or released last."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from apps.pricing.contract import RULES_KIND, LineTold, explain_line, explain_order
from apps.rulebooks.contract import DecisionFacts, Pinned, decisions_of, pinned_version


def price_explanation(order_id: UUID) -> dict[str, Any]:
    """Return the latest price decision: the version's SHA-256, when it was taken, what happened to the order, and per line what
    was asked, what came out (unit_price, net_minor, source) and what was tried. The lines stand in the order in which they came in.
    """
    taken = [decision for decision in decisions_of(order_id) if decision.kind == RULES_KIND]
    if not taken:
        return {"version_sha256": None, "taken_at": None, "decision_id": None, "order": None, "lines": []}
    last = taken[-1]
    trace = orjson.loads(last.trace)
    return {
        "version_sha256": bytes(last.version_sha256).hex(),
        "taken_at": last.taken_at,
        "decision_id": last.id,
        "order": explain_order(trace),
        "lines": _lines(last, trace),
    }


def _lines(decision: DecisionFacts, trace: Mapping[str, Any]) -> list[dict[str, Any]]:
    asked, outcomes = orjson.loads(decision.facts)["lines"], orjson.loads(decision.outcome)["lines"]
    found = []
    for place, (line, outcome) in enumerate(zip(asked, outcomes, strict=True)):
        unit_price, _, gross_minor, _, net_minor, _, source, *_ = outcome
        told = explain_line(trace, place, gross_minor)
        found.append(
            {
                "product": line["product"],
                "quantity": line["quantity"],
                "unit_price": unit_price,
                "net_minor": net_minor,
                "source": source,
                "trace": _steps(told),
                "told": told,
            }
        )
    return found


def _steps(told: LineTold) -> Sequence[Mapping[str, Any]]:
    """Return what was tried on a line as a list of JSON objects: accesses, then what was taken off, then who lost."""
    missed = [{"access": each.access, "missed": each.why, "why": each.words} for each in told.missed]
    found = [dict(told.found)] if told.found else []
    taken = [
        {
            "rule": step.rule,
            "before_minor": step.before_minor,
            "after_minor": step.after_minor,
            "of": "line" if step.left is not None else "order",
        }
        for step in told.steps
    ]
    lost = [{"rule": each.rule, "lost": each.why, "by": each.by, "why": each.words} for each in told.lost]
    floors = [{"floor": floor["rule"], **{k: v for k, v in floor.items() if k != "rule"}} for floor in told.floors]
    borne = [{"charge": rule, "borne": f"{amount.normalize():f}"} for rule, amount in told.borne.items()]
    return [*missed, *found, *taken, *lost, *floors, *borne]


def version_that_priced(explanation: dict[str, Any]) -> Pinned | None:
    """Return the version that took a price decision, None when nothing was decided."""
    sha256, at = explanation["version_sha256"], explanation["taken_at"]
    if not sha256:
        return None
    return pinned_version(RULES_KIND, bytes.fromhex(sha256), at)
