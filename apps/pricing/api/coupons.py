"""Coupons over the API."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.contract import actor_of
from apps.pricing.api.answers import CampaignShown, CouponsAdded, CouponShown, RedemptionShown
from apps.pricing.api.bodies import CouponChanges, NewCampaign, NewCoupons
from apps.pricing.models import Coupon, CouponCampaign, CouponRedemption
from apps.pricing.permissions import CHANGE_COUPONS, VIEW_COUPONS
from apps.pricing.selectors.coupons import campaigns, coupon, coupons, redemptions
from apps.pricing.services.coupons import CouponDraft, change_coupon, close_coupon, create_campaign, create_coupons
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response


class Campaigns(APIView):
    """GET the campaigns of coupons by code; POST a new one."""

    permissions = {"GET": VIEW_COUPONS, "POST": CHANGE_COUPONS}
    shapes = {
        "GET": Shape(answer=CampaignShown, paged=True),
        "POST": Shape(request=NewCampaign, answer=CampaignShown, status=201),
    }

    def get(self, request: Request) -> Response:
        return page_response(request, campaigns(), sort="code", show=lambda rows: [_campaign(row) for row in rows])

    def post(self, request: Request) -> Response:
        given = read_body(NewCampaign, request.data)
        made = create_campaign(given.code, name=given.name, actor=actor_of(request.user), now=clock.now())
        return Response(_campaign(made), status=201)


class Coupons(APIView):
    """GET coupons by code; POST up to 1,000 new ones, all or none."""

    permissions = {"GET": VIEW_COUPONS, "POST": CHANGE_COUPONS}
    shapes = {
        "GET": Shape(
            answer=CouponShown,
            query={"campaign": "Coupons of one campaign", "code": "Codes that begin so"},
            paged=True,
        ),
        "POST": Shape(request=NewCoupons, answer=CouponsAdded, status=201),
    }

    def get(self, request: Request) -> Response:
        found = coupons(campaign=_asked(request, "campaign"), code=_asked(request, "code"))
        return page_response(request, found, sort="code", show=lambda rows: [_coupon(row) for row in rows])

    def post(self, request: Request) -> Response:
        drafts = [CouponDraft(**each.model_dump()) for each in read_body(NewCoupons, request.data).coupons]
        made = create_coupons(drafts, actor=actor_of(request.user), now=clock.now())
        return Response({"ids": [row.pk for row in made]}, status=201)


class CouponDetail(APIView):
    """GET one coupon; PATCH its limits and its end."""

    permissions = {"GET": VIEW_COUPONS, "PATCH": CHANGE_COUPONS}
    shapes = {"GET": Shape(answer=CouponShown), "PATCH": Shape(request=CouponChanges, answer=CouponShown)}

    def get(self, request: Request, coupon_id: UUID) -> Response:
        return Response(_coupon(coupon(coupon_id)))

    def patch(self, request: Request, coupon_id: UUID) -> Response:
        changes = read_body(CouponChanges, request.data).model_dump(exclude_unset=True)
        changed = change_coupon(coupon_id, changes=changes, actor=actor_of(request.user), now=clock.now())
        return Response(_coupon(changed))


class CouponClosure(APIView):
    """POST to close a coupon: nobody can use it from now on; orders that used it keep it."""

    permissions = {"POST": CHANGE_COUPONS}
    shapes = {"POST": Shape(answer=CouponShown)}

    def post(self, request: Request, coupon_id: UUID) -> Response:
        return Response(_coupon(close_coupon(coupon_id, actor=actor_of(request.user), now=clock.now())))


class Redemptions(APIView):
    """GET the orders that used a coupon, newest first."""

    permissions = {"GET": VIEW_COUPONS}
    shapes = {"GET": Shape(answer=RedemptionShown, query={"customer": "Orders of one customer, by code"}, paged=True)}

    def get(self, request: Request, coupon_id: UUID) -> Response:
        found = redemptions(coupon_id, customer=_asked(request, "customer"))
        return page_response(request, found, sort="-redeemed_at", show=lambda rows: [_redemption(row) for row in rows])


def _asked(request: Request, name: str) -> str:
    return str(request.query_params.get(name, "")).replace("\x00", "\ufffd")


def _campaign(row: CouponCampaign) -> dict[str, Any]:
    return {"id": row.pk, "code": row.code, "name": row.name}


def _coupon(row: Coupon) -> dict[str, Any]:
    names = ("code", "most_total", "most_per_customer", "used_total", "valid_from_at", "valid_until_at")
    return {"id": row.pk, "campaign": row.campaign.code, **{name: getattr(row, name) for name in names}}


def _redemption(row: CouponRedemption) -> dict[str, Any]:
    names = ("order_id", "state", "redeemed_at", "given_back_at")
    return {"id": row.pk, "customer": row.customer.code, **{name: getattr(row, name) for name in names}}
