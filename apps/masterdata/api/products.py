"""Products over the API."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.api.answers import ProductShown
from apps.masterdata.api.bodies import NewProduct, ProductChanges
from apps.masterdata.api.shapes import flag_filter, shown_product, text_filter
from apps.masterdata.permissions import CHANGE_PRODUCTS, VIEW_PRODUCTS
from apps.masterdata.selectors import lists
from apps.masterdata.selectors.actors import actor_of
from apps.masterdata.services.ensure import ProductDraft
from apps.masterdata.services.products import change_product, create_products
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Query, Shape
from ordercash.web.api.pagination import page_response


class Products(APIView):
    """GET products by SKU, filtered by `q`, `kind`, `is_sellable`; POST a new one."""

    permissions = {"GET": VIEW_PRODUCTS, "POST": CHANGE_PRODUCTS}
    shapes = {
        "GET": Shape(
            answer=ProductShown,
            query={
                "q": "Part of a SKU or name",
                "kind": "goods or service",
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
            is_sellable=flag_filter(request, "is_sellable"),
        )
        return page_response(request, found, sort="sku", show=lambda rows: [shown_product(row) for row in rows])

    def post(self, request: Request) -> Response:
        draft = ProductDraft(**read_body(NewProduct, request.data).model_dump())
        made = create_products([draft], actor=actor_of(request.user), now=clock.now())
        return Response(shown_product(made[0]), status=201)


class ProductDetail(APIView):
    """GET one product; PATCH what is given and leave the rest."""

    permissions = {"GET": VIEW_PRODUCTS, "PATCH": CHANGE_PRODUCTS}
    shapes = {"GET": Shape(answer=ProductShown), "PATCH": Shape(request=ProductChanges, answer=ProductShown)}

    def get(self, request: Request, product_id: UUID) -> Response:
        return Response(shown_product(lists.product(product_id)))

    def patch(self, request: Request, product_id: UUID) -> Response:
        changes = read_body(ProductChanges, request.data).model_dump(exclude_unset=True)
        changed = change_product(product_id, changes=changes, actor=actor_of(request.user), now=clock.now())
        return Response(shown_product(changed))
