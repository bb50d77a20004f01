"""The document in words: named parts with their properties, so that a difference reads "percent 10 -> 12"."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from apps.pricing.decisions.document.gives import BuyGet, Give, QuantityTier, Tier, WeightTier
from apps.pricing.decisions.document.schema import Access, Charge, Discount, Floor, Group, PricingRules

HUNDRED: Final = Decimal(100)


class Words(NamedTuple):
    """A named part of a document: what it is called, and its properties."""

    title: str
    words: Mapping[str, str]


def words_of(document: PricingRules) -> dict[str, Words]:
    """Return every access, group, rivalry, discount, charge and floor by a name that stays the same between versions."""
    parts: dict[str, Words] = {}
    for place, access in enumerate(document.accesses, start=1):
        parts[f"access {access.name}"] = Words(f"Access {access.name}", _access(access, place))
    for group in document.groups:
        parts[f"group {group.name}"] = Words(f"Group {group.name}", _group(group))
    for rivals in document.best_of:
        together = ", ".join(sorted(rivals))
        parts[f"best of {together}"] = Words(f"Best of {together}", {"groups": together})
    rules: tuple[Discount | Charge, ...] = (*document.discounts, *document.charges)
    for rule in rules:
        sort = "discount" if isinstance(rule, Discount) else "charge"
        parts[f"{sort} {rule.name}"] = Words(rule.title or f"{sort.title()} {rule.name}", _rule(rule))
    for floor in document.floors:
        parts[f"floor {floor.name}"] = Words(floor.title or f"Floor {floor.name}", _floor(floor))
    return parts


def sentence_of(give: Give) -> str:
    """Return what a rule gives in one line, as people say it: "15 % off", "buy 2, get 1 free"."""
    return ", ".join(_said(name, value) for name, value in _sayings(give))


_SAID: Final[Mapping[str, str]] = {
    "percent": "{} % off", "amount": "{} off", "amount_per_unit": "{} off each", "fixed_price": "{} each",
    "tiers": "{}", "quantity_tiers": "{}", "set": "{}", "price": "together {}", "free_goods": "free: {}", "bunch": "{}",
}  # fmt: skip


def _said(name: str, value: str) -> str:
    return _SAID.get(name, "{}").format(value)


def _sayings(give: Give) -> Iterator[tuple[str, str]]:
    for figure, what in ((give.buy_get, ""), (give.cheapest_free, " of the cheapest")):
        if figure is not None:
            off = "free" if figure.percent == HUNDRED else f"at {_number(figure.percent)} % off"
            yield "bunch", f"buy {_number(figure.buy)}, get {_number(figure.get)}{what} {off}"
    yield from (part for part in _give(give) if part[0] not in {"buy", "get", "of"} and not _of_bunch(part[0], give))


def _of_bunch(name: str, give: Give) -> bool:
    return name == "percent" and give.percent is None


def _access(access: Access, place: int) -> dict[str, str]:
    words = {"place": str(place), "source": access.source.replace("_", " "), "final": _yes(access.is_final)}
    if access.scope:
        words |= {"scope": access.scope.replace("_", " "), "scale": access.scale, "converts": _yes(access.convert)}
    if access.period_days:
        words["period_days"] = str(access.period_days)
    if access.other_units:
        words["other_units"] = "yes"
    return words | ({"when": access.when} if access.when else {})


def _group(group: Group) -> dict[str, str]:
    method = group.method.replace("_", " ")
    return {"level": group.level, "order": str(group.order), "method": method, "exclusive": _yes(group.exclusive)}


def _rule(rule: Discount | Charge) -> dict[str, str]:
    words = dict(_give(rule.give)) | {"priority": str(rule.priority)}
    words |= {"group": rule.group} if isinstance(rule, Discount) else {"charge": rule.of, "sku": rule.sku}
    known = {
        "when": rule.when,
        "from": rule.from_ and rule.from_.isoformat(),
        "until": rule.until and rule.until.isoformat(),
        "zone": rule.zone,
        "coupon": rule.coupon,
    }
    return words | {name: value for name, value in known.items() if value}


def _floor(floor: Floor) -> dict[str, str]:
    if floor.min_price is not None:
        words = {"min_price": _amounts(floor.min_price)}
    else:
        words = {"min_margin_percent": _number(floor.min_margin_percent or Decimal(0))}
    if floor.unknown_cost:
        words["unknown_cost"] = floor.unknown_cost
    return words | ({"when": floor.when} if floor.when else {})


def _give(give: Give) -> Iterator[tuple[str, str]]:
    if give.percent is not None:
        yield "percent", _number(give.percent)
    for name in ("amount", "amount_per_unit", "fixed_price", "amount_per_kg"):
        if (amounts := getattr(give, name)) is not None:
            yield name, _amounts(amounts)
    if give.buy_get is not None:
        yield from _bunch(give.buy_get)
    if give.cheapest_free is not None:
        yield from _bunch(give.cheapest_free)
        yield "of", "the cheapest"
    for name in ("tiers", "quantity_tiers", "weight_tiers"):
        if (tiers := getattr(give, name)) is not None:
            yield name, "; ".join(_tier(tier) for tier in tiers)
    if give.set is not None:
        yield "set", " + ".join(f"{_number(item.quantity)} {item.sku}" for item in give.set.items)
        yield "price", _amounts(give.set.price)
    if give.free_goods is not None:
        yield (
            "free_goods",
            "; ".join(_free(item.quantity, item.sku, item.per, item.per_quantity) for item in give.free_goods),
        )


def _bunch(figure: BuyGet) -> Iterator[tuple[str, str]]:
    yield "buy", _number(figure.buy)
    yield "get", _number(figure.get)
    yield "percent", _number(figure.percent)


def _tier(tier: Tier | QuantityTier | WeightTier) -> str:
    start = _amounts(tier.from_) if isinstance(tier, Tier) else _number(tier.from_)
    start += " kg" if isinstance(tier, WeightTier) else ""
    figure = f"{_number(tier.percent)} %" if tier.percent is not None else _amounts(tier.amount or {})
    return f"from {start}: {figure}"


def _free(quantity: Decimal, sku: str, per: Mapping[str, Decimal] | None, per_quantity: Decimal | None) -> str:
    goods = f"{_number(quantity)} {sku}"
    if per:
        return f"{goods} for every {_amounts(per)}"
    return goods if per_quantity is None else f"{goods} for every {_number(per_quantity)} units"


def _amounts(amounts: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{amount:f} {currency}" for currency, amount in sorted(amounts.items()))


def _number(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
