"""Every refusal of the API is one problem document."""

from typing import Any

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.sample_urls")]


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["type"] == f"urn:ordercash:problem:{body['code']}"
    assert body["title"]
    assert body["detail"]
    return body


def test_a_domain_error_keeps_its_code_detail_and_faults(signed_in: Any) -> None:
    body = problem(signed_in().get("/api/v1/broken/domain"), 409)
    assert body["code"] == "conflict"
    assert body["errors"] == [{"pointer": "/state", "code": "shipped", "detail": "It was shipped."}]


def test_serializer_faults_have_json_pointers(signed_in: Any) -> None:
    sent = {"lines": [{"quantity": 1}, {"quantity": 0}]}
    body = problem(signed_in().post("/api/v1/broken/serializer", sent, "application/json"), 422)
    assert {fault["pointer"] for fault in body["errors"]} == {"/number", "/lines/1/quantity"}


def test_pydantic_faults_have_json_pointers(signed_in: Any) -> None:
    sent = {"number": "SO/1", "lines": [{"sku": "A", "quantity": "many"}]}
    body = problem(signed_in().post("/api/v1/broken/pydantic", sent, "application/json"), 422)
    assert [(fault["pointer"], fault["code"]) for fault in body["errors"]] == [("/lines/0/quantity", "int_parsing")]


def test_django_validation_errors_are_told_by_field(signed_in: Any) -> None:
    body = problem(signed_in().get("/api/v1/broken/django"), 422)
    assert [(fault["pointer"], fault["detail"]) for fault in body["errors"]] == [("/number", "Too long."), ("", "No.")]


def test_a_missing_thing_and_a_missing_address_are_404(signed_in: Any) -> None:
    assert problem(signed_in().get("/api/v1/broken/missing"), 404)["code"] == "not_found"
    assert problem(Client().get("/api/v1/nowhere"), 404)["code"] == "not_found"


def test_a_wrong_method_is_405_and_names_those_allowed(signed_in: Any) -> None:
    answer = signed_in("sample.write").delete("/api/v1/echo")
    assert problem(answer, 405)["code"] == "method_not_allowed"
    assert "GET" in answer["Allow"]


def test_a_wrong_media_type_is_415(signed_in: Any) -> None:
    answer = signed_in("sample.write").post("/api/v1/echo", "<a/>", "application/xml")
    assert problem(answer, 415)["code"] == "unsupported_media_type"


def test_what_nobody_foresaw_tells_no_details(signed_in: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = signed_in().get("/api/v1/broken/bug")
    assert problem(answer, 500)["code"] == "internal_error"
    assert "secret" not in answer.content.decode()
    assert "password=secret" in caplog.text


def test_a_silent_database_is_503_and_may_be_asked_again(signed_in: Any) -> None:
    answer = signed_in().get("/api/v1/broken/database")
    assert problem(answer, 503)["code"] == "unavailable"
    assert answer["Retry-After"] == "1"
    assert "secret" not in answer.content.decode()
