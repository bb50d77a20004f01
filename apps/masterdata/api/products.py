"""Products over the API."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.api.answers import ProductShown
from apps.masterdata.api.bodies import NewProduct, ProductChanges
from apps.masterdata.api.shapes import flag_filter, shown_products, text_filter
from apps.masterdata.permissions import CHANGE_PRODUCTS, VIEW_PRODUCTS
from apps.masterdata.selectors import lists
from apps.masterdata.selectors.actors import actor_of
from apps.masterdata.services.ensure import ProductDraft
from apps.masterdata.services.products import PartDraft, UnitDraft, change_product, create_product
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response


class Products(APIView):
    """GET products by SKU, filtered by `q`, `kind`, `category`, `is_sellable`; POST a new one."""

    permissions = {"GET": VIEW_PRODUCTS, "POST": CHANGE_PRODUCTS}
    shapes = {
        "GET": Shape(
            answer=ProductShown,
            query={
                "q": "Part of a SKU or name",
                "kind": "goods, service or bundle",
                "category": "The category as it is written",
                "is_sellable": Query("true or false", bool),
            },
            paged=True,
        ),
        "POST": Shape(request=NewProduct, answer=ProductShown, status=201),
    }

    def get(self, request: Request) -> Response:
        found = lists.products(
            text=text_filter(request, "q"),
            kind=text_filter(request, "kind"),
            category=text_filter(request, "category"),
            is_sellable=flag_filter(request, "is_sellable"),
        )
        return page_response(request, found, sort="sku", show=shown_products)

    def post(self, request: Request) -> Response:
        given = read_body(NewProduct, request.data).model_dump()
        parts, units = _parts(given), _units(given)
        made = create_product(
            ProductDraft(**given),
            parts=parts or (),
            other_units=units or (),
            actor=actor_of(request.user),
            now=clock.now(),
        )
        return Response(shown_products([made])[0], status=201)


class ProductDetail(APIView):
    """GET one product; PATCH what is given and leave the rest."""

    permissions = {"GET": VIEW_PRODUCTS, "PATCH": CHANGE_PRODUCTS}
    shapes = {"GET": Shape(answer=ProductShown), "PATCH": Shape(request=ProductChanges, answer=ProductShown)}

    def get(self, request: Request, product_id: UUID) -> Response:
        return Response(shown_products([lists.product(product_id)])[0])

    def patch(self, request: Request, product_id: UUID) -> Response:
        changes = read_body(ProductChanges, request.data).model_dump(exclude_unset=True)
        parts, units = _parts(changes), _units(changes)
        changed = change_product(
            product_id, changes=changes, parts=parts, other_units=units, actor=actor_of(request.user), now=clock.now()
        )
        return Response(shown_products([changed])[0])


def _parts(given: dict[str, Any]) -> list[PartDraft] | None:
    """Take the parts out of a body; None when it names none."""
    parts = given.pop("parts", None)
    return None if parts is None else [PartDraft(**part) for part in parts]


def _units(given: dict[str, Any]) -> list[UnitDraft] | None:
    units = given.pop("units", None)
    return None if units is None else [UnitDraft(**unit) for unit in units]
