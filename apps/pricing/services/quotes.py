"""Verbs of quotes: making them, withdrawing them, and taking them for orders."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from apps.audit.contract import record_events
from apps.pricing.decisions.document.schema import RULES_KIND
from apps.pricing.events import QUOTE_MADE, QUOTE_ORDERED, QUOTE_WITHDRAWN, quote_event
from apps.pricing.models import Quote, QuoteState
from apps.pricing.selectors.carts import CartRequest
from apps.pricing.selectors.deciding import DecidedCart, price_carts
from apps.pricing.selectors.wishes import CartUnresolvable, CartWish, resolve_carts
from apps.pricing.states import QUOTE
from apps.rulebooks.contract import DecisionDraft, record_decisions
from ordercash.kernel import sql
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError, Fault, NotFound
from ordercash.kernel.ids import new_ids
from ordercash.kernel.money import MAX_MINOR, AmountOutOfRange
from ordercash.kernel.transactions import joins, writes

NOBODY: Final = UUID(int=0)
# A promise is priced at the instant from which it is valid; so much may lie between the question and its answer.
SAME_INSTANT: Final = timedelta(minutes=5)
_OTHER: Final = Fault("/at", "other_instant", "Leave it out, or leave out valid_until_at: then nobody can order at it.")

_CLAIM: Final = """
WITH wanted AS (
    SELECT q.id, c.order_id FROM unnest(%s::uuid[], %s::uuid[]) AS c(id, order_id) JOIN pricing_quote q ON q.id = c.id
     ORDER BY q.id FOR UPDATE OF q)
UPDATE pricing_quote q SET state = 'ordered', order_id = w.order_id, ordered_at = %s
  FROM wanted w
 WHERE q.id = w.id AND q.state = 'open' AND q.valid_from_at <= %s AND q.valid_until_at > %s
RETURNING q.id, q.number, q.order_id, q.legal_entity_id
"""


class QuoteRefused(DomainError):
    """The quote cannot be made as it was asked for; `faults` say where."""

    code, title = "quote_refused", "The quote cannot be made like this"


class QuoteWish(NamedTuple):
    """A quote to be made. With `valid_until_at` an order may be placed at it from `valid_from_at` (None: from now) until then."""

    cart: CartWish
    source_ref: str
    valid_from_at: datetime | None = None
    valid_until_at: datetime | None = None
    note: str = ""


class QuoteClaim(NamedTuple):
    """An order that is placed at a quote."""

    quote_id: UUID
    order_id: UUID


@joins
def make_quotes(wishes: Sequence[QuoteWish], *, any_instant: bool = False, actor: Actor, now: datetime) -> list[Quote]:
    """Price carts and keep them as quotes, all or none; `any_instant`: also promise prices of the past or the future.

    Raises CartUnresolvable, QuoteRefused, AmountOutOfRange, NoRulebookInForce.
    """
    carts = _carts(wishes, any_instant, now)
    decided = price_carts(carts)
    for wish, each in zip(wishes, decided, strict=True):
        _refuse_unusable(wish, each)
    ids = new_ids(len(wishes))
    decision_ids = record_decisions(
        [
            DecisionDraft(RULES_KIND, "quote", id, each.version_sha256, *each.texts, taken_at=now)
            for id, each in zip(ids, decided, strict=True)
        ]
    )
    numbers = sql.fetch("SELECT nextval('pricing_quote_number') FROM generate_series(1, %s)", [len(wishes)])
    rows = [
        _row(id, f"Q-{number:08d}", decision_id, wish, cart, each, actor, now)
        for id, (number,), decision_id, wish, cart, each in zip(
            ids, numbers, decision_ids, wishes, carts, decided, strict=True
        )
    ]
    Quote.objects.bulk_create(rows)
    record_events([_told(row, QUOTE_MADE, _payload(row), now, actor.id) for row in rows])
    return rows


@writes
def make_quote(wish: QuoteWish, *, any_instant: bool = False, actor: Actor, now: datetime) -> Quote:
    """Price one cart and keep it as a quote; see `make_quotes`."""
    return make_quotes([wish], any_instant=any_instant, actor=actor, now=now)[0]


@writes
def withdraw_quote(quote_id: UUID, *, reason: str, actor: Actor, now: datetime) -> Quote:
    """Take an open quote back: no order can be placed at it any more. Raises NotFound and, when it was used, WrongState."""
    row = Quote.objects.select_for_update().filter(pk=quote_id).first()
    if row is None:
        raise NotFound("There is no such quote.")
    row.state = QUOTE.after(row.state, "withdraw")
    row.save(update_fields=["state"])
    record_events([_told(row, QUOTE_WITHDRAWN, {"number": row.number, "reason": reason[:300]}, now, actor.id)])
    return row


@joins
def claim_quotes(claims: Sequence[QuoteClaim], *, actor_id: UUID, now: datetime) -> set[UUID]:
    """Take each quote for its order while it is open and valid; returns the ids of those that were taken.

    One conditional statement in key order: of orders that ask for a quote at the same time one gets it.
    """
    first: Mapping[UUID, UUID] = {claim.quote_id: claim.order_id for claim in reversed(claims)}
    if not first:
        return set()
    taken = sql.fetch(_CLAIM, [list(first), list(first.values()), now, now, now])
    record_events(
        [
            quote_event(
                QUOTE_ORDERED, quote_id=id, legal_entity_id=entity_id, occurred_at=now, actor_id=actor_id,
                payload={"number": number, "order_id": str(order_id)},
            )
            for id, number, order_id, entity_id in taken
        ]
    )  # fmt: skip
    return {row[0] for row in taken}


def _carts(wishes: Sequence[QuoteWish], any_instant: bool, now: datetime) -> list[CartRequest]:
    """Return the carts with their codes looked up, all at once."""
    for wish in wishes:
        _refuse_odd(wish, any_instant, now)
    found = resolve_carts([wish.cart for wish in wishes])
    refused = [each for each in found if isinstance(each, CartUnresolvable)]
    if refused:
        raise refused[0]
    return [each for each in found if isinstance(each, CartRequest)]


def _refuse_odd(wish: QuoteWish, any_instant: bool, now: datetime) -> None:
    if not wish.cart.customer:
        raise CartUnresolvable(faults=[Fault("/customer", "customer_missing", "A quote is made for a customer.")])
    begins = wish.valid_from_at or now
    if wish.valid_until_at is None:
        if wish.valid_from_at is not None:
            raise QuoteRefused(faults=[Fault("/valid_until_at", "required", "Say until when the quote is valid.")])
    elif wish.valid_until_at <= max(begins, now):
        raise QuoteRefused(
            faults=[Fault("/valid_until_at", "not_after_begin", "A quote is valid for some time that is not over yet.")]
        )
    elif not any_instant and abs(wish.cart.at - begins) > SAME_INSTANT:
        raise QuoteRefused(
            "Prices of another instant are shown, and promised only with a permission of its own.", faults=[_OTHER]
        )


def _refuse_unusable(wish: QuoteWish, decided: DecidedCart) -> None:
    """Refuse sums that cannot be booked, and to promise prices that nobody knows."""
    if decided.priced.gross_minor > MAX_MINOR:
        raise AmountOutOfRange(faults=[Fault("/lines", AmountOutOfRange.code, "Together this cannot be booked.")])
    if wish.valid_until_at is None:
        return
    faults = [
        Fault(f"/lines/{place}/sku", "price_missing", f"No price is known of {wish.cart.lines[place].sku}.")
        for place, line in enumerate(decided.priced.lines)
        if line.unit_price is None
    ]
    if faults:
        raise QuoteRefused("Nobody may order at a price that is not known.", faults=faults)


def _row(
    id: UUID, number: str, decision_id: UUID, wish: QuoteWish, cart: CartRequest, decided: DecidedCart, actor: Actor, now: datetime
) -> Quote:  # fmt: skip
    priced = decided.priced
    begins = None if wish.valid_until_at is None else wish.valid_from_at or now
    return Quote(
        id=id, number=number, source_ref=wish.source_ref, legal_entity_id=cart.legal_entity_id, customer_id=cart.customer_id or NOBODY,
        currency_id=cart.currency, channel=cart.channel, priced_at=cart.at, valid_from_at=begins,
        valid_until_at=wish.valid_until_at, line_count=len(cart.lines),
        discount_minor=priced.gross_minor - priced.net_minor,
        net_minor=priced.net_minor,
        version_sha256=decided.version_sha256, decision_id=decision_id, note=wish.note, state=QuoteState.OPEN,
        made_by=actor.id, recorded_at=now,
    )  # fmt: skip


def _payload(row: Quote) -> dict[str, Any]:
    known: dict[str, Any] = {
        "number": row.number, "currency": row.currency_id, "net_minor": row.net_minor, "lines": row.line_count,
    }  # fmt: skip
    return known | ({"valid_until_at": row.valid_until_at.isoformat()} if row.valid_until_at else {})


def _told(row: Quote, name: str, payload: Mapping[str, Any], now: datetime, actor_id: UUID) -> Any:
    return quote_event(
        name, quote_id=row.pk, legal_entity_id=row.legal_entity_id, payload=payload, occurred_at=now, actor_id=actor_id
    )
