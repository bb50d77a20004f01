"""Addresses that exist in tests only: endpoints and pages that show how the toolkit answers."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.urls import path
from pydantic import BaseModel
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ordercash.kernel.errors import Conflict, Fault
from ordercash.urls import handler400, handler403, handler404, handler500  # noqa: F401 - read by Django
from ordercash.urls import urlpatterns as real
from ordercash.web.actions import Action, Given
from ordercash.web.api.bodies import read_body
from ordercash.web.api.etags import etag, is_unchanged, require_match
from ordercash.web.api.openapi import Shape
from ordercash.web.api.pagination import page_response
from ordercash.web.api.parsers import JsonParser, NdjsonParser, raw_body
from ordercash.web.api.permissions import SIGNED_IN
from ordercash.web.models import SavedFilter
from ordercash.web.page import Page

DONE: list[Given] = []


class Line(BaseModel):
    sku: str
    quantity: int


class Draft(BaseModel):
    number: str
    lines: list[Line]


class Echo(APIView):
    permissions = {"GET": SIGNED_IN, "POST": "sample.write"}
    parser_classes = [JsonParser, NdjsonParser]

    def get(self, request: Request) -> Response:
        return Response({"ok": True})

    def post(self, request: Request) -> Response:
        return Response({"shown": repr(request.data), "bytes": len(raw_body(request))})


class Unnamed(APIView):
    def get(self, request: Request) -> Response:
        return Response({"secret": True})


class Half(APIView):
    permissions = {"GET": SIGNED_IN}

    def get(self, request: Request) -> Response:
        return Response({})

    def post(self, request: Request) -> Response:
        raise AssertionError("a method without an entry was carried out")


class Shaped(APIView):
    permissions = {"GET": SIGNED_IN, "POST": "sample.write"}
    shapes = {
        "GET": Shape(query={"state": "Words, by comma"}, paged=True),
        "POST": Shape(request=Draft, status=201, keyed=True),
    }

    def get(self, request: Request) -> Response:
        return Response({})

    def post(self, request: Request) -> Response:
        return Response({}, status=201)


class LineSerializer(serializers.Serializer[Any]):
    quantity = serializers.IntegerField(min_value=1)


class OrderSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    lines = LineSerializer(many=True)


class Broken(APIView):
    permissions = {"GET": SIGNED_IN, "POST": SIGNED_IN}

    def get(self, request: Request, how: str) -> Response:
        raise {
            "domain": Conflict("It was shipped.", faults=[Fault("/state", "shipped", "It was shipped.")]),
            "django": DjangoValidationError({"number": ["Too long."], "__all__": ["No."]}),
            "missing": Http404(),
            "database": OperationalError("server closed the connection, password=secret"),
            "bug": RuntimeError("password=secret"),
        }[how]

    def post(self, request: Request, how: str) -> Response:
        if how == "pydantic":
            return Response(read_body(Draft, request.data).model_dump())
        checked = OrderSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        return Response({})


class Filters(APIView):
    permissions = {"GET": SIGNED_IN}

    def get(self, request: Request) -> Response:
        rows = SavedFilter.objects.all()
        return page_response(request, rows, sort="name", show=lambda found: [row.name for row in found])


class Versioned(APIView):
    permissions = {"GET": SIGNED_IN, "PUT": SIGNED_IN}

    def get(self, request: Request) -> Response:
        tag = etag("v", 3)
        return Response(status=304) if is_unchanged(request, tag) else Response({}, headers={"ETag": tag})

    def put(self, request: Request) -> Response:
        require_match(request, etag("v", 3))
        return Response({})


class ReturnForm(forms.Form):
    quantity = forms.IntegerField(min_value=1)


class Thing(Page):
    permission = "sample.view"
    title = "Thing"

    def context(self) -> Mapping[str, Any]:
        return {"subtitle": "A thing"}

    def actions(self) -> Sequence[Action]:
        return (
            Action("Release", verb="release", permission="sample.release"),
            Action("Cancel", verb="cancel", permission="sample.release", reason=True),
            Action("Return", verb="give_back", form=ReturnForm),
            Action("Refuse", verb="refuse"),
            Action("Own", verb="own"),
        )

    def do_release(self, given: Given) -> str:
        DONE.append(given)
        return "It is released."

    do_cancel = do_give_back = do_release

    def do_refuse(self, given: Given) -> str:
        raise Conflict("It was shipped <b>already</b>.")

    def do_own(self, given: Given) -> HttpResponse:
        return HttpResponse(f"by {self.actor.name}")


class Closed(Page):
    title = "Closed"


class Failing(Page):
    permission = SIGNED_IN

    def context(self) -> Mapping[str, Any]:
        raise {"conflict": Conflict("Not now."), "bug": RuntimeError("password=secret")}[self.kwargs["how"]]


urlpatterns = [
    path("api/v1/echo", Echo.as_view()),
    path("api/v1/unnamed", Unnamed.as_view()),
    path("api/v1/shaped", Shaped.as_view()),
    path("api/v1/half", Half.as_view()),
    path("api/v1/broken/<how>", Broken.as_view()),
    path("api/v1/filters", Filters.as_view()),
    path("api/v1/versioned", Versioned.as_view()),
    path("thing/", Thing.as_view(), name="thing"),
    path("thing/<uuid:thing_id>/", Thing.as_view(), name="one_thing"),
    path("closed/", Closed.as_view()),
    path("failing/<how>/", Failing.as_view()),
    *real,
]
SOME_ID = UUID("01900000-0000-7000-8000-000000000001")
