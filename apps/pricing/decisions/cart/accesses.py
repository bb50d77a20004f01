"""The access sequence: where the price of a line is looked for, and why a place had none.

Of the records that an access may use, those in the cart's currency go before those to be converted; then comes the most specific zone
(longest postal prefix, state, country), the higher priority, the legal entity's own list, the list's code, the ordered unit before the
product's own and, where the access allows it, any other unit, the largest scale that the quantity reaches, the smallest of other units,
and the record's id.

What is made for every line is a plain dataclass with slots, never changed: named tuples and frozen ones take twice and thrice as long.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

from apps.pricing.decisions.cart.facts import NOTHING, ONE, Candidate, CartFacts, LineFacts, ListFacts, PartFacts, Rate
from apps.pricing.decisions.document.asking import has_failed
from apps.pricing.decisions.document.compiled import Place
from apps.pricing.decisions.document.numbers import plain
from apps.pricing.decisions.document.schema import Access
from ordercash.kernel.money import AmountOutOfRange, split

# Unit prices that were converted are rounded to what an order line keeps: six decimals, half away from zero.
PRICE_STEP: Final = Decimal("0.000001")
MOST_DIGITS: Final = 18
QUANTITY_STEP: Final = Decimal("0.0001")
# The price is there but it, or its product with the quantity, is more than can be booked.
TOO_LARGE: Final = AmountOutOfRange.code

Miss = tuple[str, ...]


@dataclass(slots=True)
class Usable:
    """What a price list is to this cart: how it ranks, and the rate when it is in another currency (None: there is no rate)."""

    foreign: bool
    rank: tuple[bool, int, int, bool, str]
    rate: "DatedRate | None"


class DatedRate(NamedTuple):
    """The rate that turns a list's currency into the cart's, and the row of facts that it comes from."""

    factor: Decimal
    row: Rate
    inverse: bool


@dataclass(slots=True)
class Found:
    """The price of one ordered unit times `per`; `hit` and `misses` are the trace."""

    unit_price: Decimal | None
    per: Decimal
    source: str
    final: bool
    hit: dict[str, Any] | None
    misses: tuple[Miss, ...]


@dataclass(slots=True)
class Wanted:
    """What a price is looked for: `own` and `in_order` count own units of this line and of the whole cart.

    The last members are what conditions read, what one of other units holds, and what a bundle is made of.
    """

    unit: str
    factor: Decimal
    own: Decimal
    in_order: Decimal
    volumes: tuple[tuple[int, Decimal], ...] = ()
    sku: str = ""
    category: str = ""
    quantity: Decimal = ONE
    units: tuple[tuple[str, Decimal], ...] = ()
    parts: tuple[PartFacts, ...] = ()


class Looking:
    """What the condition of an access reads: the names of the order, and what is looked for."""

    __slots__ = ("_order", "_wanted")

    def __init__(self, order: Mapping[str, Any], wanted: Wanted) -> None:
        self._order, self._wanted = order, wanted

    def __getitem__(self, name: str) -> Any:
        return getattr(self._wanted, _OF_WANTED[name]) if name in _OF_WANTED else self._order[name]


_OF_WANTED: Final = {
    "sku": "sku",
    "category": "category",
    "unit": "unit",
    "quantity": "quantity",
    "own_quantity": "own",
}


class PriceFinder:
    """Looks for prices of one cart; knows for every list of its facts what it is worth here."""

    __slots__ = ("_cart", "_grouped", "_lists", "_order", "_places")

    def __init__(self, places: Sequence[Place], cart: CartFacts, order: Mapping[str, Any] | None = None) -> None:
        self._places = places
        self._order = {} if order is None else order
        self._cart = cart
        self._grouped = bool(cart.customer_group)
        self._lists: dict[int, Usable | None] = {}

    def find(self, wanted: Wanted, agreed: Decimal | None, candidates: Sequence[Candidate]) -> Found:
        """Return the first access's price; `misses` holds why each one before it had none, or was not looked at."""
        misses: list[Miss] = []
        scopes = self._by_scope(candidates) if candidates else {}
        for access, name, scope, final, nothing, no_group, when in self._places:
            if when is not None and (why := when.why_not(Looking(self._order, wanted))):
                misses.append(_not_tried(access, why))
                continue
            if scope is None and access.source == "parts":
                summed = self._sum_of_parts(access, wanted) if wanted.parts else nothing
                if isinstance(summed, _Summed):
                    return Found(summed.unit_price, ONE, name, final, summed.hit, tuple(misses))
                misses.append(summed)
                continue
            if scope is None:
                if agreed is not None:
                    return Found(agreed, ONE, name, final, {"access": name, "found": plain(agreed)}, tuple(misses))
                misses.append(nothing)
                continue
            here = scopes.get(scope)
            if here is None:
                misses.append(nothing if self._grouped else no_group)
                continue
            chosen = self._choose(access, wanted, here)
            if type(chosen) is _Chosen:
                return _found(access, wanted, chosen, tuple(misses), final)
            misses.append(chosen)  # type: ignore[arg-type]
        return Found(None, ONE, "", False, None, tuple(misses))

    def alone(self, part: PartFacts, bundles: Decimal) -> Decimal | None:
        """Return what the part costs alone that is in so many own units of a bundle, in exact major units; None: it has no price."""
        found = self.find(part_wanted(part, bundles), None, part.candidates)
        return None if found.unit_price is None else part.quantity * bundles * found.unit_price / found.per

    def _sum_of_parts(self, access: Access, wanted: Wanted) -> "_Summed | Miss":
        """Return what the parts of one ordered unit of a bundle cost alone, or which of them has no price."""
        total, told = NOTHING, []
        for part in wanted.parts:
            found = self.find(part_wanted(part, wanted.own), None, part.candidates)
            if found.unit_price is None or found.hit is None:
                return (access.name, "part_without_price", part.sku)
            total += part.quantity * found.unit_price / found.per
            told.append({**found.hit, "quantity": plain(part.quantity), "sku": part.sku})
        price = total * wanted.factor
        if price.adjusted() > MOST_DIGITS:
            return (access.name, TOO_LARGE)
        price = price.quantize(PRICE_STEP, rounding=ROUND_HALF_UP).normalize()
        return _Summed(price, {"access": access.name, "found": plain(price), "parts": told})

    def _by_scope(self, candidates: Iterable[Candidate]) -> dict[str, list[tuple[Candidate, Usable]]]:
        scopes: dict[str, list[tuple[Candidate, Usable]]] = {}
        lists = self._lists
        last, usable = None, None
        for candidate in candidates:
            price_list = candidate.price_list
            # What comes of one list stands together.
            if price_list is not last:
                last = price_list
                try:
                    usable = lists[id(price_list)]
                except KeyError:
                    usable = lists[id(price_list)] = self._usable(price_list)
                if usable is not None:
                    here = scopes.setdefault(price_list.scope, [])
            if usable is not None:
                here.append((candidate, usable))
        return scopes

    def _usable(self, price_list: ListFacts) -> Usable | None:
        cart = self._cart
        if price_list.entity not in (None, cart.legal_entity):
            return None
        closeness = _closeness(price_list, cart) if price_list.scope == "zone" else 0
        if closeness is None:
            return None
        foreign = price_list.currency != cart.currency
        rank = (foreign, -closeness, -price_list.priority, price_list.entity is None, price_list.code)
        return Usable(foreign, rank, _rate(price_list.currency, cart) if foreign else None)

    def _choose(self, access: Access, wanted: Wanted, here: list[tuple[Candidate, Usable]]) -> "_Chosen | Miss":
        name = access.name
        quantity = wanted.own if access.scale == "line" else _scale_quantity(access, wanted)
        best: _Chosen | None = None
        why, odd_unit, least = "", "", None
        for candidate, usable in here:
            if usable.foreign and (not access.convert or usable.rate is None):
                why = why or ("no_rate" if access.convert else "other_currency")
                continue
            unit, held = candidate.unit, NOTHING
            if unit == wanted.unit or (not unit and wanted.factor == ONE):
                least_own = candidate.from_quantity
                away, reached = 0, least_own if wanted.factor is ONE else least_own * wanted.factor
            elif not unit:
                away, reached = 1, candidate.from_quantity
            elif access.other_units and unit in (units := dict(wanted.units)):
                held = units[unit]
                away, reached = 2, candidate.from_quantity * held
            else:
                odd_unit = "other_unit"
                continue
            if reached > quantity:
                begins = reached if held else candidate.from_quantity
                least = begins if least is None else min(least, begins)
                continue
            chosen = _Chosen(candidate, usable, away, reached, held)
            if best is None or chosen.key < best.key:
                best = chosen
        if best is not None:
            return best
        if least is not None:
            return (name, "below_least_quantity", plain(least))
        return (name, why or odd_unit)


@dataclass(slots=True)
class _Chosen:
    """A record; `away`: 0 when it is for the ordered unit, 1 for the own one; `held`: own units in one of its unit, when that is neither.

    `reached`: the least quantity that it is for, in own units.
    """

    candidate: Candidate
    usable: Usable
    away: int
    reached: Decimal
    held: Decimal

    @property
    def key(self) -> tuple[Any, ...]:
        """What records are chosen by: the least one is best."""
        return (self.usable.rank, self.away, -self.reached, self.held, self.candidate.record)


class _Summed(NamedTuple):
    unit_price: Decimal
    hit: dict[str, Any]


def wanted_of(line: LineFacts, own: Decimal, in_order: Decimal) -> Wanted:
    """Return what a line's price is looked for by."""
    return Wanted(
        line.unit, line.factor, own, in_order, line.volumes, line.sku, line.category, line.quantity, line.units, line.parts,
    )  # fmt: skip


def part_wanted(part: PartFacts, bundles: Decimal) -> Wanted:
    """Return what the stand-alone price of a bundle's part is looked for by, for so many of the bundle's own units."""
    own = part.quantity * bundles
    return Wanted(part.unit, ONE, own, own, (), part.sku, part.category, own, part.units)


def split_by_alone(minor: int, alone: Sequence[Decimal | None], quantities: Sequence[Decimal]) -> list[int]:
    """Split an amount on parts by what they cost alone (ASC 606-10-32-31), by quantity when none has a price."""
    prices = [abs(int((price or 0) / PRICE_STEP)) for price in alone]
    return split(minor, prices if any(prices) else [abs(int(quantity / QUANTITY_STEP)) for quantity in quantities])


def _not_tried(access: Access, why: str) -> Miss:
    if has_failed(why):
        return (access.name, "not_tried_failed", why.partition(":")[2].replace("_", " "))
    return (access.name, "not_tried", access.when or "")


def _scale_quantity(access: Access, wanted: Wanted) -> Decimal:
    if access.scale == "order":
        return wanted.in_order
    return wanted.in_order + sum(bought for days, bought in wanted.volumes if days == access.period_days)


def _closeness(price_list: ListFacts, cart: CartFacts) -> int | None:
    """Return how specific a zone is that the cart lies in; None when it lies outside."""
    if price_list.country != cart.country:
        return None
    if price_list.state and price_list.state != cart.state:
        return None
    if not price_list.postal_prefix:
        return 1 if price_list.state else 0
    inside = plain_code(cart.postal_code).startswith(plain_code(price_list.postal_prefix))
    return 1 + len(price_list.postal_prefix) if inside else None


def plain_code(postal_code: str) -> str:
    """Return a postal code as prefixes are compared with: capitals, without spaces."""
    return postal_code.replace(" ", "").upper()


def _rate(currency: str, cart: CartFacts) -> DatedRate | None:
    direct = [row for row in cart.rates if (row.base, row.quote) == (currency, cart.currency)]
    if direct:
        row = max(direct, key=lambda row: (row.date, row.source, row.rate))
        return DatedRate(row.rate, row, inverse=False)
    turned = [row for row in cart.rates if (row.base, row.quote) == (cart.currency, currency) and row.rate]
    if turned:
        row = max(turned, key=lambda row: (row.date, row.source, row.rate))
        return DatedRate(1 / row.rate, row, inverse=True)
    return None


def _found(access: Access, wanted: Wanted, chosen: _Chosen, misses: tuple[Miss, ...], final: bool) -> Found:
    candidate, usable = chosen.candidate, chosen.usable
    price = candidate.unit_price
    hit: dict[str, Any] = {
        "access": access.name,
        "found": plain(price),
        "from_quantity": plain(candidate.from_quantity),
        "list": candidate.price_list.code,
        "record": candidate.record,
    }
    if access.scale != "line":
        hit["scale"] = access.scale
        hit["scale_quantity"] = plain(_scale_quantity(access, wanted))
    if chosen.held:
        price = price * wanted.factor / chosen.held
        hit["unit"] = {
            "factor": plain(wanted.factor), "from": candidate.unit, "held": plain(chosen.held), "to": wanted.unit,
        }  # fmt: skip
    elif chosen.away:
        price *= wanted.factor
        hit["unit"] = {"factor": plain(wanted.factor), "to": wanted.unit}
    if usable.rate is not None:
        price *= usable.rate.factor
        hit["rate"] = _rate_trace(usable.rate)
    if chosen.away or usable.rate is not None:
        if price.adjusted() > MOST_DIGITS:
            return Found(None, ONE, "", False, None, (*misses, (access.name, TOO_LARGE)))
        price = price.quantize(PRICE_STEP, rounding=ROUND_HALF_UP)
        hit["unit_price"] = plain(price)
    if candidate.per is not ONE and candidate.per != ONE:
        hit["per"] = plain(candidate.per)
    return Found(price, candidate.per, access.name, final, hit, misses)


def _rate_trace(rate: DatedRate) -> dict[str, Any]:
    row = rate.row
    return {
        "base": row.base,
        "date": row.date,
        "inverse": rate.inverse,
        "quote": row.quote,
        "rate": plain(row.rate),
        "source": row.source,
    }


def rate_between(currency: str, cart: CartFacts) -> Decimal | None:
    """Return what turns an amount of the currency into the cart's; None when no rate is known."""
    if currency == cart.currency:
        return ONE
    rate = _rate(currency, cart)
    return None if rate is None else rate.factor
