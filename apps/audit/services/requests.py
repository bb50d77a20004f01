"""Idempotency keys: who may carry out a request, who gets the stored answer, who is refused."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ordercash.kernel.ids import new_ids
from ordercash.kernel.sql import fetch, insert_rows
from ordercash.kernel.transactions import joins


class ClaimState(StrEnum):
    """What a caller may do with its key."""

    MINE = "mine"
    IN_FLIGHT = "in_flight"
    OTHER_BODY = "other_body"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class RequestClaim:
    """A request about to be carried out; `body_hash` is the SHA-256 of what was asked, method and path included."""

    caller_id: UUID
    key: str
    body_hash: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to a claim. `status` and `response` are filled for a replay only."""

    state: ClaimState
    status: int = 0
    response: bytes = b""


@dataclass(frozen=True, slots=True)
class RequestAnswer:
    """The answer to be given again whenever the same request comes back."""

    caller_id: UUID
    key: str
    body_hash: bytes
    method: str
    path: str
    status: int
    response: bytes


ANSWER_COLUMNS = {
    "id": "uuid",
    "caller_id": "uuid",
    "key_hash": "bytea",
    "body_hash": "bytea",
    "method": "varchar",
    "path": "varchar",
    "status": "smallint",
    "response": "bytea",
}

# The body is tried first, and the key only when the body is free: between the two nobody with the same body can take the key away.
TRY_LOCKS = """
SELECT CASE WHEN NOT pg_try_advisory_xact_lock(body) THEN 'in_flight'
            WHEN NOT pg_try_advisory_xact_lock(key) THEN 'other_body'
            ELSE 'mine' END
  FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS wanted (key, body, place)
 ORDER BY place
"""

STORED = """
SELECT wanted.place, stored.body_hash, stored.status, stored.response
  FROM unnest(%s::uuid[], %s::bytea[]) WITH ORDINALITY AS wanted (caller_id, key_hash, place)
  JOIN audit_requestrecord AS stored ON stored.caller_id = wanted.caller_id AND stored.key_hash = wanted.key_hash
"""


@joins
def claim_requests(claims: Sequence[RequestClaim]) -> list[Claim]:
    """Claim idempotency keys until the end of the transaction: two statements for the whole batch, nothing waits.

    A stored answer with the same body is a `replay`, with another body `other_body` (422). A key that another transaction
    holds at this moment is `in_flight` (409) for the same body and `other_body` for another. Everything else is `mine`:
    carry it out, then `store_answers` in the same transaction. A key that comes twice in the batch is decided by its first.
    Up to 1,000 claims a batch (two locks each). Source: the IETF draft on the Idempotency-Key header field.
    """
    if not claims:
        return []
    locks = fetch(TRY_LOCKS, [[_lock(claim) for claim in claims], [_lock(claim, claim.body_hash) for claim in claims]])
    stored = fetch(STORED, [[claim.caller_id for claim in claims], [_key_hash(claim.key) for claim in claims]])
    answers = {place: (body_hash, status, response) for place, body_hash, status, response in stored}
    first: dict[tuple[UUID, str], bytes] = {}
    found: list[Claim] = []
    for place, (claim, (locked,)) in enumerate(zip(claims, locks, strict=True), start=1):
        if place in answers:
            found.append(_answered(claim, *answers[place]))
        elif (claim.caller_id, claim.key) in first:
            same = first[claim.caller_id, claim.key] == claim.body_hash
            found.append(Claim(ClaimState.IN_FLIGHT if same else ClaimState.OTHER_BODY))
        else:
            first[claim.caller_id, claim.key] = claim.body_hash
            found.append(Claim(ClaimState(locked)))
    return found


@joins
def store_answers(answers: Sequence[RequestAnswer]) -> None:
    """Keep the answers of claimed requests with one statement; they are given again to whoever repeats the request."""
    ids = new_ids(len(answers))
    insert_rows(
        "audit_requestrecord",
        ANSWER_COLUMNS,
        [
            (
                row_id,
                answer.caller_id,
                _key_hash(answer.key),
                answer.body_hash,
                answer.method,
                answer.path[:300],
                answer.status,
                answer.response,
            )
            for row_id, answer in zip(ids, answers, strict=True)
        ],
    )


def _answered(claim: RequestClaim, body_hash: bytes, status: int, response: bytes) -> Claim:
    if bytes(body_hash) != claim.body_hash:
        return Claim(ClaimState.OTHER_BODY)
    return Claim(ClaimState.REPLAY, status, bytes(response))


def _key_hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _lock(claim: RequestClaim, body_hash: bytes = b"") -> int:
    """Return the 64-bit name of the advisory lock on a caller's key, or on its key with a body."""
    name = hashlib.sha256(b"request" + claim.caller_id.bytes + _key_hash(claim.key) + body_hash).digest()
    return int.from_bytes(name[:8], "big", signed=True)
