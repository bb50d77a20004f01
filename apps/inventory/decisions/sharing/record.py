"""What a run is decided from and what came of it, as canonical texts, and its replay from them to the same bytes.

Facts: {"today", "legal_entity", "strategy", "goods": [[product, SKU, category, decimals]], "shelves": [[stock row, warehouse, product,
free]], "quotas": [[quota, product, warehouse | null, channel, left]], "lines": [[line, order, product, waits for, since, wanted on | null,
customer group, channel, country, currency, kit | null, in one kit | null, kits only whole, [barred warehouse],
[[stock row, warehouse, has]]]]}, quantities as
plain text. The strategy "" is what the rules name for each product; "manual" comes with "quantities": [[line, quantity]] that were said.
Outcome: {"given": [[line, stock row, quantity, quota | null]], "taken": [[from line, to line, stock row, quantity]]}.
Trace: {"strategies": [[SKU, strategy]], "tiers": {name: [line]}}.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.inventory.decisions.allocation import Group
from apps.inventory.decisions.sharing.by_hand import Quantities, give_by_hand
from apps.inventory.decisions.sharing.document import Sharing
from apps.inventory.decisions.sharing.facts import QuotaLeft, Shelf, Strategy, from_parts, to_parts
from apps.inventory.decisions.sharing.runs import Held, Outcome, Party, run_allocation
from apps.inventory.decisions.sharing.turns import Goods, Rules, Waiting

NOTHING: Final[Quantities] = {}
NOBODY: Final[Mapping[UUID, frozenset[UUID]]] = {}


class RunFacts(NamedTuple):
    """All that a run of one legal entity is decided from; shelves as warehouses are asked, lines in the order of their ids.
    `barred`: by line, the warehouses that the rules of sourcing keep from sending it."""

    legal_entity_id: UUID
    today: date
    lines: Sequence[Waiting]
    held: Mapping[UUID, tuple[Held, ...]]
    shelves: Sequence[Shelf]
    quotas: Sequence[QuotaLeft]
    goods: Mapping[UUID, Goods]
    barred: Mapping[UUID, frozenset[UUID]] = NOBODY


class Texts(NamedTuple):
    """A decision as it is stored."""

    facts: str
    outcome: str
    trace: str


def decide_run(sharing: Sharing | None, facts: RunFacts, strategy: str, by_hand: Quantities = NOTHING) -> Outcome:
    """Return what a strategy would do; "" is the one that the rules name for each product, "manual" gives what is said by hand."""
    if by_hand:
        return give_by_hand(facts.lines, facts.shelves, facts.quotas, facts.goods, by_hand, facts.barred).outcome
    rules = _rules(sharing, facts)
    strategies = _strategies(rules, facts, strategy)
    parties = [_party(rules, facts, line, strategies.get(line.group)) for line in facts.lines]
    take_from = sharing.document.take_from if sharing else ()
    return run_allocation(parties, facts.shelves, strategies, facts.quotas, take_from, today=facts.today)


def run_texts(sharing: Sharing, facts: RunFacts, strategy: str, by_hand: Quantities = NOTHING) -> Texts:
    """Return the texts of a run that was carried out."""
    said = {"quantities": [[str(id), _text(quantity)] for id, quantity in by_hand.items()]} if by_hand else {}
    written = canonical(facts_told(facts) | {"strategy": strategy} | said)
    return Texts(written, *replay_run(sharing, written))


def replay_run(sharing: Sharing, written: str) -> tuple[str, str]:
    """Decide again from stored facts; returns the outcome and the trace, to the byte."""
    known = json.loads(written)
    facts, strategy = _facts_read(known), known["strategy"]
    by_hand = {UUID(id): Decimal(quantity) for id, quantity in known.get("quantities", ())}
    outcome = decide_run(sharing, facts, strategy, by_hand)
    return canonical(_outcome(outcome)), canonical(_trace(_rules(sharing, facts), facts, strategy))


def facts_told(facts: RunFacts) -> dict[str, Any]:
    """Return the facts as they are written, without the strategy."""
    return {
        "today": facts.today.isoformat(),
        "legal_entity": str(facts.legal_entity_id),
        "goods": [[str(id), *facts.goods[id]] for id in sorted(facts.goods)],
        "shelves": [[str(s.stock_id), str(s.warehouse_id), str(s.group[1]), _quantity(s.free)] for s in facts.shelves],
        "quotas": [
            [str(q.quota_id), str(q.group[1]), _id(q.warehouse_id), q.channel, _quantity(q.left)] for q in facts.quotas
        ],
        "lines": [_line_told(line, facts) for line in facts.lines],
    }


def canonical(value: Any) -> str:
    """Return the canonical JSON text: sorted keys, no white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _rules(sharing: Sharing | None, facts: RunFacts) -> Rules:
    return Rules({facts.legal_entity_id: sharing} if sharing else {}, facts.goods)


def _strategies(rules: Rules, facts: RunFacts, name: str) -> dict[Group, Strategy]:
    groups = dict.fromkeys(line.group for line in facts.lines)
    known = rules.strategies(groups)
    return {group: known.get(group, Strategy())._replace(name=name) for group in groups} if name else known


def _party(rules: Rules, facts: RunFacts, line: Waiting, strategy: Strategy | None) -> Party:
    tier = rules.tier_of(line)
    named = (tier.name, tier.stance) if tier else ("", "redistribute")
    asked = rules.line(line, strategy)._replace(barred=facts.barred.get(line.line_id, frozenset()))
    return Party(asked, facts.held.get(line.line_id, ()), *named, line.wanted_on)


def _line_told(line: Waiting, facts: RunFacts) -> list[Any]:
    return [
        str(line.line_id), str(line.order_id), str(line.product_id), _text(line.quantity), line.occurred_at.astimezone(UTC).isoformat(),
        line.wanted_on.isoformat() if line.wanted_on else None, line.customer_group, line.channel, line.country, line.currency,
        line.kit_no, None if line.per_kit is None else _text(line.per_kit), line.kits_whole,
        sorted(str(place) for place in facts.barred.get(line.line_id, ())),
        [[str(each.stock_id), str(each.warehouse_id), _quantity(each.quantity)] for each in facts.held.get(line.line_id, ())],
    ]  # fmt: skip


def _line_read(row: Sequence[Any], legal_entity_id: UUID) -> Waiting:
    (
        line_id,
        order_id,
        product_id,
        quantity,
        since,
        wanted_on,
        group,
        channel,
        country,
        currency,
        kit_no,
        per_kit,
        kits_whole,
    ) = row[:13]
    waits = Decimal(quantity)
    return Waiting(
        UUID(order_id), UUID(line_id), legal_entity_id, UUID(product_id), waits, datetime.fromisoformat(since),
        date.fromisoformat(wanted_on) if wanted_on else None, group, channel, country, currency, 0, waits, None, None,
        kit_no, None if per_kit is None else Decimal(per_kit), kits_whole,
    )  # fmt: skip


def _facts_read(known: Mapping[str, Any]) -> RunFacts:
    entity = UUID(known["legal_entity"])
    return RunFacts(
        entity,
        date.fromisoformat(known["today"]),
        [_line_read(row, entity) for row in known["lines"]],
        {UUID(row[0]): tuple(_held_read(held) for held in row[-1]) for row in known["lines"] if row[-1]},
        [
            Shelf(UUID(stock), UUID(place), (entity, UUID(product)), to_parts(Decimal(free)))
            for stock, place, product, free in known["shelves"]
        ],
        [
            QuotaLeft(UUID(id), (entity, UUID(product)), UUID(at) if at else None, channel, to_parts(Decimal(left)))
            for id, product, at, channel, left in known["quotas"]
        ],
        {UUID(id): Goods(*said) for id, *said in known["goods"]},
        {UUID(row[0]): frozenset(map(UUID, row[-2])) for row in known["lines"] if row[-2]},
    )


def _held_read(row: Sequence[str]) -> Held:
    return Held(UUID(row[0]), UUID(row[1]), to_parts(Decimal(row[2])))


def _outcome(outcome: Outcome) -> dict[str, Any]:
    given = [[str(g.line_id), str(g.stock_id), _quantity(g.quantity), _id(g.quota_id)] for g in outcome.given]
    taken = [[str(t.from_line), str(t.to_line), str(t.stock_id), _quantity(t.quantity)] for t in outcome.taken]
    return {"given": given, "taken": taken}


def _trace(rules: Rules, facts: RunFacts, strategy: str) -> dict[str, Any]:
    named = _strategies(rules, facts, strategy)
    tiers: dict[str, list[str]] = {}
    for line in facts.lines:
        if tier := rules.tier_of(line):
            tiers.setdefault(tier.name, []).append(str(line.line_id))
    return {
        "strategies": sorted([facts.goods[group[1]].sku, each.name] for group, each in named.items()),
        "tiers": tiers,
    }


def _id(id: UUID | None) -> str | None:
    return str(id) if id else None


def _quantity(parts: int) -> str:
    return _text(from_parts(parts))


def _text(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}" if quantity else "0"
