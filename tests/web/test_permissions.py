"""A method that a view does not name is nobody's."""

from typing import Any

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.sample_urls")]


def test_without_credentials_is_401() -> None:
    answer = Client().get("/api/v1/echo")
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authenticated"
    assert answer["WWW-Authenticate"]


def test_a_view_without_permissions_is_closed_even_to_a_superuser(signed_in: Any) -> None:
    answer = signed_in(is_superuser=True, is_staff=True).get("/api/v1/unnamed")
    assert answer.status_code == 403
    assert "secret" not in answer.content.decode()


def test_a_method_without_an_entry_is_refused(signed_in: Any) -> None:
    client = signed_in("sample.view", is_superuser=True)
    assert client.post("/api/v1/half", {}, "application/json").status_code == 403
    assert client.get("/api/v1/half").status_code == 200


def test_the_refusal_names_the_permission(signed_in: Any) -> None:
    answer = signed_in().post("/api/v1/echo", {}, "application/json")
    assert answer.status_code == 403
    assert "sample.write" in answer.json()["detail"]


def test_the_permission_opens_the_method(signed_in: Any) -> None:
    assert signed_in("sample.write").post("/api/v1/echo", {}, "application/json").status_code == 200


def test_head_and_options_follow_get(signed_in: Any) -> None:
    client = signed_in()
    assert client.head("/api/v1/echo").status_code == 200
    assert client.options("/api/v1/echo").status_code == 200
    assert client.head("/api/v1/unnamed").status_code == 403
    assert client.options("/api/v1/unnamed").status_code == 403
