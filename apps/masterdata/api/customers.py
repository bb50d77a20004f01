"""Customers and their addresses over the API."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.api.answers import AddressShown, CustomerShown
from apps.masterdata.api.bodies import Block, CreditLimit, CustomerChanges, NewAddress, NewCustomer
from apps.masterdata.api.shapes import flag_filter, shown_address, shown_customer, text_filter
from apps.masterdata.permissions import BLOCK_CUSTOMERS, CHANGE_CUSTOMERS, SET_CREDIT_LIMITS, VIEW_CUSTOMERS
from apps.masterdata.selectors import lists
from apps.masterdata.selectors.actors import actor_of
from apps.masterdata.services import customers as verbs
from apps.masterdata.services.ensure import AddressDraft, CustomerDraft
from ordercash.kernel import clock
from ordercash.kernel.errors import Fault
from ordercash.kernel.money import exponent, to_minor
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput
from ordercash.web.api.values import Made


class Customers(APIView):
    """GET customers by code, filtered by `q`, `group`, `country`, `is_blocked`; POST a new one."""

    permissions = {"GET": VIEW_CUSTOMERS, "POST": CHANGE_CUSTOMERS}
    shapes = {
        "GET": Shape(
            answer=CustomerShown,
            query={
                "q": "Part of a code or name",
                "group": "Code of a group",
                "country": "ISO 3166-1 alpha-2",
                "is_blocked": Query("true or false", bool),
            },
            paged=True,
        ),
        "POST": Shape(request=NewCustomer, answer=CustomerShown, status=201),
    }

    def get(self, request: Request) -> Response:
        found = lists.customers(
            text=text_filter(request, "q"),
            group=text_filter(request, "group"),
            country=text_filter(request, "country"),
            is_blocked=flag_filter(request, "is_blocked"),
        )
        return page_response(request, found, sort="code", show=lambda rows: [shown_customer(row) for row in rows])

    def post(self, request: Request) -> Response:
        given = read_body(NewCustomer, request.data).model_dump()
        group_id = verbs.group_id_of(given.pop("group"))
        made = verbs.create_customers(
            [CustomerDraft(**given, group_id=group_id)], actor=actor_of(request.user), now=clock.now()
        )
        return Response(shown_customer(lists.customer(made[0].pk)), status=201)


class CustomerDetail(APIView):
    """GET one customer; PATCH what is given and leave the rest."""

    permissions = {"GET": VIEW_CUSTOMERS, "PATCH": CHANGE_CUSTOMERS}
    shapes = {"GET": Shape(answer=CustomerShown), "PATCH": Shape(request=CustomerChanges, answer=CustomerShown)}

    def get(self, request: Request, customer_id: UUID) -> Response:
        return Response(shown_customer(lists.customer(customer_id)))

    def patch(self, request: Request, customer_id: UUID) -> Response:
        given = read_body(CustomerChanges, request.data).model_dump(exclude_unset=True)
        changes: dict[str, Any] = {name: value for name, value in given.items() if name not in ("group", "currency")}
        if "group" in given:
            changes["group_id"] = verbs.group_id_of(given["group"])
        if "currency" in given:
            changes["currency_id"] = given["currency"]
        verbs.change_customer(customer_id, changes=changes, actor=actor_of(request.user), now=clock.now())
        return Response(shown_customer(lists.customer(customer_id)))


class CustomerBlock(APIView):
    """PUT a reason to block a customer, DELETE to let it buy again."""

    permissions = {"PUT": BLOCK_CUSTOMERS, "DELETE": BLOCK_CUSTOMERS}
    shapes = {"PUT": Shape(request=Block, answer=CustomerShown), "DELETE": Shape(status=204)}

    def put(self, request: Request, customer_id: UUID) -> Response:
        reason = read_body(Block, request.data).reason
        verbs.block_customer(customer_id, reason=reason, actor=actor_of(request.user), now=clock.now())
        return Response(shown_customer(lists.customer(customer_id)))

    def delete(self, request: Request, customer_id: UUID) -> Response:
        verbs.unblock_customer(customer_id, actor=actor_of(request.user), now=clock.now())
        return Response(status=204)


class CustomerCreditLimit(APIView):
    """PUT the credit limit of a customer."""

    permissions = {"PUT": SET_CREDIT_LIMITS}
    shapes = {"PUT": Shape(request=CreditLimit, answer=CustomerShown)}

    def put(self, request: Request, customer_id: UUID) -> Response:
        limit = read_body(CreditLimit, request.data).credit_limit
        currency = lists.customer(customer_id).currency_id
        verbs.set_credit_limit(
            customer_id, limit_minor=_limit_minor(limit, currency), actor=actor_of(request.user), now=clock.now()
        )
        return Response(shown_customer(lists.customer(customer_id)))


class CustomerAddresses(APIView):
    """GET a customer's addresses; POST a new one. What equals one that is kept answers with that."""

    permissions = {"GET": VIEW_CUSTOMERS, "POST": CHANGE_CUSTOMERS}
    shapes = {
        "GET": Shape(answer=AddressShown, listed=True),
        "POST": Shape(request=NewAddress, answer=Made, status=201),
    }

    def get(self, request: Request, customer_id: UUID) -> Response:
        return Response({"items": [shown_address(row) for row in lists.addresses(customer_id)]})

    def post(self, request: Request, customer_id: UUID) -> Response:
        draft = AddressDraft(customer_id, **read_body(NewAddress, request.data).model_dump())
        made = verbs.add_addresses([draft], actor=actor_of(request.user), now=clock.now())
        return Response({"id": made[0]}, status=201)


class AddressDetail(APIView):
    """DELETE takes an address out of use for new orders; documents that name it keep it."""

    permissions = {"DELETE": CHANGE_CUSTOMERS}
    shapes = {"DELETE": Shape(status=204)}

    def delete(self, request: Request, address_id: UUID) -> Response:
        verbs.retire_addresses([address_id], actor=actor_of(request.user), now=clock.now())
        return Response(status=204)


def _limit_minor(limit: Decimal | None, currency: str) -> int | None:
    if limit is None:
        return None
    if limit != round(limit, exponent(currency)):
        text = f"{currency} has {exponent(currency)} decimals."
        raise InvalidInput(faults=[Fault("/credit_limit", "too_many_decimals", text)])
    return to_minor(limit, currency)
