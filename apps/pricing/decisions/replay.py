"""The decision of a whole order as canonical texts, and its replay from them.

Facts: {"at", "currency", "customer_group", "legal_entity", "lines": [{"agreed"?, "prices"?, "product", "quantity"}]}, where
`prices` are the candidates as lists. Outcome: {"lines": [[unit price or null, net_minor, source]]}. Trace: {"traces": [distinct],
"lines": [index into them]}, so that a thousand equal explanations are written once.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from apps.pricing.decisions.access import AccessSequence
from apps.pricing.decisions.price import Candidate, Priced, Trace, decide_price


class LineFacts(NamedTuple):
    """What the price of one line depends on, besides what it shares with its order."""

    product: str
    quantity: Decimal
    agreed: Decimal | None
    candidates: Sequence[Candidate]


class Texts(NamedTuple):
    """A decision as it is stored: three canonical JSON texts."""

    facts: str
    outcome: str
    trace: str


def texts_of(shared: dict[str, Any], lines: Iterable[LineFacts], priced: Iterable[Priced]) -> Texts:
    """Return the texts of a decision; `shared` holds at, currency, customer_group and legal_entity as JSON values."""
    answers = list(priced)
    facts = canonical({**shared, "lines": [_line(line) for line in lines]})
    return Texts(facts, outcome_of(answers), trace_of([answer.trace for answer in answers]))


def replay_prices(sequence: AccessSequence, facts: str) -> tuple[str, str]:
    """Decide again from stored facts; returns the outcome and the trace, to the byte."""
    known = orjson.loads(facts)
    answers = [
        decide_price(
            sequence,
            known["currency"],
            known["customer_group"],
            known["legal_entity"],
            Decimal(line["quantity"]),
            Decimal(line["agreed"]) if "agreed" in line else None,
            [_candidate(values) for values in line.get("prices", ())],
        )
        for line in known["lines"]
    ]
    return outcome_of(answers), trace_of([answer.trace for answer in answers])


def outcome_of(answers: Sequence[Priced]) -> str:
    """Return the canonical outcome of the lines."""
    lines = [
        [None if price is None else format(price, "f"), net_minor, source] for price, net_minor, source, _ in answers
    ]
    return canonical({"lines": lines})


def trace_of(traces: Sequence[Trace]) -> str:
    """Return the canonical trace of the lines, equal explanations once."""
    distinct: dict[str, int] = {}
    seen: dict[int, int] = {}
    places = []
    for trace in traces:
        place = seen.get(id(trace))
        if place is None:
            place = seen[id(trace)] = distinct.setdefault(canonical(trace), len(distinct))
        places.append(place)
    return f'{{"lines":{canonical(places)},"traces":[{",".join(distinct)}]}}'


def read_trace(text: str) -> list[Trace]:
    """Return the explanation of each line from a stored trace."""
    known = orjson.loads(text)
    return [known["traces"][place] for place in known["lines"]]


def canonical(value: Any) -> str:
    """Return the canonical JSON text: sorted keys, no white space."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _line(line: LineFacts) -> dict[str, Any]:
    known: dict[str, Any] = {"product": line.product, "quantity": format(line.quantity, "f")}
    if line.agreed is not None:
        known["agreed"] = format(line.agreed, "f")
    if line.candidates:
        known["prices"] = [_values(found) for found in line.candidates]
    return known


def _values(found: Candidate) -> list[Any]:
    return [*found[:5], format(found.from_quantity, "f"), format(found.unit_price, "f")]


def _candidate(values: Sequence[Any]) -> Candidate:
    price_list, record, group, entity, priority, from_quantity, unit_price = values
    return Candidate(price_list, record, group, entity, priority, Decimal(from_quantity), Decimal(unit_price))
