"""What a pricing decision depends on, and what it answers: plain values, ids as text, so that facts are JSON as they stand.

Unit prices are in major units and belong to `per` units (price base quantity, EN 16931 BT-149). Quantities of a line are in the
ordered unit; `factor` says how many of the product's own units one of them holds.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Literal, NamedTuple

Scope = Literal["customer", "customer_group", "zone", "everybody"]
ONE: Final = Decimal(1)
NOTHING: Final = Decimal(0)
# The largest sum, in minor units, that a decision's text holds; far beyond what can be booked.
MOST_SUM: Final = 2**64 - 1
# What decisions tell changed: the second edition names conditions that have no answer, the third writes equal floors once, and
# does not say who bears a charge of nothing. Facts that are older are told as they were then.
EDITION: Final = 3


class ListFacts(NamedTuple):
    """A price list that holds for this cart's customer, customer group, place or everybody; `entity` None: every legal entity's.

    A list for a zone names its country, its state ("DE-BY") or its postal prefix ("80"); what is empty is not asked for.
    """

    code: str
    scope: Scope
    currency: str
    entity: str | None = None
    priority: int = 0
    country: str = ""
    state: str = ""
    postal_prefix: str = ""


class Candidate(NamedTuple):
    """A price record in force at the instant. `unit` "" is the product's own unit; `from_quantity` counts in `unit`."""

    price_list: ListFacts
    record: str
    unit: str
    from_quantity: Decimal
    unit_price: Decimal
    per: Decimal = ONE


class Manual(NamedTuple):
    """What a person set on the line: a unit price, or a discount in percent."""

    price: Decimal | None
    percent: Decimal | None
    by: str
    reason: str


class Cost(NamedTuple):
    """What one of the product's own units costs."""

    amount: Decimal
    currency: str


class PartFacts(NamedTuple):
    """A part of a bundle: how many of the part's own units one of the bundle's own units holds, and its stand-alone prices.

    What follows the prices is there where accesses ask for it; `units`: what one of another unit holds, in own units.
    """

    product: str
    sku: str
    quantity: Decimal
    candidates: tuple[Candidate, ...] = ()
    category: str = ""
    unit: str = ""
    units: tuple[tuple[str, Decimal], ...] = ()


class LineFacts(NamedTuple):
    """A line of the cart. `volumes`: days before the instant and what the customer bought of the product in them, in its own unit.

    `units`: other units that prices are for, and what one of each holds in own units. `weight`: kilograms of one own unit, None where
    nobody knows them or no rule asks.
    """

    product: str
    sku: str
    category: str
    unit: str
    quantity: Decimal
    factor: Decimal = ONE
    agreed: Decimal | None = None
    manual: Manual | None = None
    candidates: tuple[Candidate, ...] = ()
    cost: Cost | None = None
    volumes: tuple[tuple[int, Decimal], ...] = ()
    parts: tuple[PartFacts, ...] = ()
    units: tuple[tuple[str, Decimal], ...] = ()
    weight: Decimal | None = None


class ExtraFacts(NamedTuple):
    """A product that a rule may add: free goods, or what a charge is booked on. See PartFacts."""

    product: str
    sku: str
    unit: str = ""
    candidates: tuple[Candidate, ...] = ()
    category: str = ""
    units: tuple[tuple[str, Decimal], ...] = ()
    parts: tuple[PartFacts, ...] = ()
    weight: Decimal | None = None


class Coupon(NamedTuple):
    """A code that came with the cart: whose campaign it is ("" when unknown) and whether it was granted, or why not."""

    code: str
    campaign: str
    granted: bool
    why: str = ""


class Rate(NamedTuple):
    """One unit of `base` costs `rate` units of `quote`, on the date (ISO), by the source."""

    base: str
    quote: str
    rate: Decimal
    date: str
    source: str


class CartFacts(NamedTuple):
    """Everything that the prices of one cart depend on. `at`: ISO 8601 with its offset; `zone`: IANA, the market's.

    `edition` says how much the decision tells, so that an old one is told again as it was.
    """

    at: str
    currency: str
    zone: str
    legal_entity: str
    customer: str
    customer_group: str
    channel: str
    country: str
    state: str
    postal_code: str
    lines: tuple[LineFacts, ...]
    coupons: tuple[Coupon, ...] = ()
    rates: tuple[Rate, ...] = ()
    extras: tuple[ExtraFacts, ...] = ()
    edition: int = EDITION


class BelowFloor(NamedTuple):
    """The floor that a line fell below, and the least unit price of the product's own unit that it allows.

    `least` None: nobody knows it, for want of a cost or of its rate, and the floor holds such lines.
    """

    rule: str
    least: Decimal | None


class PartShare(NamedTuple):
    """What one part of a bundle takes of its line's net amount."""

    product: str
    sku: str
    quantity: Decimal
    net_minor: int


class LinePriced(NamedTuple):
    """The answer for one line: gross_minor - discount_minor = net_minor, and the discounts' amounts sum to discount_minor.

    `unit_price` None: no access found a price. `net_exact`: the net before it was rounded, less the shares of order discounts.
    """

    unit_price: Decimal | None
    per: Decimal
    gross_minor: int
    discount_minor: int
    net_minor: int
    net_exact: Decimal
    source: str
    discounts: tuple[tuple[str, int], ...]
    parts: tuple[PartShare, ...]
    floor: BelowFloor | None


class AddedLine(NamedTuple):
    """A line that a rule added: free goods (net 0, worth gross_minor) or a charge. A part names the free `bundle` that it comes with."""

    kind: Literal["free", "charge"]
    rule: str
    product: str
    sku: str
    unit: str
    quantity: Decimal
    unit_price: Decimal | None
    per: Decimal
    gross_minor: int
    discount_minor: int
    net_minor: int
    net_exact: Decimal
    bundle: str = ""


class CartPriced(NamedTuple):
    """The decision of a whole cart. `coupons`: the codes that gave something; `trace`: JSON values, see `explain`."""

    lines: tuple[LinePriced, ...]
    added: tuple[AddedLine, ...]
    coupons: tuple[str, ...]
    trace: Mapping[str, Any]

    @property
    def gross_minor(self) -> int:
        """What the lines, those that rules added too, cost before discounts."""
        return sum(line.gross_minor for line in self.lines) + sum(line.gross_minor for line in self.added)

    @property
    def net_minor(self) -> int:
        """What the lines, those that rules added too, cost after discounts."""
        return sum(line.net_minor for line in self.lines) + sum(line.net_minor for line in self.added)
