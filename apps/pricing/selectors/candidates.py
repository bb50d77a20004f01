"""The prices that a batch of carts chooses from: which lists fit each cart, and what they have of each product at the instant.

Two statements whatever the batch. Lists come first, because a product may stand on the lists of ten thousand customers: records
are then read by (list, product), and of each pair only those that some cart may use.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.masterdata.contract import entities_by_id
from apps.pricing.decisions.cart.facts import NOTHING, ONE, Candidate, ListFacts
from apps.pricing.selectors.lists import plain_postal_code
from ordercash.kernel.sql import fetch

_LISTS: Final = """
SELECT l.id, l.code, l.currency, l.customer_id, l.customer_group_id, l.legal_entity_id, l.priority,
       l.zone_country, l.zone_state, l.zone_postal_prefix, l.valid_from_at, l.valid_until_at
  FROM pricing_pricelist l
"""
# Lists of a single customer by the index of customers, all others by that of the lists that have none.
_FITTING: Final = f"""
{_LISTS} WHERE l.customer_id IS NULL AND (%s OR l.currency = ANY(%s::text[]))
   AND (l.customer_group_id IS NULL OR l.customer_group_id = ANY(%s::uuid[]))
   AND (l.zone_country = '' OR l.zone_country = ANY(%s::text[]))
   AND l.valid_from_at <= %s AND (l.valid_until_at IS NULL OR l.valid_until_at > %s)
UNION ALL
{_LISTS} WHERE l.customer_id = ANY(%s::uuid[]) AND (%s OR l.currency = ANY(%s::text[]))
   AND l.valid_from_at <= %s AND (l.valid_until_at IS NULL OR l.valid_until_at > %s)
"""
# Pairs name their list and product by the place in an array: a tenth of the text, and the answer needs no ids either. What is
# usual (from nothing on, per one, valid all the time) is NULL, which costs nothing to read. ANY of the one product keeps the
# planner from the index of the exclusion constraint, whose probes cost three times as much.
_RECORDS: Final = """
SELECT w.l, w.p, r.id::text, r.unit, trim_scale(nullif(r.min_quantity, 0)), trim_scale(r.unit_price), trim_scale(nullif(r.per, 1)),
       CASE WHEN r.valid_from_at > i.first THEN r.valid_from_at END, CASE WHEN r.valid_until_at <= i.last THEN r.valid_until_at END
  FROM (SELECT %s::timestamptz AS first, %s::timestamptz AS last) i, unnest(%s::int[], %s::int[]) AS w(l, p)
  JOIN pricing_pricerecord r ON r.price_list_id = (%s::uuid[])[w.l] AND r.product_id = ANY(ARRAY[(%s::uuid[])[w.p]])
   AND (%s OR r.unit = '' OR r.unit = ANY(%s::text[]))
 WHERE r.valid_from_at <= i.last AND (r.valid_until_at IS NULL OR r.valid_until_at > i.first)
"""


class Shopper(NamedTuple):
    """What decides which lists a cart may use. `converts`: also those in other currencies; `scopes`: only those of these scopes;
    `any_unit`: prices for any unit of a product.
    """

    at: datetime
    currency: str
    legal_entity_id: UUID
    customer_id: UUID | None
    customer_group_id: UUID | None
    country: str
    state: str
    postal_code: str
    converts: bool
    scopes: frozenset[str]
    any_unit: bool = False


class _List(NamedTuple):
    id: UUID
    code: str
    currency: str
    customer_id: UUID | None
    customer_group_id: UUID | None
    legal_entity_id: UUID | None
    priority: int
    zone_country: str
    zone_state: str
    zone_postal_prefix: str
    valid_from_at: datetime
    valid_until_at: datetime | None

    @property
    def scope(self) -> str:
        if self.customer_id:
            return "customer"
        if self.customer_group_id:
            return "customer_group"
        return "zone" if self.zone_country else "everybody"

    def fits(self, shopper: Shopper) -> bool:
        """Whether the shopper may use it, besides the scope by which it was found."""
        return (
            self.valid_from_at <= shopper.at
            and (self.valid_until_at is None or shopper.at < self.valid_until_at)
            and (shopper.converts or self.currency == shopper.currency)
            and self.legal_entity_id in (None, shopper.legal_entity_id)
            and (not self.zone_state or self.zone_state.upper() == shopper.state.upper())
            and plain_postal_code(shopper.postal_code).startswith(self.zone_postal_prefix)
        )

    def facts(self, shopper: Shopper) -> ListFacts:
        """Return the list as decisions know it; a state is written as the shopper writes it."""
        entity = self.legal_entity_id
        state = shopper.state if self.zone_state else ""
        return ListFacts(
            self.code, self.scope, self.currency, entities_by_id()[entity].code if entity else None,  # type: ignore[arg-type]
            self.priority, self.zone_country, state, self.zone_postal_prefix,
        )  # fmt: skip


class _Record(NamedTuple):
    """A price; its validity is None at an end that lies outside of the batch's instants."""

    unit: str
    from_quantity: Decimal
    record: str
    unit_price: Decimal
    per: Decimal
    valid_from_at: datetime | None
    valid_until_at: datetime | None


@dataclass(slots=True)
class _Shelves:
    """Lists by what they are found by, so that a cart never looks at the lists of others."""

    by_customer: dict[UUID, list[_List]] = field(default_factory=lambda: defaultdict(list))
    by_group: dict[UUID, list[_List]] = field(default_factory=lambda: defaultdict(list))
    by_country: dict[str, list[_List]] = field(default_factory=lambda: defaultdict(list))
    of_everybody: list[_List] = field(default_factory=list)

    def put(self, found: _List) -> None:
        if found.customer_id:
            self.by_customer[found.customer_id].append(found)
        elif found.customer_group_id:
            self.by_group[found.customer_group_id].append(found)
        elif found.zone_country:
            self.by_country[found.zone_country].append(found)
        else:
            self.of_everybody.append(found)

    def for_shopper(self, shopper: Shopper) -> list[_List]:
        scopes = shopper.scopes
        found = [
            *(self.by_customer.get(shopper.customer_id, ()) if shopper.customer_id and "customer" in scopes else ()),
            *(self.by_group.get(shopper.customer_group_id, ())
              if shopper.customer_group_id and "customer_group" in scopes else ()),
            *(self.by_country.get(shopper.country, ()) if "zone" in scopes else ()),
            *(self.of_everybody if "everybody" in scopes else ()),
        ]  # fmt: skip
        return sorted((each for each in found if each.fits(shopper)), key=lambda each: each.code)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What a cart may choose from: the lists that fit it at its instant. Carts that may choose from the same share it."""

    at: datetime
    any_unit: bool
    lists: tuple[tuple[int, ListFacts], ...]

    @property
    def currencies(self) -> set[str]:
        """The currencies of the lists."""
        return {facts.currency for _, facts in self.lists}


class Candidates:
    """The prices of a batch of carts: say with `want` what each of its `choices` needs, then `read`, then ask for each product.

    `choices` are in the order of the shoppers.
    """

    def __init__(self, shoppers: Sequence[Shopper]) -> None:
        shelves = _read_lists(shoppers)
        self._lists: dict[UUID, int] = {}
        self._products: dict[UUID, int] = {}
        self._pairs: dict[tuple[int, int], list[_Record]] = {}
        self._facts: dict[tuple[UUID, str], ListFacts] = {}
        self._distinct: dict[tuple[Any, ...], Choice] = {}
        self.choices = [self._choice(shopper, shelves.for_shopper(shopper)) for shopper in shoppers]
        self._units: set[str] = set()
        self._any_unit = any(shopper.any_unit for shopper in shoppers)
        self._instants = [shopper.at for shopper in shoppers]

    def _choice(self, shopper: Shopper, fitting: Sequence[_List]) -> Choice:
        lists = [(self._lists.setdefault(each.id, len(self._lists) + 1), self._told(each, shopper)) for each in fitting]
        key = (shopper.at, shopper.any_unit, *[(number, id(facts)) for number, facts in lists])
        return self._distinct.setdefault(key, Choice(shopper.at, shopper.any_unit, tuple(lists)))

    def _told(self, found: _List, shopper: Shopper) -> ListFacts:
        """Return the list as decisions know it; only a zone's state makes it another one for another shopper."""
        key = (found.id, shopper.state if found.zone_state else "")
        if key not in self._facts:
            self._facts[key] = found.facts(shopper)
        return self._facts[key]

    def want(self, choice: Choice, product_id: UUID, unit: str = "") -> None:
        """Say that a cart may need the prices of a product, in its own unit and in `unit`."""
        product = self._products.setdefault(product_id, len(self._products) + 1)
        for number, _ in choice.lists:
            if (number, product) not in self._pairs:
                self._pairs[number, product] = []
        if unit:
            self._units.add(unit)

    def read(self) -> None:
        """Read everything that was wanted; one statement, none when nothing was."""
        if not self._pairs:
            return
        lists, products = zip(*self._pairs, strict=True)
        instants = [min(self._instants), max(self._instants)]
        keys = [list(self._lists), list(self._products)]
        given = [*instants, list(lists), list(products), *keys, self._any_unit, sorted(self._units)]
        for number, product, record, unit, least, price, per, since, until in fetch(_RECORDS, given):
            found = _Record(unit, least or NOTHING, record, price, per or ONE, since, until)
            self._pairs[number, product].append(found)
        for records in self._pairs.values():
            if len(records) > 1:
                records.sort(key=itemgetter(0, 1, 2))

    def of(self, choice: Choice, product_id: UUID, unit: str = "") -> tuple[Candidate, ...]:
        """Return the records of a product that the cart may choose from: by list, unit, least quantity and id."""
        product, at = self._products[product_id], choice.at
        return tuple(
            Candidate(facts, each.record, each.unit, each.from_quantity, each.unit_price, each.per)
            for number, facts in choice.lists
            for each in self._pairs[number, product]
            if (choice.any_unit or each.unit in ("", unit))
            and (each.valid_from_at is None or each.valid_from_at <= at)
            and (each.valid_until_at is None or at < each.valid_until_at)
        )


def _read_lists(shoppers: Sequence[Shopper]) -> _Shelves:
    shelves = _Shelves()
    if not shoppers:
        return shelves
    converts = any(shopper.converts for shopper in shoppers)
    currencies = sorted({shopper.currency for shopper in shoppers})
    last, first = max(shopper.at for shopper in shoppers), min(shopper.at for shopper in shoppers)
    rows = fetch(
        _FITTING,
        [
            converts, currencies,
            _distinct(shopper.customer_group_id for shopper in shoppers),
            sorted({shopper.country for shopper in shoppers}), last, first,
            _distinct(shopper.customer_id for shopper in shoppers), converts, currencies, last, first,
        ],
    )  # fmt: skip
    for row in rows:
        shelves.put(_List(*row))
    return shelves


def _distinct(ids: Iterable[UUID | None]) -> list[UUID]:
    known: Collection[UUID] = {each for each in ids if each is not None}
    return sorted(known)
