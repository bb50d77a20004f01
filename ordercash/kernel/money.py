"""Money: integer minor units and a currency (ISO 4217), one rounding door, splits that sum to the whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from ordercash.kernel.errors import DomainError

# ISO 4217 exponents that differ from 2; the fund and metal codes are not traded here.
_DECIMALS: Final[dict[int, str]] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENTS: Final = {code: decimals for decimals, codes in _DECIMALS.items() for code in codes.split()}

# What takes major units to minor ones and back, by exponent: single digits, so that multiplying only moves the decimal point.
_UP: Final = {decimals: Decimal((0, (1,), decimals)) for decimals in (0, 2, 3, 4)}
_DOWN: Final = {decimals: Decimal((0, (1,), -decimals)) for decimals in (0, 2, 3, 4)}

# The widest amount that a bigint column holds, kept an order of magnitude away from its edge.
MAX_MINOR: Final = 900_000_000_000_000_000


class CurrencyMismatch(DomainError):
    """Amounts of two currencies were added or compared."""

    code, title, status = "currency_mismatch", "Amounts of different currencies cannot be combined", 422


class AmountOutOfRange(DomainError):
    """An amount does not fit the ledger's integers."""

    code, title, status = "amount_out_of_range", "The amount is too large to be booked", 422


def exponent(currency: str) -> int:
    """Return the decimals of the currency's minor unit: JPY 0, EUR 2, KWD 3."""
    return _EXPONENTS.get(currency, 2)


def minor_units_in(currency: str) -> Decimal:
    """Return how many minor units one major unit has, as a power of ten with one digit: multiplying only moves the decimal point."""
    return _UP[_EXPONENTS.get(currency, 2)]


def to_minor(amount: Decimal, currency: str) -> int:
    """Round an exact amount in major units to minor units, half away from zero: the one rounding door."""
    # By position, because naming the argument takes as long as the rounding itself.
    minor = int((amount * _UP[_EXPONENTS.get(currency, 2)]).to_integral_value(ROUND_HALF_UP))
    if not -MAX_MINOR <= minor <= MAX_MINOR:
        raise AmountOutOfRange(f"{amount} {currency} is beyond what can be booked.")
    return minor


def to_major(minor: int, currency: str) -> Decimal:
    """Return the exact major-unit amount of `minor`."""
    return minor * _DOWN[_EXPONENTS.get(currency, 2)]


def line_net_minor(quantity: Decimal, unit_price: Decimal, currency: str) -> int:
    """Return quantity x unit price, rounded once per line (EN 16931 BR-DEC-23)."""
    return to_minor(quantity * unit_price, currency)


def tax_minor(net_minor: int, rate_percent: Decimal) -> int:
    """Return the tax on the sum of one category and rate (EN 16931 BR-CO-17), half away from zero."""
    return int((Decimal(net_minor) * rate_percent / 100).to_integral_value(rounding=ROUND_HALF_UP))


def split(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Split a total by weights with the largest remainder; the parts always sum to the total.

    Ties go to the earlier weight, so equal input gives equal output. Weights are non-negative; when all are zero the
    first part takes the total. An empty list of weights cannot carry money and raises ValueError unless the total is 0.
    """
    if not weights:
        if total_minor:
            raise ValueError("A non-zero total cannot be split over nothing.")
        return []
    whole = sum(weights)
    if whole == 0:
        return [total_minor, *([0] * (len(weights) - 1))]
    sign = -1 if total_minor < 0 else 1
    size = abs(total_minor)
    parts = [size * weight // whole for weight in weights]
    missing = size - sum(parts)
    if missing:
        remainders = [size * weight % whole for weight in weights]
        # Sorting is stable, also in reverse: of equal remainders the earlier weight's comes first. One alone is found without.
        first = [remainders.index(max(remainders))] if missing == 1 else _by_size(remainders)[:missing]
        for index in first:
            parts[index] += 1
    return parts if sign > 0 else [-part for part in parts]


def _by_size(numbers: Sequence[int]) -> list[int]:
    return sorted(range(len(numbers)), key=numbers.__getitem__, reverse=True)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of one currency; arithmetic across currencies is refused."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency}")

    @property
    def major(self) -> Decimal:
        return to_major(self.minor, self.currency)
