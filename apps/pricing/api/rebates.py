"""Rebate agreements and their exposure over the API."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of, customer_groups, customer_id_called, customers_by_code, entities_by_code
from apps.pricing.api.rebate_shapes import AccrualShown, EndRebate, ExposureShown, NewRebate, RebateShown, Settled
from apps.pricing.models import RebateAccrual, RebateAgreement, RebateState
from apps.pricing.permissions import APPROVE_REBATES, DRAFT_REBATES, SETTLE_REBATES, VIEW_REBATES
from apps.pricing.selectors.rebates import Exposure, accounts, accruals, agreement, agreements, exposures
from apps.pricing.services import rebate_agreements as verbs
from apps.pricing.services.rebate_settlements import settle_rebate
from ordercash.kernel import clock
from ordercash.kernel.errors import Fault
from ordercash.kernel.money import exponent, to_major
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput


class Rebates(APIView):
    """GET the agreements by code; POST a draft, which somebody else approves."""

    permissions = {"GET": VIEW_REBATES, "POST": DRAFT_REBATES}
    shapes = {
        "GET": Shape(answer=RebateShown, query={"state": Query("In one state", words=RebateState.values)}, paged=True),
        "POST": Shape(request=NewRebate, answer=RebateShown, status=201),
    }

    def get(self, request: Request) -> Response:
        found = agreements(state=_state(request)).prefetch_related("tiers", "products__product")
        return page_response(request, found, sort="code", show=lambda rows: [_agreement(row) for row in rows])

    def post(self, request: Request) -> Response:
        given = read_body(NewRebate, request.data)
        (row,) = verbs.draft_rebates([_draft(given)], actor=actor_of(request.user), now=clock.now())
        return Response(_agreement(agreement(row.pk)), status=201)


class RebateDetail(APIView):
    """GET one agreement; PUT one's own draft anew; DELETE a draft."""

    permissions = {"GET": VIEW_REBATES, "PUT": DRAFT_REBATES, "DELETE": DRAFT_REBATES}
    shapes = {
        "GET": Shape(answer=RebateShown),
        "PUT": Shape(request=NewRebate, answer=RebateShown),
        "DELETE": Shape(status=204),
    }

    def get(self, request: Request, agreement_id: UUID) -> Response:
        return Response(_agreement(agreement(agreement_id)))

    def put(self, request: Request, agreement_id: UUID) -> Response:
        draft = _draft(read_body(NewRebate, request.data))
        verbs.change_rebate(agreement_id, draft=draft, actor=actor_of(request.user), now=clock.now())
        return Response(_agreement(agreement(agreement_id)))

    def delete(self, request: Request, agreement_id: UUID) -> Response:
        verbs.discard_rebate(agreement_id, actor=actor_of(request.user), now=clock.now())
        return Response(status=204)


class RebateApproval(APIView):
    """POST to approve a draft of somebody else."""

    permissions = {"POST": APPROVE_REBATES}
    shapes = {"POST": Shape(answer=RebateShown)}

    def post(self, request: Request, agreement_id: UUID) -> Response:
        verbs.approve_rebate(agreement_id, actor=actor_of(request.user), now=clock.now())
        return Response(_agreement(agreement(agreement_id)))


class RebateEnd(APIView):
    """POST to end an approved agreement earlier than agreed."""

    permissions = {"POST": APPROVE_REBATES}
    shapes = {"POST": Shape(request=EndRebate, answer=RebateShown)}

    def post(self, request: Request, agreement_id: UUID) -> Response:
        given = read_body(EndRebate, request.data)
        verbs.end_rebate(
            agreement_id,
            until_date=given.until_date,
            reason=given.reason,
            actor=actor_of(request.user),
            now=clock.now(),
        )
        return Response(_agreement(agreement(agreement_id)))


class RebateSettlement(APIView):
    """POST to settle by credit note all that was earned up to now; repeating it settles nothing twice."""

    permissions = {"POST": SETTLE_REBATES}
    shapes = {"POST": Shape(answer=Settled)}

    def post(self, request: Request, agreement_id: UUID) -> Response:
        row = agreement(agreement_id)
        outcome = settle_rebate(row.id, actor=actor_of(request.user), now=clock.now())
        notes = [
            {
                "id": note.document_id,
                "number": note.number,
                "net": _major(note.net_minor, row.currency_id),
                "gross": _major(note.gross_minor, row.currency_id),
            }
            for note in outcome.issued
        ]
        return Response({"credit_notes": notes, "is_set_aside": bool(outcome.refused)})


class RebateAccruals(APIView):
    """GET the rows of an agreement in the order they were recorded."""

    permissions = {"GET": VIEW_REBATES}
    shapes = {"GET": Shape(answer=AccrualShown, paged=True)}

    def get(self, request: Request, agreement_id: UUID) -> Response:
        currency = agreement(agreement_id).currency_id
        return page_response(
            request, accruals(agreement_id), sort="id", show=lambda rows: [_accrual(row, currency) for row in rows]
        )


class RebateExposure(APIView):
    """GET what customers have earned, per agreement and customer, with what is open; it equals the ledger's account."""

    permissions = {"GET": VIEW_REBATES}
    shapes = {
        "GET": Shape(
            answer=ExposureShown,
            query={
                "agreement": "Code of an agreement",
                "customer": "Code of a customer",
                "only": Query("What can be settled, or what was settled ahead", words=["open", "ahead"]),
            },
            paged=True,
        )
    }

    def get(self, request: Request) -> Response:
        code, customer = (
            str(request.query_params.get(name, "")).replace("\x00", "\ufffd") for name in ("agreement", "customer")
        )
        found = accounts(code=code, customer_id=customer_id_called(customer), only=_only(request))
        now = clock.now()
        return page_response(
            request, found, sort="id", show=lambda rows: [_exposed(each) for each in exposures(rows, now=now)]
        )


def _state(request: Request) -> str:
    wanted = str(request.query_params.get("state", ""))
    if wanted and wanted not in RebateState.values:
        raise InvalidInput(faults=[Fault("?state", "unknown_state", f"One of {', '.join(RebateState.values)}.")])
    return wanted


def _only(request: Request) -> str:
    wanted = str(request.query_params.get("only", ""))
    if wanted not in ("", "open", "ahead"):
        raise InvalidInput(faults=[Fault("?only", "unknown_word", "One of open, ahead.")])
    return wanted


def _draft(given: NewRebate) -> verbs.RebateDraft:
    customers = customers_by_code([given.customer] if given.customer else [])
    entities = {code: entity.id for code, entity in entities_by_code().items()}
    entity_id = _known(entities, given.legal_entity, "legal_entity")
    if entity_id is None:
        raise InvalidInput(faults=[Fault("/legal_entity", "required", "A legal entity is needed.")])
    values = given.model_dump(exclude={"customer", "customer_group", "legal_entity", "tiers"})
    return verbs.RebateDraft(
        **values,
        tiers=[(tier.least, tier.rate) for tier in given.tiers],
        legal_entity_id=entity_id,
        customer_id=_known({code: row.id for code, row in customers.items()}, given.customer, "customer"),
        customer_group_id=_known(customer_groups(), given.customer_group, "customer_group"),
    )


def _known(known: Mapping[str, UUID], code: str | None, name: str) -> UUID | None:
    if code is None:
        return None
    if code not in known:
        raise InvalidInput(faults=[Fault(f"/{name}", f"unknown_{name}", f"{code!r} does not exist.")])
    return known[code]


def _agreement(row: RebateAgreement) -> dict[str, Any]:
    same = (
        "id", "code", "name", "state", "from_date", "until_date", "basis", "reward", "is_retrospective", "category", "settlement",
        "author_id", "approver_id", "approved_at", "ended_at", "end_reason", "set_aside_at",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in same},
        "legal_entity": row.legal_entity.code,
        "customer": row.customer.code if row.customer else None,
        "customer_group": row.customer_group.code if row.customer_group else None,
        "currency": row.currency_id,
        "tiers": [{"least": _number(tier.least), "rate": _number(tier.rate)} for tier in row.tiers.all()],
        "skus": sorted(named.product.sku for named in row.products.all()),
    }


def _accrual(row: RebateAccrual, currency: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "customer": row.account.customer.code,
        "kind": row.kind,
        "line_id": row.line_id,
        "document_id": row.document_id,
        "base": _major(row.base_minor, currency),
        "quantity": _number(row.quantity),
        "amount": _major(row.amount_minor, currency),
        "rate": _number(row.rate),
        "business_date": row.business_date,
        "occurred_at": row.occurred_at,
    }


def _exposed(row: Exposure) -> dict[str, Any]:
    return {
        "id": row.id,
        "agreement_id": row.agreement_id,
        "code": row.code,
        "customer": row.customer_code,
        "currency": row.currency,
        "base": _major(row.base_minor, row.currency),
        "quantity": _number(row.quantity),
        "reached": _number(row.reached),
        "rate": _number(row.rate),
        "ahead": _number(row.ahead),
        "missing": _number(row.missing),
        "accrued": _major(row.accrued_minor, row.currency),
        "settled": _major(row.settled_minor, row.currency),
        "open": _major(row.open_minor, row.currency),
        "settled_ahead": _major(row.ahead_minor, row.currency),
        "is_over": row.is_over,
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _major(minor: int, currency: str) -> str:
    return f"{to_major(minor, currency):.{exponent(currency)}f}"
