"""A request with an Idempotency-Key: carried out once, and answered with the same bytes whenever it comes back."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.audit.services.requests import ClaimState, RequestAnswer, RequestClaim, claim_requests, store_answers
from ordercash.kernel.errors import Conflict, DomainError
from ordercash.kernel.transactions import writes
from ordercash.web.api.once import IN_FLIGHT, REUSED, NamedRequest


class KeyInFlight(Conflict):
    """The same request is being carried out at this moment."""

    code, title = IN_FLIGHT, "The same request is being carried out; ask again shortly"


class KeyReused(DomainError):
    """The Idempotency-Key was used for another request (IETF draft, section 2.7)."""

    code, title, status = REUSED, "This Idempotency-Key belongs to another request", 422


@dataclass(frozen=True, slots=True)
class OnceAnswered:
    """The status and the bytes of an answer."""

    status: int
    body: bytes


@writes
def answer_once(*, claim: RequestClaim, method: str, path: str, carry_out: Callable[[], OnceAnswered]) -> OnceAnswered:
    """Carry a request out in one transaction with its answer, or give the stored answer again.

    A refusal that `carry_out` raises undoes everything and stores nothing, so that the request may be sent again.
    Raises KeyInFlight (409) and KeyReused (422).
    """
    (claimed,) = claim_requests([claim])
    if claimed.state is ClaimState.REPLAY:
        return OnceAnswered(claimed.status, claimed.response)
    if claimed.state is ClaimState.IN_FLIGHT:
        raise KeyInFlight()
    if claimed.state is ClaimState.OTHER_BODY:
        raise KeyReused("Use a new key for a new request; this one was used for another order or body.")
    answer = carry_out()
    store_answers(
        [RequestAnswer(claim.caller_id, claim.key, claim.body_hash, method, path, answer.status, answer.body)]
    )
    return answer


def keep_answer(named: NamedRequest, carry_out: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    """Carry a named request of the API out once: what `ordercash.web.api.once` asks for. Raises as `answer_once`."""
    answer = answer_once(
        claim=RequestClaim(named.caller_id, named.key, named.body_hash),
        method=named.method,
        path=named.path,
        carry_out=lambda: OnceAnswered(*carry_out()),
    )
    return answer.status, answer.body
