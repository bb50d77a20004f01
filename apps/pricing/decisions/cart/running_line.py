"""A line while it is priced: what is left of it, which steps took the rest, and which rules lost."""

from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Any, Final

from apps.pricing.decisions.cart.accesses import Found
from apps.pricing.decisions.cart.facts import NOTHING, ONE, LineFacts
from apps.pricing.decisions.cart.matching import Failed, Fitting
from apps.pricing.decisions.cart.plans import Context
from apps.pricing.decisions.document.asking import PLACES
from apps.pricing.decisions.document.numbers import plain
from ordercash.kernel.money import minor_units_in, to_major, to_minor

# (rule, what it took in minor units[, what was left in exact major units]); (rule, why[, by whom[, what it would have taken]])
Step = tuple[Any, ...]
Lost = tuple[Any, ...]

_READ: Final = {name: attrgetter(place) for name, place in PLACES.items()}


class RunningLine:
    """`left` is exact and in major units until the line is rounded; then `minor` is what counts."""

    __slots__ = (
        "closed_by", "context", "currency", "facts", "failed", "final", "fitting", "found", "gross", "gross_minor", "index", "left", "lost",
        "minor", "net", "own", "shared", "steps", "up",
    )  # fmt: skip

    def __init__(self, index: int, facts: LineFacts, found: Found, own: Decimal, context: Context) -> None:
        self.index, self.facts, self.found, self.own, self.context = index, facts, found, own, context
        self.currency = currency = context.currency
        self.up = minor_units_in(currency)
        self.gross = self.left = self.net = NOTHING
        self.gross_minor = self.minor = self.shared = 0
        self.final = found.final
        self.closed_by = ""
        self.steps: list[Step] = []
        self.lost: list[Lost] = []
        self.fitting: Fitting | None = None
        self.failed: Failed = ()
        if found.unit_price is not None:
            gross = facts.quantity * found.unit_price
            self.gross = self.left = gross if found.per is ONE or found.per == ONE else gross / found.per
            self.gross_minor = self.minor = to_minor(self.gross, currency)

    @property
    def open(self) -> bool:
        """Whether discounts may still take something."""
        return self.minor > 0 and not self.final and not self.closed_by

    def minor_of(self, left: Decimal) -> int:
        """Return as minor units what may be left of the line: rounded as `to_minor` does, and in range because the gross amount is."""
        return int((left * self.up).to_integral_value(ROUND_HALF_UP))

    def take(self, rule: str, left: Decimal) -> None:
        """Leave `left` of the line, because of the rule."""
        minor = self.minor_of(left)
        self.steps.append((rule, self.minor - minor, plain(left.normalize())))
        self.left, self.minor = left, minor

    def take_share(self, rule: str, share_minor: int) -> None:
        """Take the line's share of an order's discount."""
        self.steps.append((rule, share_minor))
        self.minor -= share_minor
        self.shared += share_minor

    @property
    def exact(self) -> Decimal:
        """What is left before rounding, less the shares of the order's discounts; never below zero because of them."""
        if not self.shared:
            return self.left
        return max(self.left - to_major(self.shared, self.currency), NOTHING)

    def fit(self) -> Fitting:
        """Return what concerns this line, looked up once."""
        if self.fitting is None:
            self.fitting, failed = self.context.plan.fittings.of(self)
            if self.context.tells_failures:
                self.failed = failed
        return self.fitting

    @property
    def weight(self) -> Decimal:
        """What the line weighs in kilograms; nothing where nobody knows."""
        return NOTHING if self.facts.weight is None else self.facts.weight * self.own

    @property
    def list_price(self) -> Decimal:
        """The price of one own unit before discounts, in major units."""
        return self.gross / self.own if self.own else NOTHING

    def __getitem__(self, name: str) -> Any:
        """Return the value of a name that conditions may read; `net` is set by whoever asks."""
        read = _READ.get(name)
        return self.context.view[name] if read is None else read(self)
