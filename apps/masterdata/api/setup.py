"""The small tables over the API, and the API keys."""

from dataclasses import asdict
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.masterdata.api.answers import ApiKeyMade, ApiKeyShown, ChannelShown, EntityShown, UnitsShown
from apps.masterdata.api.bodies import NewApiKey
from apps.masterdata.api.shapes import shown_key
from apps.masterdata.permissions import MANAGE_API_KEYS, VIEW_API_KEYS
from apps.masterdata.selectors.actors import actor_of
from apps.masterdata.selectors.lists import api_keys
from apps.masterdata.selectors.places import channels_by_code, currencies, entities_by_code, units
from apps.masterdata.services.keys import create_api_key, revoke_api_key
from ordercash.kernel import clock
from ordercash.web.api.bodies import read_body
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.permissions import SIGNED_IN


class LegalEntities(APIView):
    """GET the legal entities that sell."""

    permissions = {"GET": SIGNED_IN}
    shapes = {"GET": Shape(answer=EntityShown, listed=True)}

    def get(self, request: Request) -> Response:
        return Response({"items": [asdict(entity) for entity in entities_by_code().values()]})


class Channels(APIView):
    """GET the channels that orders come through."""

    permissions = {"GET": SIGNED_IN}
    shapes = {"GET": Shape(answer=ChannelShown, listed=True)}

    def get(self, request: Request) -> Response:
        return Response({"items": [asdict(channel) for channel in channels_by_code().values()]})


class Units(APIView):
    """GET what is counted in: currencies and units of measure with their decimals."""

    permissions = {"GET": SIGNED_IN}
    shapes = {"GET": Shape(answer=UnitsShown)}

    def get(self, request: Request) -> Response:
        return Response({"currencies": currencies(), "units": units()})


class ApiKeys(APIView):
    """GET which API keys exist, newest first; POST makes one and answers with its secret, once."""

    permissions = {"GET": VIEW_API_KEYS, "POST": MANAGE_API_KEYS}
    shapes = {
        "GET": Shape(answer=ApiKeyShown, paged=True),
        "POST": Shape(request=NewApiKey, answer=ApiKeyMade, status=201),
    }

    def get(self, request: Request) -> Response:
        return page_response(
            request, api_keys(), sort="-created_at", show=lambda rows: [shown_key(row) for row in rows]
        )

    def post(self, request: Request) -> Response:
        given = read_body(NewApiKey, request.data).model_dump()
        made = create_api_key(**given, actor=actor_of(request.user), now=clock.now())
        return Response({"id": made.id, "secret": made.secret}, status=201)


class ApiKeyDetail(APIView):
    """DELETE revokes a key for good."""

    permissions = {"DELETE": MANAGE_API_KEYS}
    shapes = {"DELETE": Shape(status=204)}

    def delete(self, request: Request, key_id: UUID) -> Response:
        revoke_api_key(key_id, actor=actor_of(request.user), now=clock.now())
        return Response(status=204)
