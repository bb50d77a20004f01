"""A request with an Idempotency-Key: carried out once, and answered with the same bytes whenever it comes back."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.audit.contract import ClaimState, RequestAnswer, RequestClaim, claim_requests, store_answers
from ordercash.kernel.errors import Conflict, DomainError
from ordercash.kernel.transactions import writes


class RequestInFlight(Conflict):
    """The same request is being carried out at this moment."""

    code, title = "request_in_flight", "The same request is being carried out; try again in a moment"


class KeyReused(DomainError):
    """The key belongs to another request."""

    code, title = "idempotency_key_reused", "The Idempotency-Key was used for another request"


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the bytes of an answer."""

    status: int
    body: bytes


@writes
def answer_once(*, claim: RequestClaim, method: str, path: str, carry_out: Callable[[], Answer]) -> Answer:
    """Carry a request out in one transaction with its answer, or give the stored answer again.

    A refusal that `carry_out` raises undoes everything and stores nothing, so that the request may be sent again.
    Raises RequestInFlight (409) and KeyReused (422).
    """
    (claimed,) = claim_requests([claim])
    if claimed.state is ClaimState.REPLAY:
        return Answer(claimed.status, claimed.response)
    if claimed.state is ClaimState.IN_FLIGHT:
        raise RequestInFlight()
    if claimed.state is ClaimState.OTHER_BODY:
        raise KeyReused()
    answer = carry_out()
    store_answers(
        [RequestAnswer(claim.caller_id, claim.key, claim.body_hash, method, path, answer.status, answer.body)]
    )
    return answer
