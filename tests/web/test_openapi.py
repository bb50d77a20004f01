"""Endpoints describe themselves: bodies, answers, parameters, refusals, permissions."""

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.plumbing import ComponentRegistry
from pydantic import create_model

from ordercash.web.api.documents import list_of, page_of
from ordercash.web.api.openapi import VerbSchema
from tests.web.sample_urls import Line

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.sample_urls")]


@pytest.fixture
def document() -> Any:
    return Client().get("/api/schema/?format=json").json()


def test_a_method_tells_its_body_answer_key_and_permission(document: Any) -> None:
    post = document["paths"]["/api/v1/shaped"]["post"]
    assert post["operationId"] == "post_shaped"
    assert post["x-permission"] == "sample.write"
    assert post["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Draft"}
    assert "201" in post["responses"]
    assert {"in": "header", "name": "Idempotency-Key", "required": True}.items() <= post["parameters"][0].items()
    assert document["components"]["schemas"]["Draft"]["properties"]["lines"]["items"] == {
        "$ref": "#/components/schemas/Line"
    }


def test_a_list_tells_how_it_is_paged(document: Any) -> None:
    get = document["paths"]["/api/v1/shaped"]["get"]
    assert {each["name"] for each in get["parameters"]} >= {"state", "limit", "cursor"}


def test_every_operation_tells_its_refusals_as_problems(document: Any) -> None:
    for name in ("echo", "half", "versioned"):
        for operation in document["paths"][f"/api/v1/{name}"].values():
            refusal = operation["responses"]["403"]["content"]
            assert refusal == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_operations_are_named_by_their_address(document: Any) -> None:
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))
    assert {"get_echo", "post_echo", "get_broken_one"} <= set(names)


def test_a_view_that_names_no_shape_is_described_all_the_same(document: Any, capfd: pytest.CaptureFixture[str]) -> None:
    assert document["paths"]["/api/v1/half"]["post"]["responses"]["200"]
    assert "unable to guess" not in capfd.readouterr().err


def test_rows_are_wrapped_in_what_is_answered() -> None:
    page = page_of(Line).model_json_schema()
    assert (page["title"], page["required"]) == ("LinePage", ["items", "next", "previous"])
    assert list_of(Line).model_json_schema()["properties"]["items"]["items"] == {"$ref": "#/$defs/Line"}
    assert page_of(Line) is page_of(Line)


def test_two_models_of_one_name_are_told(capfd: pytest.CaptureFixture[str]) -> None:
    other = create_model("Line", colour=(str, ...))
    registry = ComponentRegistry()
    for model in (Line, other):
        schema = VerbSchema()
        schema.registry = registry
        schema.resolve_serializer(model, "request")
    assert 'two models are called "Line"' in capfd.readouterr().err
