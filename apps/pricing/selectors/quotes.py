"""Reading quotes: for lists and pages, and as the prices of the orders that name them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.pricing.decisions.cart.accesses import plain_code
from apps.pricing.decisions.record.texts import CartTexts
from apps.pricing.models import Quote, QuoteState
from apps.pricing.selectors.deciding import DecidedCart
from apps.rulebooks.contract import DecisionFacts, decisions_by_id
from ordercash.kernel.errors import NotFound
from ordercash.kernel.sql import fetch
from ordercash.web.search import Hit

# What a quote is at an instant; the period alone makes it expire, nothing switches it.
EXPIRED: Final = "expired"
PRICES_ONLY: Final = "prices_only"
NOT_YET: Final = "not_yet_valid"
STATES: Final = ("open", "ordered", "withdrawn", EXPIRED, NOT_YET, PRICES_ONLY)


@dataclass(frozen=True, slots=True)
class QuotedCart:
    """A quote as an order needs it: whose it is, whether it can be used, and the decision that it promises."""

    id: UUID
    number: str
    legal_entity_id: UUID
    customer_id: UUID
    currency: str
    channel: str
    valid_from_at: datetime | None
    valid_until_at: datetime | None
    state: str
    order_id: UUID | None
    decided: DecidedCart

    def state_at(self, at: datetime) -> str:
        """Return what the quote is at an instant, one of STATES."""
        return state_of(self.state, self.valid_from_at, self.valid_until_at, at)

    def is_for_postal_code(self, code: str) -> bool:
        """Whether the quoted prices hold there: the facts keep of a postal code what its prices depend on, often nothing."""
        return plain_code(code).startswith(plain_code(self.decided.facts.postal_code))


_QUOTED: Final = """
SELECT id, number, legal_entity_id, customer_id, currency, channel, valid_from_at, valid_until_at, state, order_id, decision_id
  FROM pricing_quote
"""


def state_of(state: str, from_at: datetime | None, until_at: datetime | None, at: datetime) -> str:
    """Return what a quote is at an instant: half-open, so that it is expired at its end."""
    if state != QuoteState.OPEN:
        return state
    if from_at is None or until_at is None:
        return PRICES_ONLY
    if at < from_at:
        return NOT_YET
    return EXPIRED if at >= until_at else state


def quotes_by_number(numbers: Collection[str]) -> dict[str, QuotedCart]:
    """Return the quotes that exist among the numbers; two statements, none for no number."""
    return {each.number: each for each in _quoted("number = ANY(%s::text[])", numbers)}


def quotes_by_id(ids: Collection[UUID]) -> dict[UUID, QuotedCart]:
    """Return the quotes that exist among the ids; two statements, none for no id."""
    return {each.id: each for each in _quoted("id = ANY(%s::uuid[])", ids)}


def _quoted(condition: str, wanted: Collection[str] | Collection[UUID]) -> list[QuotedCart]:
    rows = fetch(f"{_QUOTED} WHERE {condition}", [list(wanted)]) if wanted else []
    decisions = decisions_by_id([row[10] for row in rows]) if rows else {}
    return [
        QuotedCart(
            id=row[0], number=row[1], legal_entity_id=row[2], customer_id=row[3], currency=row[4], channel=row[5],
            valid_from_at=row[6], valid_until_at=row[7], state=row[8], order_id=row[9],
            decided=decided_cart(decisions[row[10]]),
        )
        for row in rows
    ]  # fmt: skip


def decided_cart(decision: DecisionFacts) -> DecidedCart:
    """Return a logged decision of pricing rules as it was when it was taken."""
    texts = CartTexts(decision.facts, decision.outcome, decision.trace)
    return DecidedCart(bytes(decision.version_sha256), texts)


def quotes(*, state: str = "", customer_id: UUID | None = None, number: str = "", at: datetime) -> QuerySet[Quote]:
    """Return quotes, those in one of STATES at the instant, of one customer, or whose number begins so."""
    found = Quote.objects.select_related("customer", "legal_entity")
    if customer_id is not None:
        found = found.filter(customer_id=customer_id)
    if number:
        found = found.filter(number__startswith=number.upper().replace("\x00", "\ufffd"))
    return found.filter(_in_state(state, at)) if state else found


def _in_state(state: str, at: datetime) -> Q:
    still = Q(state=QuoteState.OPEN)
    periods: Mapping[str, Q] = {
        "open": still & Q(valid_from_at__lte=at, valid_until_at__gt=at),
        EXPIRED: still & Q(valid_until_at__lte=at),
        NOT_YET: still & Q(valid_from_at__gt=at),
        PRICES_ONLY: still & Q(valid_from_at=None),
    }
    return periods.get(state, Q(state=state))


def quote(quote_id: UUID) -> Quote:
    """Return one quote; raises NotFound."""
    found = Quote.objects.select_related("customer", "legal_entity").filter(pk=quote_id).first()
    if found is None:
        raise NotFound("There is no such quote.")
    return found


def quote_made_by(source_ref: str) -> Quote | None:
    """Return the quote that a request has made already."""
    return Quote.objects.filter(source_ref=source_ref).first()


def quoted_cart(row: Quote) -> DecidedCart:
    """Return what the quote was decided from and how."""
    return decided_cart(decisions_by_id([row.decision_id])[row.decision_id])


def find_quotes(text: str, limit: int) -> list[Hit]:
    """Return quotes whose number begins so, for the search box."""
    found = Quote.objects.select_related("customer").filter(number__startswith=text.upper()).order_by("-number")
    return [Hit("quote", row.pk, row.number, row.customer.code) for row in found[:limit]]


def quote_numbers(ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the numbers of quotes by id."""
    return dict(Quote.objects.filter(pk__in=list(ids)).values_list("pk", "number"))
