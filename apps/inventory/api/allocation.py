"""Allocation runs over the API: tried, looked at, carried out, taken back, put away."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from pydantic import AwareDatetime, BaseModel, Field
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.inventory.api.bodies import Code, Quantity
from apps.inventory.models import AllocationMove, AllocationRun, RunState
from apps.inventory.permissions import ALLOCATE_BY_HAND, COMMIT_ALLOCATION, SIMULATE_ALLOCATION, VIEW_ALLOCATION
from apps.inventory.selectors.allocation import RUN_SORT, allocation_run, allocation_runs, moves_of
from apps.inventory.services import allocation_runs as verbs
from apps.inventory.services.allocation_facts import Scope
from apps.masterdata.contract import actor_of, entities_by_code, products_by_sku
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import Fault, Forbidden
from ordercash.web.api.bodies import read_body
from ordercash.web.api.once import respond_once
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.values import Answer, Number, Text, strict
from ordercash.web.api.wanted import text_wanted

MOST_MOVES = 1000


class GivenTo(BaseModel):
    """What a waiting line gets by hand, in units of its product."""

    model_config = strict(line_id="0198c0de-0000-7000-8000-000000000001", quantity="5")

    line_id: UUID
    quantity: Quantity


class NewRun(BaseModel):
    """What is tried: all that is waited for of a legal entity, or some products; without a strategy that of the rules.

    `quantities` belong to the strategy `manual`: what waiting lines get of what lies free; nobody else gets or loses anything.
    """

    model_config = strict(legal_entity="UK01", skus=["MUG-BLUE"], strategy="priority")

    legal_entity: Code
    skus: Annotated[list[Code], Field(max_length=200)] = []
    strategy: Literal["", "first_come", "priority", "fair_share", "manual"] = ""
    quantities: Annotated[list[GivenTo], Field(max_length=1000)] = []


class WhyBody(BaseModel):
    """Why somebody does it."""

    model_config = strict(reason="Key accounts wait since Monday")

    reason: Annotated[Text, Field(min_length=1, max_length=140)]


class RunRow(Answer):
    """A run; `figures` says who gains and loses, in units, money (minor units) and fairness, also by every other strategy.

    `decision_id` is set when it was carried out by rules: what was known and decided, to be replayed.
    """

    id: UUID
    number: str
    legal_entity: str
    state: Literal["simulated", "committed", "rolled_back", "discarded"]
    strategy: str
    figures: dict[str, Any]
    reason: str
    made_at: AwareDatetime
    committed_at: AwareDatetime | None
    rolled_back_at: AwareDatetime | None
    decision_id: UUID | None


class MoveShown(Answer):
    """What a run gives to a line or takes from it, in one warehouse."""

    order_id: UUID
    line_id: UUID
    sku: str
    warehouse: str | None
    tier: str
    before: Number
    after: Number
    promised_on: str | None


class RunShown(RunRow):
    """A run with the moves that are worth most."""

    moves: list[MoveShown]


class AllocationRuns(APIView):
    """GET runs, the newest first; POST tries one and changes nothing else."""

    permissions = {"GET": VIEW_ALLOCATION, "POST": SIMULATE_ALLOCATION}
    shapes = {
        "GET": Shape(answer=RunRow, query={"state": f"One of {', '.join(RunState.values)}"}, paged=True),
        "POST": Shape(request=NewRun, answer=RunShown, status=201, keyed=True),
    }

    def get(self, request: Request) -> Response:
        state = text_wanted(request, "state")
        if state and state not in RunState.values:
            raise InvalidInput(faults=[Fault("?state", "unknown_state", "There is no such state.")])
        rows = allocation_runs(states=[state] if state else ())
        return page_response(request, rows, sort=RUN_SORT, show=lambda page: [_row(each) for each in page])

    def post(self, request: Request) -> HttpResponse:
        body, now, actor = read_body(NewRun, request.data), clock.now(), actor_of(request.user)
        scope, by_hand = _scope(body), _by_hand(body)
        if by_hand and not request.user.has_perm(ALLOCATE_BY_HAND):
            raise Forbidden("You may not give scarce goods to lines by hand.")

        def work(_: str) -> tuple[int, dict[str, Any]]:
            row = verbs.simulate_allocation(scope, strategy=body.strategy, by_hand=by_hand, actor=actor, now=now)
            return 201, _shown(row.pk)

        return respond_once(request, work)


class AllocationRunDetail(APIView):
    """GET one run with what it moves."""

    permissions = {"GET": VIEW_ALLOCATION}
    shapes = {"GET": Shape(answer=RunShown)}

    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(_shown(run_id))


class CommitRun(APIView):
    """POST carries a tried run out, as one transaction; 409 `allocation_stale` when something changed since."""

    permissions = {"POST": COMMIT_ALLOCATION}
    shapes = {"POST": Shape(request=WhyBody, answer=RunShown, keyed=True)}

    def post(self, request: Request, run_id: UUID) -> HttpResponse:
        return _once(request, run_id, verbs.commit_allocation)


class RollBackRun(APIView):
    """POST takes a run back that was carried out, while nothing of it has left."""

    permissions = {"POST": COMMIT_ALLOCATION}
    shapes = {"POST": Shape(request=WhyBody, answer=RunShown, keyed=True)}

    def post(self, request: Request, run_id: UUID) -> HttpResponse:
        return _once(request, run_id, verbs.roll_back_allocation)


class DiscardRun(APIView):
    """POST puts a tried run away."""

    permissions = {"POST": SIMULATE_ALLOCATION}
    shapes = {"POST": Shape(answer=RunShown, keyed=True)}

    def post(self, request: Request, run_id: UUID) -> HttpResponse:
        def work(_: str) -> tuple[int, dict[str, Any]]:
            verbs.discard_allocation(run_id)
            return 200, _shown(run_id)

        return respond_once(request, work)


def _once(request: Request, run_id: UUID, verb: Callable[..., AllocationRun]) -> HttpResponse:
    reason, now, actor = read_body(WhyBody, request.data).reason, clock.now(), actor_of(request.user)
    return respond_once(request, lambda _: (200, _done(verb, run_id, reason, actor, now)))


def _done(verb: Callable[..., AllocationRun], run_id: UUID, reason: str, actor: Actor, now: datetime) -> dict[str, Any]:
    verb(run_id, reason=reason, actor=actor, now=now)
    return _shown(run_id)


def _scope(body: NewRun) -> Scope:
    entity = entities_by_code().get(body.legal_entity)
    if entity is None:
        detail = f"There is no legal entity {body.legal_entity}."
        raise InvalidInput(faults=[Fault("/legal_entity", "unknown_legal_entity", detail)])
    known = products_by_sku(body.skus)
    faults = [
        Fault(f"/skus/{place}", "unknown_product", f"There is no product {sku}.")
        for place, sku in enumerate(body.skus)
        if sku not in known
    ]
    if faults:
        raise InvalidInput(faults=faults)
    return Scope(entity.id, tuple(known[sku].id for sku in body.skus))


def _by_hand(body: NewRun) -> dict[UUID, Decimal]:
    if body.strategy == "manual" and not body.quantities:
        raise InvalidInput(faults=[Fault("/quantities", "required", "Say what each line gets by hand.")])
    if body.quantities and body.strategy != "manual":
        raise InvalidInput(faults=[Fault("/strategy", "not_by_hand", 'Quantities belong to the strategy "manual".')])
    given: dict[UUID, Decimal] = {}
    for place, each in enumerate(body.quantities):
        if each.line_id in given:
            detail = "The line has a quantity already."
            raise InvalidInput(faults=[Fault(f"/quantities/{place}/line_id", "twice", detail)])
        given[each.line_id] = each.quantity
    return given


def _row(row: AllocationRun) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "legal_entity": row.legal_entity.code,
        "state": row.state,
        "strategy": row.strategy,
        "figures": row.figures,
        "reason": row.reason,
        "made_at": row.made_at,
        "committed_at": row.committed_at,
        "rolled_back_at": row.rolled_back_at,
        "decision_id": row.decision_id,
    }


def _shown(run_id: UUID) -> dict[str, Any]:
    row = allocation_run(run_id)
    return {**_row(row), "moves": [_move(each) for each in moves_of(run_id, MOST_MOVES)]}


def _move(row: AllocationMove) -> dict[str, Any]:
    return {
        "order_id": row.order_id,
        "line_id": row.line_id,
        "sku": row.product.sku,
        "warehouse": row.warehouse.code if row.warehouse else None,
        "tier": row.tier,
        "before": _text(row.was_reserved),
        "after": _text(row.reserved),
        "promised_on": row.promised_on.isoformat() if row.promised_on else None,
    }


def _text(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
