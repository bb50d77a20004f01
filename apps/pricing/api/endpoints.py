"""Price lists and prices over the API."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of, customer_groups, customers_by_code, entities_by_code
from apps.pricing.api.answers import PriceListShown, PricesAdded, PriceShown
from apps.pricing.api.bodies import NewPriceList, NewPrices, PriceUntil
from apps.pricing.models import PriceList, PriceRecord
from apps.pricing.permissions import CHANGE_PRICES, VIEW_PRICES
from apps.pricing.selectors.lists import price_list, price_lists, price_records
from apps.pricing.services import prices as verbs
from ordercash.kernel import clock
from ordercash.kernel.errors import Fault
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.problems import InvalidInput


class PriceLists(APIView):
    """GET the price lists by code; POST a new one."""

    permissions = {"GET": VIEW_PRICES, "POST": CHANGE_PRICES}
    shapes = {
        "GET": Shape(answer=PriceListShown, paged=True),
        "POST": Shape(request=NewPriceList, answer=PriceListShown, status=201),
    }

    def get(self, request: Request) -> Response:
        return page_response(request, price_lists(), sort="code", show=lambda rows: [_list(row) for row in rows])

    def post(self, request: Request) -> Response:
        given = read_body(NewPriceList, request.data).model_dump()
        customer, group, entity = given.pop("customer"), given.pop("customer_group"), given.pop("legal_entity")
        customers = {code: found.id for code, found in customers_by_code([customer] if customer else []).items()}
        draft = verbs.PriceListDraft(
            **{f"zone_{name}": value for name, value in (given.pop("zone") or {}).items()},
            **given,
            customer_id=known_id(customers, customer, "customer"),
            customer_group_id=known_id(customer_groups(), group, "customer_group"),
            legal_entity_id=known_entity(entity, "/legal_entity"),
        )
        made = verbs.create_price_lists([draft], actor=actor_of(request.user), now=clock.now())
        return Response(_list(price_list(made[0].pk)), status=201)


class PriceListDetail(APIView):
    """GET one price list; PATCH its end."""

    permissions = {"GET": VIEW_PRICES, "PATCH": CHANGE_PRICES}
    shapes = {"GET": Shape(answer=PriceListShown), "PATCH": Shape(request=PriceUntil, answer=PriceListShown)}

    def get(self, request: Request, price_list_id: UUID) -> Response:
        return Response(_list(price_list(price_list_id)))

    def patch(self, request: Request, price_list_id: UUID) -> Response:
        until_at = read_body(PriceUntil, request.data).valid_until_at
        verbs.end_price_list(price_list_id, until_at=until_at, actor=actor_of(request.user), now=clock.now())
        return Response(_list(price_list(price_list_id)))


class Prices(APIView):
    """GET the prices of a list in the order they were made; POST up to 1,000 new ones, all or none."""

    permissions = {"GET": VIEW_PRICES, "POST": CHANGE_PRICES}
    shapes = {
        "GET": Shape(answer=PriceShown, query={"sku": "Prices of one product"}, paged=True),
        "POST": Shape(request=NewPrices, answer=PricesAdded, status=201),
    }

    def get(self, request: Request, price_list_id: UUID) -> Response:
        found = price_records(price_list_id, sku=str(request.query_params.get("sku", "")).replace("\x00", "\ufffd"))
        return page_response(request, found, sort="valid_from_at", show=lambda rows: [_record(row) for row in rows])

    def post(self, request: Request, price_list_id: UUID) -> Response:
        drafts = [verbs.PriceDraft(**price.model_dump()) for price in read_body(NewPrices, request.data).prices]
        made = verbs.add_prices(price_list_id, drafts=drafts, actor=actor_of(request.user), now=clock.now())
        return Response({"ids": [row.pk for row in made]}, status=201)


class PriceDetail(APIView):
    """PATCH the end of a price."""

    permissions = {"PATCH": CHANGE_PRICES}
    shapes = {"PATCH": Shape(request=PriceUntil, answer=PriceShown)}

    def patch(self, request: Request, price_id: UUID) -> Response:
        until_at = read_body(PriceUntil, request.data).valid_until_at
        row = verbs.end_price(price_id, until_at=until_at, actor=actor_of(request.user), now=clock.now())
        return Response(_record(row))


def known_id(known: Mapping[str, UUID], code: str | None, name: str, *, pointer: str = "") -> UUID | None:
    """Return the id that a code of the body stands for; raises InvalidInput."""
    if code is None:
        return None
    if code not in known:
        raise InvalidInput(faults=[Fault(pointer or f"/{name}", f"unknown_{name}", f"{code!r} does not exist.")])
    return known[code]


def known_entity(code: str | None, pointer: str) -> UUID | None:
    """Return the id of a legal entity by its code; raises InvalidInput."""
    known = {code: found.id for code, found in entities_by_code().items()}
    return known_id(known, code, "legal_entity", pointer=pointer)


def _list(row: PriceList) -> dict[str, Any]:
    return {
        "id": row.pk,
        "code": row.code,
        "name": row.name,
        "currency": row.currency_id,
        "scope": row.scope,
        "customer": row.customer.code if row.customer else None,
        "customer_group": row.customer_group.code if row.customer_group else None,
        "zone": _zone(row),
        "legal_entity": row.legal_entity.code if row.legal_entity else None,
        "valid_from_at": row.valid_from_at,
        "valid_until_at": row.valid_until_at,
        "priority": row.priority,
    }


def _zone(row: PriceList) -> dict[str, str] | None:
    if not row.zone_country:
        return None
    return {"country": row.zone_country, "state": row.zone_state, "postal_prefix": row.zone_postal_prefix}


def _record(row: PriceRecord) -> dict[str, Any]:
    return {
        "id": row.pk,
        "sku": row.product.sku,
        "unit": row.unit,
        "per": f"{row.per.normalize():f}",
        "unit_price": f"{row.unit_price.normalize():f}",
        "min_quantity": f"{row.min_quantity.normalize():f}",
        "valid_from_at": row.valid_from_at,
        "valid_until_at": row.valid_until_at,
    }
