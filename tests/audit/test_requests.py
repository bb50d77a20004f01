"""Idempotency keys: one of many carries the request out, everybody else gets a true answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection

from apps.audit.contract import Claim, ClaimState, RequestAnswer, RequestClaim, claim_requests, store_answers
from ordercash.kernel.sql import fetch
from ordercash.kernel.transactions import TransactionMisuse
from tests.factories.audit import count_statements, in_transaction, make_claim, run_on_other_connection

pytestmark = pytest.mark.django_db(transaction=True)

MINE = Claim(ClaimState.MINE)
IN_FLIGHT = Claim(ClaimState.IN_FLIGHT)
OTHER_BODY = Claim(ClaimState.OTHER_BODY)
REPLAY = Claim(ClaimState.REPLAY, 201, b'{"number": "SO-1"}')


def answer(claim: RequestClaim) -> RequestAnswer:
    return RequestAnswer(claim.caller_id, claim.key, claim.body_hash, "POST", "/api/v1/orders", 201, REPLAY.response)


def carry_out(claim: RequestClaim) -> Claim:
    """Claim, and answer when the claim is ours, in one transaction."""

    def verb() -> Claim:
        (found,) = claim_requests([claim])
        if found.state == ClaimState.MINE:
            store_answers([answer(claim)])
        return found

    return in_transaction(verb)


def test_a_claim_holds_until_the_end_of_its_transaction_and_needs_one() -> None:
    with pytest.raises(TransactionMisuse):
        claim_requests([make_claim()])
    assert in_transaction(lambda: claim_requests([make_claim()])) == [MINE]
    assert in_transaction(lambda: claim_requests([make_claim()])) == [MINE], "nothing was stored: the key is free again"


def test_a_stored_answer_is_replayed_and_another_body_refused() -> None:
    assert carry_out(make_claim()) == MINE
    assert carry_out(make_claim()) == REPLAY
    assert carry_out(make_claim(body="another")) == OTHER_BODY
    assert fetch("SELECT count(*) FROM audit_requestrecord") == [(1,)]


def test_keys_belong_to_their_caller() -> None:
    carry_out(make_claim())
    assert carry_out(make_claim(caller_id=UUID(int=8))) == MINE
    assert carry_out(make_claim(key="key2")) == MINE


def test_while_it_is_carried_out_the_same_request_is_in_flight_and_another_body_refused() -> None:
    def first() -> tuple[Claim, Claim, Claim, Claim]:
        assert claim_requests([make_claim()]) == [MINE]
        return (
            run_on_other_connection(lambda: carry_out(make_claim())),
            run_on_other_connection(lambda: carry_out(make_claim(body="another"))),
            run_on_other_connection(lambda: carry_out(make_claim(key="key2"))),
            run_on_other_connection(lambda: carry_out(make_claim(caller_id=UUID(int=8)))),
        )

    assert in_transaction(first) == (IN_FLIGHT, OTHER_BODY, MINE, MINE)


def test_a_key_that_comes_twice_in_a_batch_is_decided_by_its_first() -> None:
    batch = [make_claim(), make_claim(), make_claim(body="another"), make_claim(key="key2"), make_claim()]
    assert in_transaction(lambda: claim_requests(batch)) == [MINE, IN_FLIGHT, OTHER_BODY, MINE, IN_FLIGHT]


def test_a_batch_mixes_all_answers() -> None:
    carry_out(make_claim())
    batch = [make_claim(key="new"), make_claim(), make_claim(body="another"), make_claim()]
    assert in_transaction(lambda: claim_requests(batch)) == [MINE, REPLAY, OTHER_BODY, REPLAY]


def test_a_replay_is_given_to_many_at_once() -> None:
    """The answer is there: nobody who asks for it is told that it is in flight."""
    carry_out(make_claim())

    def first() -> Claim:
        assert claim_requests([make_claim()]) == [REPLAY]
        return run_on_other_connection(lambda: carry_out(make_claim()))

    assert in_transaction(first) == REPLAY


@pytest.mark.parametrize("round_number", range(3))
def test_of_fifty_parallel_requests_one_is_carried_out(round_number: int) -> None:
    start = threading.Barrier(50)

    def attempt(number: int) -> Claim:
        try:
            start.wait(20)
            return carry_out(make_claim())
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(attempt, range(50)))
    assert found.count(MINE) == 1
    assert all(claim in (MINE, IN_FLIGHT, REPLAY) for claim in found), "the same body is never called another one"
    assert fetch("SELECT count(*) FROM audit_requestrecord") == [(1,)]
    assert carry_out(make_claim()) == REPLAY


def test_of_parallel_requests_with_two_bodies_one_is_carried_out() -> None:
    start = threading.Barrier(20)

    def attempt(number: int) -> Claim:
        try:
            start.wait(20)
            return carry_out(make_claim(body=f"body {number % 2}"))
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(attempt, range(20)))
    assert found.count(MINE) <= 1
    assert fetch("SELECT count(*) FROM audit_requestrecord") == [(found.count(MINE),)]


@pytest.mark.parametrize("size", [1, 199])
def test_claims_take_two_statements_and_answers_one(size: int) -> None:
    claims = [make_claim(key=f"key {number}") for number in range(size)]

    def work() -> tuple[int, int]:
        return (
            count_statements(lambda: claim_requests(claims)),
            count_statements(lambda: store_answers([answer(claim) for claim in claims])),
        )

    assert in_transaction(work) == (2, 1)
    assert in_transaction(lambda: {claim.state for claim in claim_requests(claims)}) == {ClaimState.REPLAY}
