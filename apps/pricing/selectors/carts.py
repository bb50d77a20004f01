"""Everything that the prices of a batch of carts depend on, read at once and told as the decision's facts.

The number of statements is the same whatever the batch: two for prices, and one each, where some cart of the batch needs it,
for added products, parts of bundles, other units, costs, volumes and rates, and two for coupons.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.masterdata.contract import PartFacts as BundlePart
from apps.masterdata.contract import (
    ProductFacts,
    bundle_parts,
    customer_groups,
    entities_by_id,
    product_units,
    products_by_sku,
)
from apps.pricing.decisions.cart.facts import (
    ONE,
    Candidate,
    CartFacts,
    Cost,
    Coupon,
    ExtraFacts,
    LineFacts,
    Manual,
    PartFacts,
)
from apps.pricing.decisions.document.compiled import Rules
from apps.pricing.selectors.candidates import Candidates, Choice, Shopper
from apps.pricing.selectors.costs import Costs
from apps.pricing.selectors.coupons import CouponWish, coupon_answers, written
from apps.pricing.selectors.rates import RateWish, rates_on
from apps.pricing.selectors.volumes import VolumeWish, volumes_before


class LineRequest(NamedTuple):
    """One line to be priced; `unit` "" is the product's own. `product` None is one that nobody knows: only `agreed` prices it."""

    product: ProductFacts | None
    sku: str
    quantity: Decimal
    unit: str = ""
    agreed: Decimal | None = None
    manual: Manual | None = None


class CartRequest(NamedTuple):
    """A cart to be priced; `customer` and `channel` are codes, "" for nobody and none; `coupons` are codes as they came."""

    at: datetime
    currency: str
    legal_entity_id: UUID
    lines: Sequence[LineRequest]
    customer_id: UUID | None = None
    customer: str = ""
    customer_group_id: UUID | None = None
    channel: str = ""
    country: str = ""
    state: str = ""
    postal_code: str = ""
    coupons: Sequence[str] = ()


class Needs(NamedTuple):
    """What the rules ask for besides prices in the cart's currency.

    scopes -- of the lists that are looked at; skus -- products that may be added; period_days -- of scales over a period;
    agreed_final -- a line with an agreed price needs nothing else; other_units -- prices for any unit of a product are of use;
    access_reads -- what accesses ask for, also of parts and added products; weights -- what lines and added products weigh
    """

    scopes: frozenset[str] = frozenset({"customer", "customer_group", "zone", "everybody"})
    converts: bool = False
    costs: bool = False
    skus: frozenset[str] = frozenset()
    period_days: frozenset[int] = frozenset()
    agreed_final: bool = True
    other_units: bool = False
    access_reads: frozenset[str] = frozenset()
    weights: bool = False


def needs_of(rules: Rules) -> Needs:
    """Return what a document asks for: costs when a floor is a margin, nothing for a line whose price is agreed and stays."""
    first = rules.accesses[0]
    return Needs(
        scopes=rules.scopes,
        converts=rules.converts,
        costs=any(each.floor.min_margin_percent is not None for each in rules.floors),
        skus=rules.skus,
        period_days=rules.period_days,
        agreed_final=first.source == "agreed_price" and first.is_final and first.when is None,
        other_units=rules.other_units,
        access_reads=rules.access_reads,
        weights=rules.weighs,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Cart:
    request: CartRequest
    need: Needs
    shopper: Shopper
    day: date

    @property
    def asking(self) -> Iterator[tuple[LineRequest, ProductFacts, str]]:
        """The lines whose prices are looked for, each with its product and the unit when it is not the product's own."""
        for line in self.request.lines:
            if line.product is not None and not (line.agreed is not None and self.need.agreed_final):
                yield line, line.product, _other_unit(line)

    @property
    def volume_wishes(self) -> Iterator[VolumeWish]:
        customer_id = self.request.customer_id
        if customer_id is not None and self.need.period_days:
            for _, product, _ in self.asking:
                for days in sorted(self.need.period_days):
                    yield VolumeWish(customer_id, product.id, self.day, days)

    @property
    def coupon_wishes(self) -> list[CouponWish]:
        return [CouponWish(written(code), self.request.customer_id, self.request.at) for code in self.request.coupons]


def read_carts(requests: Sequence[CartRequest], needs: Sequence[Needs]) -> Iterator[CartFacts]:
    """Read what carts depend on, and return the facts of each in order, made when it is its turn; `needs`: of the rules for each.

    A line in a unit that its product is not sold in has no candidates: it finds no price. Products that rules add and nobody
    knows are left out.
    """
    batch = _Batch([_cart(request, need) for request, need in zip(requests, needs, strict=True)])
    return map(batch.facts, batch.carts)


def _cart(request: CartRequest, need: Needs) -> _Cart:
    shopper = Shopper(
        request.at, request.currency, request.legal_entity_id, request.customer_id, request.customer_group_id,
        request.country, request.state, request.postal_code, need.converts, need.scopes, need.other_units,
    )  # fmt: skip
    zone = ZoneInfo(entities_by_id()[request.legal_entity_id].time_zone)
    return _Cart(request, need, shopper, request.at.astimezone(zone).date())


class _Batch:
    """What was read for the carts of a batch."""

    def __init__(self, carts: Sequence[_Cart]) -> None:
        self.carts = carts
        self.extras = products_by_sku(frozenset().union(*(cart.need.skus for cart in carts)))
        asked = [each for cart in carts for each in cart.asking]
        known = {product.id: product for product in (*(product for _, product, _ in asked), *self.extras.values())}
        self.parts = bundle_parts([product.id for product in known.values() if product.is_bundle])
        self.factors = product_units({product.id for _, product, other in asked if other} | self._in_any_unit())
        # By cart; added products are the same for all carts that may choose from the same.
        self.choices: dict[_Cart, Choice] = {}
        self.added: dict[tuple[Choice, Needs], tuple[ExtraFacts, ...]] = {}
        self.candidates = self._candidates()
        self.costs = self._costs()
        self.volumes = volumes_before({wish for cart in carts for wish in cart.volume_wishes})
        wishes = list(dict.fromkeys(wish for cart in carts for wish in cart.coupon_wishes))
        self.coupons = dict(zip(wishes, coupon_answers(wishes), strict=True))
        self.rates = rates_on({wish for cart in carts for wish in self._rate_wishes(cart)})
        self.groups = {id_: code for code, id_ in customer_groups().items()}

    def _in_any_unit(self) -> set[UUID]:
        """Return the products whose prices may be for any of their units: those asked for, added, and parts of these."""
        carts = [cart for cart in self.carts if cart.need.other_units]
        found = {product.id for cart in carts for _, product, _ in cart.asking}
        found |= {self.extras[sku].id for cart in carts for sku in cart.need.skus & self.extras.keys()}
        return found | {part.product_id for product_id in found for part in self.parts.get(product_id, ())}

    def _candidates(self) -> Candidates:
        """Read the prices of every product asked for, of the parts of bundles and of what rules may add."""
        asking = [cart for cart in self.carts if any(True for _ in cart.asking) or cart.need.skus]
        found = Candidates([cart.shopper for cart in asking])
        self.choices = dict(zip(asking, found.choices, strict=True))
        for cart, choice in self.choices.items():
            for _, product, other in cart.asking:
                self._want(found, choice, product, other)
        for choice, skus in dict.fromkeys((choice, cart.need.skus) for cart, choice in self.choices.items()):
            for sku in sorted(skus & self.extras.keys()):
                self._want(found, choice, self.extras[sku], "")
        found.read()
        return found

    def _want(self, found: Candidates, choice: Choice, product: ProductFacts, other: str) -> None:
        found.want(choice, product.id, other)
        for part in self.parts.get(product.id, ()):
            found.want(choice, part.product_id)

    def _costs(self) -> Costs:
        pricy = [cart for cart in self.carts if cart.need.costs]
        products = {line.product.id for cart in pricy for line in cart.request.lines if line.product}
        parts = {part.product_id for product_id in products for part in self.parts.get(product_id, ())}
        return Costs(products | parts, [cart.request.at for cart in pricy])

    def _rate_wishes(self, cart: _Cart) -> set[RateWish]:
        """Return what the cart may have to convert: prices of lists in other currencies, and costs."""
        own = cart.request.currency
        foreign = self.choices[cart].currencies if cart.need.converts and cart in self.choices else set()
        if self.costs.currencies - {own}:
            foreign |= {cost.currency for line in cart.request.lines if (cost := self._cost(cart, line)) is not None}
        return {RateWish(currency, own, cart.day) for currency in foreign - {own}}

    def facts(self, cart: _Cart) -> CartFacts:
        """Return what the decision about one cart knows."""
        request, entity = cart.request, entities_by_id()[cart.request.legal_entity_id]
        group = request.customer_group_id
        return CartFacts(
            at=request.at.astimezone(UTC).isoformat(),
            currency=request.currency,
            zone=entity.time_zone,
            legal_entity=entity.code,
            customer=request.customer,
            customer_group=self.groups.get(group, "") if group else "",
            channel=request.channel,
            country=request.country,
            state=request.state,
            postal_code=request.postal_code,
            lines=tuple(self._line(cart, line) for line in request.lines),
            coupons=tuple(Coupon(*self.coupons[wish]) for wish in dict.fromkeys(cart.coupon_wishes)),
            rates=tuple(rate for wish in sorted(self._rate_wishes(cart)) for rate in self.rates.get(wish, ())),
            extras=self._extras(cart) if cart.need.skus else (),
        )

    def _line(self, cart: _Cart, line: LineRequest) -> LineFacts:
        product = line.product
        if product is None:
            return LineFacts("", line.sku, "", line.unit, line.quantity, agreed=line.agreed, manual=line.manual)
        plain = line.agreed is not None and cart.need.agreed_final
        other = _other_unit(line)
        factor = self.factors.get(product.id, {}).get(other) if other else ONE
        candidates = () if plain or factor is None else self.candidates.of(self.choices[cart], product.id, other)
        return LineFacts(
            str(product.id), product.sku, product.category, other or product.unit, line.quantity,
            factor=factor or ONE,
            agreed=line.agreed,
            manual=line.manual,
            candidates=candidates,
            cost=self._cost(cart, line),
            volumes=() if plain else self._volumes(cart, product.id),
            parts=() if plain else self._parts(cart, product.id),
            units=self._units(cart, product.id, candidates, other),
            weight=self._weight(cart, product),
        )  # fmt: skip

    def _volumes(self, cart: _Cart, product_id: UUID) -> tuple[tuple[int, Decimal], ...]:
        customer_id = cart.request.customer_id
        if customer_id is None or not cart.need.period_days:
            return ()
        wishes = [VolumeWish(customer_id, product_id, cart.day, days) for days in sorted(cart.need.period_days)]
        return tuple((wish.days, self.volumes.get(wish, Decimal(0))) for wish in wishes)

    def _weight(self, cart: _Cart, product: ProductFacts) -> Decimal | None:
        """Return what one own unit weighs: a bundle without a weight of its own what its parts do, a service nothing."""
        if not cart.need.weights:
            return None
        if product.weight_kg is not None or not product.is_bundle:
            return Decimal(0) if product.weight_kg is None and not product.is_stocked else product.weight_kg
        weights = [
            part.weight_kg and part.weight_kg * part.quantity if part.is_stocked else Decimal(0)
            for part in self.parts.get(product.id, ())
        ]
        known = [weight for weight in weights if weight is not None]
        return sum(known, Decimal(0)) if len(known) == len(weights) else None

    def _units(
        self, cart: _Cart, product_id: UUID, candidates: Sequence[Candidate], other: str = ""
    ) -> tuple[tuple[str, Decimal], ...]:
        """Return what one of each unit holds that a price is for, besides the ordered and the own one."""
        if not cart.need.other_units:
            return ()
        factors = self.factors.get(product_id, {})
        wanted = {row.unit for row in candidates if row.unit not in ("", other)}
        return tuple((unit, factors[unit]) for unit in sorted(wanted & factors.keys()))

    def _parts(self, cart: _Cart, product_id: UUID) -> tuple[PartFacts, ...]:
        return tuple(self._part(cart, part) for part in self.parts.get(product_id, ())) if self.parts else ()

    def _part(self, cart: _Cart, part: BundlePart) -> PartFacts:
        candidates, reads = self.candidates.of(self.choices[cart], part.product_id), cart.need.access_reads
        return PartFacts(
            str(part.product_id), part.sku, part.quantity, candidates,
            part.category if "category" in reads else "",
            part.unit if "unit" in reads or cart.need.other_units else "",
            self._units(cart, part.product_id, candidates),
        )  # fmt: skip

    def _cost(self, cart: _Cart, line: LineRequest) -> Cost | None:
        """Return what the product costs; a bundle without a cost of its own costs what its parts do, in one currency."""
        if line.product is None or not cart.need.costs:
            return None
        request = cart.request
        own = self.costs.of(line.product.id, request.legal_entity_id, request.currency, request.at)
        if own is not None or not line.product.is_bundle:
            return own
        parts = self.parts.get(line.product.id, ())
        if not parts:
            return None
        found = [
            (part, self.costs.of(part.product_id, request.legal_entity_id, request.currency, request.at))
            for part in parts
        ]
        costs = [(part.quantity * cost.amount, cost.currency) for part, cost in found if cost is not None]
        if len(costs) < len(parts) or len({currency for _, currency in costs}) > 1:
            return None
        return Cost(sum((amount for amount, _ in costs), Decimal(0)), costs[0][1])

    def _extras(self, cart: _Cart) -> tuple[ExtraFacts, ...]:
        key = (self.choices[cart], cart.need)
        if key not in self.added:
            self.added[key] = tuple(self._added(cart, sku) for sku in sorted(cart.need.skus & self.extras.keys()))
        return self.added[key]

    def _added(self, cart: _Cart, sku: str) -> ExtraFacts:
        product = self.extras[sku]
        candidates = self.candidates.of(self.choices[cart], product.id)
        return ExtraFacts(
            str(product.id), sku, product.unit, candidates,
            product.category if "category" in cart.need.access_reads else "",
            self._units(cart, product.id, candidates),
            self._parts(cart, product.id),
            self._weight(cart, product),
        )  # fmt: skip


def _other_unit(line: LineRequest) -> str:
    return line.unit if line.product is not None and line.unit != line.product.unit else ""
