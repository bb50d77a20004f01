"""The policy of an order, decided from its facts, and again from their text to the same bytes."""

import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from apps.inventory.decisions.backorders.document import OrderTerms, Policies


class OrderPolicyDecided(NamedTuple):
    """What an order agreed to, as it is kept."""

    ship: str
    minimum_percent: Decimal | None = None
    minimum_quantity: Decimal | None = None
    most_shipments: int | None = None
    kits_whole: bool = False
    substitutes: bool = False
    cancel_on: date | None = None


def facts_of(
    group: str, channel: str, country: str, currency: str, partial_ok: bool, ordered_on: date
) -> dict[str, Any]:
    """Return the facts of a decision; `ordered_on` is the business day of the order at its legal entity."""
    return {
        "customer_group": group,
        "channel": channel,
        "country": country,
        "currency": currency,
        "partial_ok": partial_ok,
        "ordered_on": ordered_on.isoformat(),
    }


def decide_policy(policies: Policies | None, facts: Mapping[str, Any]) -> tuple[str, OrderPolicyDecided | None]:
    """Return the name of the policy that holds ("" for none) and what the order agreed to; None: as it is ready.

    A customer who takes no partial delivery gets his goods complete, whatever the rules say of minimums.
    """
    found = policies.policy_for(facts) if policies else None
    whole = not facts["partial_ok"]
    if found is None or found.is_usual:
        return (found.name if found else ""), OrderPolicyDecided("complete") if whole else None
    return found.name, _decided(found, whole, date.fromisoformat(facts["ordered_on"]))


def _decided(terms: OrderTerms, whole: bool, ordered_on: date) -> OrderPolicyDecided:
    return OrderPolicyDecided(
        ship="complete" if whole else terms.ship,
        minimum_percent=None if whole else terms.minimum_percent,
        minimum_quantity=None if whole else terms.minimum_quantity,
        most_shipments=terms.most_shipments,
        kits_whole=terms.kits == "whole",
        substitutes=bool(terms.substitutes),
        cancel_on=ordered_on + timedelta(days=terms.cancel_after_days) if terms.cancel_after_days else None,
    )


def texts_of(name: str, decided: OrderPolicyDecided | None, canonical: Callable[[Any], str]) -> tuple[str, str]:
    """Return outcome and trace as canonical texts."""
    outcome = {"policy": None if decided is None else {**decided._asdict(), "cancel_on": _day(decided.cancel_on)}}
    return canonical(outcome), canonical({"holds": name})


def replay(policies: Policies, facts: str, canonical: Callable[[Any], str]) -> tuple[str, str]:
    """Decide again."""
    return texts_of(*decide_policy(policies, json.loads(facts)), canonical)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
