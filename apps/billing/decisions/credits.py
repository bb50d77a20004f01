"""How much of an invoice line a partial credit takes back, so that any sequence of credits sums to the line exactly.

Both amounts are differences of a running total that is rounded once: after every step the total credited is the rounded share of all
that was credited so far. With a net of 100 and a tax of 19 credited in three steps of 33, 33 and 34, the tax is 6, 7 and 6.
"""

from dataclasses import dataclass
from decimal import Decimal

from ordercash.kernel.errors import DomainError

QUANTITY_UNITS = 10_000  # quantities have four decimals


class CreditRefused(DomainError):
    """The credit asks for more than is left of the line, or for nothing."""

    code, title = "credit_refused", "The invoice line cannot be credited like this"


@dataclass(frozen=True, slots=True)
class CreditableLine:
    """An invoice line and what was credited of it so far."""

    quantity: Decimal
    net_minor: int
    tax_minor: int
    credited_quantity: Decimal
    credited_minor: int


@dataclass(frozen=True, slots=True)
class CreditAmount:
    """What one credit takes back of one line."""

    quantity: Decimal
    net_minor: int
    tax_minor: int


def credit_amount(line: CreditableLine, quantity: Decimal, net_minor: int | None) -> CreditAmount:
    """Return the amounts of a credit; `net_minor` None takes the quantity's share. Raises CreditRefused."""
    if quantity < 0 or (net_minor or 0) < 0 or not (quantity or net_minor):
        raise CreditRefused("A credit needs a quantity or an amount above zero.")
    if quantity > line.quantity - line.credited_quantity:
        left = line.quantity - line.credited_quantity
        raise CreditRefused(f"Only {left.normalize():f} of {line.quantity.normalize():f} are left to be credited.")
    left_minor = line.net_minor - line.credited_minor
    net = min(quantity_share(line, quantity), left_minor) if net_minor is None else net_minor
    if net > left_minor:
        raise CreditRefused(f"Only {left_minor} of {line.net_minor} minor units are left to be credited.")
    return CreditAmount(quantity, net, tax_share(line, net))


def quantity_share(line: CreditableLine, quantity: Decimal) -> int:
    """Return the net share of the next `quantity`, by cumulative rounding over the quantity credited so far."""
    whole, so_far, step = (int(amount * QUANTITY_UNITS) for amount in (line.quantity, line.credited_quantity, quantity))
    return rounded_share(line.net_minor, so_far + step, whole) - rounded_share(line.net_minor, so_far, whole)


def discount_share(discount_minor: int, line: CreditableLine, quantity: Decimal) -> int:
    """Return the next `quantity`'s share of what was taken off the line, by cumulative rounding like the net's."""
    whole, so_far, step = (int(amount * QUANTITY_UNITS) for amount in (line.quantity, line.credited_quantity, quantity))
    return rounded_share(discount_minor, so_far + step, whole) - rounded_share(discount_minor, so_far, whole)


def tax_share(line: CreditableLine, net_minor: int) -> int:
    """Return the tax of the next `net_minor`, by cumulative rounding over the net credited so far."""
    so_far = line.credited_minor
    return credited_tax(line, so_far + net_minor) - credited_tax(line, so_far)


def credited_tax(line: CreditableLine, credited_minor: int) -> int:
    """Return the tax that belongs to the first `credited_minor` of the line."""
    return rounded_share(line.tax_minor, credited_minor, line.net_minor)


def rounded_share(total: int, part: int, whole: int) -> int:
    """Return total x part / whole rounded half up, in integers; 0 of nothing."""
    return (2 * total * part + whole) // (2 * whole) if whole else 0
