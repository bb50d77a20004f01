"""Orders over the API: one transaction claims the requests, places what can be placed and keeps every answer.

A batch may carry requests of several callers that came in at the same moment. A member that is wrong is answered on its own; if
the database refuses the transaction because of one member, each is tried again alone, so it never harms its neighbours.
"""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import DatabaseError, DataError, IntegrityError
from psycopg.errors import UniqueViolation

from apps.audit.contract import (
    Claim,
    ClaimState,
    KeyInFlight,
    KeyReused,
    RequestAnswer,
    RequestClaim,
    claim_requests,
    store_answers,
)
from apps.orders.decisions.canonical import CanonicalOrder
from apps.orders.decisions.outcomes import Placed
from apps.orders.selectors.existing import existing_orders
from apps.orders.services.answers import answer_of
from apps.orders.services.drafts import OrderDraft
from apps.orders.services.place import place_drafts
from apps.orders.services.resolve import Intake, resolve_orders
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Conflict, DomainError, Fault
from ordercash.kernel.money import AmountOutOfRange
from ordercash.kernel.transactions import apart, joins, writes
from ordercash.web.api.problems import Unexpected

log = logging.getLogger("ordercash.orders.submit")

# What one member of a batch can cause. A lost connection or a deadlock is nobody's fault and goes on its own way.
REFUSALS = (DataError, IntegrityError, DomainError)

METHOD, PATH = "POST", "/api/v1/orders"
CREATED = 201


@dataclass(frozen=True, slots=True)
class Submission:
    """One request: an order (or the refusal that reading it gave), its key and the SHA-256 of its body."""

    actor: Actor
    key: str
    body_hash: bytes
    order: CanonicalOrder | DomainError

    @property
    def source_ref(self) -> str:
        """Return the second net: the same caller and key can never make a second order, even when the answer is gone."""
        return "api:" + hashlib.sha256(self.actor.id.bytes + self.key.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back: the HTTP status and the JSON body, the same bytes at every repetition."""

    status: int
    body: bytes


def submit_orders(submissions: Sequence[Submission], *, now: datetime) -> list[Answer]:
    """Place the orders of a batch of requests and answer each in order; see the module."""
    try:
        return _submit(submissions, now=now)
    except (DatabaseError, DomainError):
        return [_submit_alone(submission, now=now) for submission in submissions]


def _submit_alone(submission: Submission, *, now: datetime) -> Answer:
    """Try one request again; what is refused a second time is answered with why, to this caller alone."""
    try:
        return _submit([submission], now=now, again=True)[0]
    except REFUSALS as refusal:
        return _answer(_told(refusal))


def _told(refusal: DatabaseError | DomainError) -> DomainError:
    """Return what a caller is told. Every order fits on its own, as its checks made sure; only what a customer owes can overflow."""
    if isinstance(refusal, DomainError):
        return refusal
    if isinstance(refusal.__cause__, UniqueViolation):
        return Conflict("An order with this reference exists already.")
    if isinstance(refusal, IntegrityError):
        log.error("an order was refused by the database", exc_info=refusal)
        return Unexpected()
    detail = "All that the customer owes, with this order, is beyond what can be booked."
    return AmountOutOfRange(detail, faults=[Fault("/customer", AmountOutOfRange.code, detail)])


@writes
def _submit(submissions: Sequence[Submission], *, now: datetime, again: bool = False) -> list[Answer]:
    """Claim, carry out, keep the answers. `again` looks for orders whose answer is gone; the first try trusts the constraint."""
    claims = claim_requests([RequestClaim(item.actor.id, item.key, item.body_hash) for item in submissions])
    answers = [_claimed(claim) for claim in claims]
    mine = [index for index, answer in enumerate(answers) if answer is None]
    for index, answer in zip(
        mine, _carry_out([submissions[index] for index in mine], now=now, again=again), strict=True
    ):
        answers[index] = answer
    store_answers([_stored(submissions[index], answers[index]) for index in mine])
    return [answer for answer in answers if answer is not None]


def _claimed(claim: Claim) -> Answer | None:
    if claim.state == ClaimState.REPLAY:
        return Answer(claim.status, claim.response)
    if claim.state == ClaimState.OTHER_BODY:
        return _answer(KeyReused("Use a new key for a new order; this one was used with another body."))
    if claim.state == ClaimState.IN_FLIGHT:
        return _answer(KeyInFlight())
    return None


@joins
def _carry_out(submissions: Sequence[Submission], *, now: datetime, again: bool) -> list[Answer]:
    intakes = [
        Intake(item.order, item.source_ref, item.actor.id)
        for item in submissions
        if isinstance(item.order, CanonicalOrder)
    ]
    resolved = dict(zip((intake.source_ref for intake in intakes), resolve_orders(intakes, now=now), strict=True))
    placed = _place([draft for draft in resolved.values() if isinstance(draft, OrderDraft)], now=now, again=again)
    answers = []
    for item in submissions:
        outcome = item.order if isinstance(item.order, DomainError) else resolved[item.source_ref]
        answers.append(_answer(outcome) if isinstance(outcome, DomainError) else _created(placed[item.source_ref]))
    return answers


def _place(drafts: Sequence[OrderDraft], *, now: datetime, again: bool) -> dict[str, Placed]:
    known = existing_orders([draft.source_ref for draft in drafts]) if again else {}
    new = [draft for draft in drafts if draft.source_ref not in known]
    return known | dict(zip((draft.source_ref for draft in new), place_drafts(new, now=now), strict=True))


def _created(placed: Placed) -> Answer:
    return Answer(CREATED, orjson.dumps(answer_of(placed)))


def _answer(error: DomainError) -> Answer:
    return Answer(error.status, orjson.dumps(error.as_problem()))


def _stored(submission: Submission, answer: Answer | None) -> RequestAnswer:
    assert answer is not None  # noqa: S101 - every claimed request was answered above
    return RequestAnswer(
        caller_id=submission.actor.id,
        key=submission.key,
        body_hash=submission.body_hash,
        method=METHOD,
        path=PATH,
        status=answer.status,
        response=answer.body,
    )


def submit_batch(
    actor: Actor, key: str, body_hash: bytes, orders: Sequence[CanonicalOrder | DomainError], *, now: datetime
) -> Answer:
    """Place up to 1,000 orders of one request in one transaction; the answer lists each order's own status and body.

    Wrong members are answered on their own and harm no other; the request as a whole is answered with 200.
    """
    try:
        return _submit_batch(actor, key, body_hash, orders, now=now)
    except REFUSALS:
        return _submit_batch(actor, key, body_hash, orders, now=now, by_halves=True)


@writes
def _submit_batch(
    actor: Actor,
    key: str,
    body_hash: bytes,
    orders: Sequence[CanonicalOrder | DomainError],
    *,
    now: datetime,
    by_halves: bool = False,
) -> Answer:
    (claim,) = claim_requests([RequestClaim(actor.id, key, body_hash)])
    known = _claimed(claim)
    if known is not None:
        return known
    members = [Submission(actor, _member_key(key, index), body_hash, order) for index, order in enumerate(orders)]
    answers = _by_halves(members, now=now) if by_halves else _carry_out(members, now=now, again=True)
    items = [
        {"index": index, "status": item.status, "body": orjson.Fragment(item.body)}
        for index, item in enumerate(answers)
    ]
    placed = sum(item.status == CREATED for item in answers)
    answer = Answer(200, orjson.dumps({"placed": placed, "refused": len(answers) - placed, "items": items}))
    store_answers([_stored(Submission(actor, key, body_hash, orders[0]), answer)])
    return answer


def _by_halves(members: Sequence[Submission], *, now: datetime) -> list[Answer]:
    """Carry out what can be: what is refused together is tried in halves, down to the members that are refused alone."""
    try:
        with apart():
            return _carry_out(members, now=now, again=True)
    except REFUSALS as refusal:
        if len(members) == 1:
            return [_answer(_told(refusal))]
    middle = len(members) // 2
    return _by_halves(members[:middle], now=now) + _by_halves(members[middle:], now=now)


def _member_key(key: str, index: int) -> str:
    """Name a member of a batch as no request can name itself: a caller's key has no line breaks."""
    return f"{key}\n{index}"
