"""What a person is told after money was moved."""

from apps.billing.decisions.facts import ApplicationOutcome
from ordercash.kernel.errors import Conflict


class NotApplied(Conflict):
    """The money could not be used as asked; nothing has changed."""

    code, title = "not_applied", "Nothing was applied"


def told(outcome: ApplicationOutcome, done: str) -> str:
    """Return the sentence about the one request of a page; raises NotApplied with the reason of its refusal."""
    if outcome.refused:
        raise NotApplied(outcome.refused[0].detail)
    part = outcome.applied[0]
    rest = "nothing is open any more" if part.settled else "a part stays open"
    return f"{part.amount_minor} minor units of {part.invoice_number} {done}; {rest}."
