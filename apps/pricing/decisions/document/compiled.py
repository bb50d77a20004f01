"""The document made ready once per version: everything in its declared order, conditions compiled, what must be fetched named."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple, Self

from apps.pricing.decisions.document.asking import Asked, Test
from apps.pricing.decisions.document.conditions import OF_ACCESSES, OF_LINES, OF_ORDERS, ORDER_NAMES, Language
from apps.pricing.decisions.document.gives import WEIGHT_GIVES, Give
from apps.pricing.decisions.document.schema import Access, Charge, Discount, Floor, Group, PricingRules


@dataclass(frozen=True, slots=True, eq=False)
class RuleReady:
    """A discount or charge made ready; `group` is what it competes in."""

    name: str
    group: str
    give: Give
    when: Test | None
    wall_from: datetime | None
    wall_until: datetime | None
    zone: str | None
    coupon: str | None
    sku: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class GroupReady:
    """A group with its discounts in precedence: higher priority, then name."""

    name: str
    method: str
    exclusive: bool
    discounts: tuple[RuleReady, ...]


class Place(NamedTuple):
    """An access made ready: its members at hand, and what it says when it has nothing."""

    access: Access
    name: str
    scope: str | None
    final: bool
    nothing: tuple[str, str]
    no_group: tuple[str, str]
    when: Test | None

    @classmethod
    def of(cls, access: Access, when: Test | None) -> Self:
        name, nothing = access.name, _NOTHING[access.source]
        no_group = "no_customer_group" if access.scope == "customer_group" else nothing
        return cls(access, name, access.scope, access.is_final, (name, nothing), (name, no_group), when)


_NOTHING: Final = {"agreed_price": "no_agreed_price", "price_list": "no_price_in_force", "parts": "not_a_bundle"}


# Groups of which only the best counts; most stages have one.
StageReady = tuple[GroupReady, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FloorReady:
    """A floor made ready."""

    floor: Floor
    when: Test | None


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """A document made ready. The last members say what a cart's facts need besides prices in force.

    `reads`: names that conditions read; `skus`: products that rules may add; `campaigns`: of coupons; `period_days`: of scales;
    `converts`: prices in other currencies are of use; `scopes`: of the price lists that are looked at; `other_units`: prices for any
    unit are of use; `access_reads`: names that conditions of accesses read; `sums_parts`: bundles may cost what their parts do;
    `weighs`: weights are asked for.
    """

    document: PricingRules
    accesses: tuple[Access, ...]
    line_stages: tuple[StageReady, ...]
    order_stages: tuple[StageReady, ...]
    charges: tuple[tuple[str, tuple[RuleReady, ...]], ...]
    floors: tuple[FloorReady, ...]
    reads: frozenset[str]
    skus: frozenset[str]
    campaigns: frozenset[str]
    period_days: frozenset[int]
    converts: bool
    scopes: frozenset[str]
    scales_over_order: bool
    coupon_of: dict[str, str]
    asked: Asked
    order_reads: tuple[str, ...]
    places: tuple[Place, ...]
    other_units: bool
    access_reads: frozenset[str]
    sums_parts: bool
    weighs: bool
    plans: dict[Any, Any] = field(default_factory=dict, repr=False)
    discounted: dict[Any, Any] = field(default_factory=dict, repr=False)

    @property
    def timed(self) -> Iterable[RuleReady]:
        """Every discount and charge."""
        for stage in (*self.line_stages, *self.order_stages):
            for group in stage:
                yield from group.discounts
        for _, charges in self.charges:
            yield from charges


def compile_rules(document: PricingRules, language: Language) -> Rules:
    """Return the document made ready; the order in which rules are stored leaves no trace. Raises what the language raises."""
    ready = {rule.name: _rule_ready(rule, language, OF_LINES) for rule in document.discounts}
    groups = {group.name: _group_ready(group, document, ready) for group in document.groups}
    charges = _charges_ready(document, language)
    floors = tuple(
        FloorReady(floor, _test(floor.when, language, OF_LINES))
        for floor in sorted(document.floors, key=lambda floor: floor.name)
    )
    named = {rule.name: rule.when for rule in (*ready.values(), *(rule for _, rules in charges for rule in rules))}
    named |= {ready.floor.name: ready.when for ready in floors}
    places = tuple(Place.of(access, _test(access.when, language, OF_ACCESSES)) for access in document.accesses)
    access_reads = frozenset(name for place in places if place.when for name in place.when.names)
    reads = access_reads.union(*(test.names for test in named.values() if test))
    return Rules(
        document=document,
        accesses=document.accesses,
        line_stages=_stages(document, "line", groups),
        order_stages=_stages(document, "order", groups),
        charges=charges,
        floors=floors,
        reads=reads,
        skus=frozenset(_added_skus(document)),
        campaigns=frozenset(rule.coupon for rule in (*document.discounts, *document.charges) if rule.coupon),
        period_days=frozenset(access.period_days for access in document.accesses if access.period_days),
        converts=any(access.convert for access in document.accesses),
        scopes=frozenset(access.scope for access in document.accesses if access.scope),
        scales_over_order=any(access.scale != "line" for access in document.accesses),
        asked=Asked(named),
        order_reads=tuple(sorted(ORDER_NAMES.keys() & reads)),
        places=places,
        other_units=any(access.other_units for access in document.accesses),
        access_reads=access_reads,
        sums_parts=any(access.source == "parts" for access in document.accesses),
        weighs="order_weight" in reads or any(rule.give.way in WEIGHT_GIVES for rule in document.charges),
        coupon_of={rule.name: rule.coupon for rule in (*document.discounts, *document.charges) if rule.coupon},
    )


def _test(when: str | None, language: Language, names: Any) -> Test | None:
    if when is None:
        return None
    keys: dict[str, frozenset[str]] = {}
    for name, sign, literal in language.comparisons(when) or ():
        values = literal if sign == "in" else (literal,)
        if sign in {"==", "in"} and all(isinstance(value, str) for value in values):
            keys[name] = keys.get(name, frozenset(values)) & frozenset(values)
    return Test(language.compile(when, names), language.failed, keys)


def _rule_ready(rule: Discount | Charge, language: Language, names: Any) -> RuleReady:
    group, sku = (rule.group, "") if isinstance(rule, Discount) else (rule.of, rule.sku)
    test = _test(rule.when, language, names)
    return RuleReady(rule.name, group, rule.give, test, rule.from_, rule.until, rule.zone, rule.coupon, sku)


def _group_ready(group: Group, document: PricingRules, ready: dict[str, RuleReady]) -> GroupReady:
    own = sorted((rule for rule in document.discounts if rule.group == group.name), key=lambda r: (-r.priority, r.name))
    return GroupReady(group.name, group.method, group.exclusive, tuple(ready[rule.name] for rule in own))


def _charges_ready(document: PricingRules, language: Language) -> tuple[tuple[str, tuple[RuleReady, ...]], ...]:
    ordered = sorted(document.charges, key=lambda rule: (rule.of, -rule.priority, rule.name))
    ready = [_rule_ready(rule, language, OF_ORDERS) for rule in ordered]
    names = sorted({rule.of for rule in ordered})
    return tuple((name, tuple(rule for rule in ready if rule.group == name)) for name in names)


def _stages(document: PricingRules, level: str, groups: dict[str, GroupReady]) -> tuple[StageReady, ...]:
    rivals = {name: frozenset(together) for together in document.best_of for name in together}
    stages: dict[frozenset[str], list[GroupReady]] = {}
    for group in sorted(document.groups, key=lambda group: (group.order, group.name)):
        if group.level == level:
            stages.setdefault(rivals.get(group.name, frozenset({group.name})), []).append(groups[group.name])
    return tuple(tuple(stage) for stage in stages.values())


def _added_skus(document: PricingRules) -> Iterable[str]:
    yield from (rule.sku for rule in document.charges)
    for rule in document.discounts:
        yield from (item.sku for item in rule.give.free_goods or ())
