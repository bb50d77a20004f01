"""Pages: closed by default, verbs by permission, refusals told on the page."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from tests.web.sample_urls import DONE, SOME_ID

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.sample_urls")]


def told(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_without_sign_in_the_login_page_comes_first_and_leads_back() -> None:
    answer = Client().get("/thing/?a=1")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/thing/%3Fa%3D1"


def test_a_page_without_a_permission_is_closed_to_everybody(signed_in: Any) -> None:
    assert signed_in(is_superuser=True).get("/closed/").status_code == 403


def test_the_refusal_is_a_page_that_names_who_would_have_it(signed_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ordercash.web.roles._table", lambda: {"ar_clerk": ["sample.view"], "warehouse": []})
    answer = signed_in().get("/thing/")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "sample.view" in page
    assert "AR clerk" in page
    assert "Warehouse" not in page.partition("<main")[0] or "roles that hold it: AR clerk." in page


def test_who_may_sees_the_page_and_only_his_buttons(signed_in: Any) -> None:
    page = signed_in("sample.view").get("/thing/").content.decode()
    assert "A thing" in page
    assert 'value="release"' not in page
    assert 'value="release"' in signed_in("sample.view", "sample.release").get("/thing/").content.decode()


def test_a_verb_is_done_and_told_after_a_redirect(signed_in: Any) -> None:
    answer = signed_in("sample.view", "sample.release").post(
        "/thing/?a=1", {"verb": "release", "ids": [str(SOME_ID), "x", str(SOME_ID)]}
    )
    assert answer.status_code == 303
    assert answer["Location"] == "/thing/?a=1"
    assert told(answer) == ["It is released."]
    assert DONE[0].ids == [SOME_ID]


def test_a_verb_without_its_permission_does_nothing(signed_in: Any) -> None:
    assert signed_in("sample.view").post("/thing/", {"verb": "release"}).status_code == 403
    assert DONE == []


def test_seeing_is_not_doing_and_doing_is_not_seeing(signed_in: Any) -> None:
    assert signed_in("sample.release").post("/thing/", {"verb": "release"}).status_code == 403
    assert DONE == []


@pytest.mark.parametrize("verb", ["", "context", "unknown", "do_release", "__init__"])
def test_an_unknown_verb_is_404(signed_in: Any, verb: str) -> None:
    assert signed_in("sample.view", "sample.release").post("/thing/", {"verb": verb}).status_code == 404


def test_a_reason_is_required(signed_in: Any) -> None:
    client = signed_in("sample.view", "sample.release")
    answer = client.post("/thing/", {"verb": "cancel", "reason_cancel": "  "})
    assert DONE == []
    assert "reason" in told(answer)[0].lower()
    client.post("/thing/", {"verb": "cancel", "reason_cancel": " Wrong address "})
    assert DONE[0].reason == "Wrong address"


def test_a_form_with_mistakes_comes_back_with_them(signed_in: Any) -> None:
    client = signed_in("sample.view")
    answer = client.post("/thing/", {"verb": "give_back", "give_back-quantity": "0"})
    assert answer.status_code == 422
    assert "data-oc-open-now" in answer.content.decode()
    assert "greater than or equal to 1" in answer.content.decode()
    assert DONE == []
    client.post("/thing/", {"verb": "give_back", "give_back-quantity": "2"})
    assert DONE[0].values == {"quantity": 2}


def test_a_refusal_is_told_on_the_page_escaped(signed_in: Any) -> None:
    client = signed_in("sample.view")
    answer = client.post("/thing/", {"verb": "refuse"}, follow=True)
    assert "It was shipped &lt;b&gt;already&lt;/b&gt;." in answer.content.decode()


def test_htmx_gets_a_refusal_as_a_part(signed_in: Any) -> None:
    answer = signed_in("sample.view").post("/thing/", {"verb": "refuse"}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer.content.decode().lstrip().startswith('<div class="oc-problem"')


def test_next_never_leads_to_another_site(signed_in: Any) -> None:
    client = signed_in("sample.view", "sample.release")
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert client.post("/thing/", {"verb": "release", "next": target})["Location"] == "/thing/"


def test_a_verb_may_answer_itself_and_knows_its_actor(signed_in: Any) -> None:
    answer = signed_in("sample.view", username="order.desk").post("/thing/", {"verb": "own"})
    assert answer.content == b"by order.desk"


def test_a_domain_error_of_a_page_is_a_page(signed_in: Any) -> None:
    answer = signed_in().get("/failing/conflict/")
    assert answer.status_code == 409
    assert "Not now." in answer.content.decode()


def test_a_mistake_of_ours_is_a_page_without_details(signed_in: Any) -> None:
    answer = signed_in().get("/failing/bug/")
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert "Something went wrong here" in answer.content.decode()


def test_a_missing_page_is_a_page_in_the_shell_or_alone(signed_in: Any) -> None:
    assert "nav-sidebar" in signed_in().get("/nowhere/").content.decode()
    alone = Client().get("/nowhere/")
    assert alone.status_code == 404
    assert "nav-sidebar" not in alone.content.decode()


def test_forms_need_their_token(signed_in: Any) -> None:
    client = signed_in("sample.view", "sample.release")
    client.handler.enforce_csrf_checks = True
    assert client.post("/thing/", {"verb": "release"}).status_code == 403
    assert DONE == []
