"""What a person is told after money was moved."""

from decimal import Decimal

from apps.billing.decisions.facts import ApplicationOutcome
from ordercash.kernel import money
from ordercash.kernel.errors import Conflict
from ordercash.web.formats import amount_text


class NotApplied(Conflict):
    """The money could not be used as asked; nothing has changed."""

    code, title = "not_applied", "Nothing was applied"


def told(outcome: ApplicationOutcome, done: str, currency: str) -> str:
    """Return the sentence about the one request of a page; raises NotApplied with the reason of its refusal."""
    if outcome.refused:
        raise outcome.refused[0].error or NotApplied(outcome.refused[0].detail)
    part = outcome.applied[0]
    rest = "nothing is open any more" if part.settled else "a part stays open"
    return f"{amount_text(part.amount_minor, currency)} {currency} of {part.invoice_number} {done}; {rest}."


def minor_of(amount: Decimal | None, currency: str) -> int | None:
    """Return what a person typed in minor units, None for nothing; raises NotApplied when the currency has fewer decimals."""
    if amount is None:
        return None
    minor = money.to_minor(amount, currency)
    if money.to_major(minor, currency) != amount:
        raise NotApplied(f"{currency} has {money.exponent(currency)} decimals.")
    return minor
