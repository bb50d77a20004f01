"""Rulebooks over the API: written, examined, compared, approved by somebody else, put in force, rolled back."""

from typing import Any

import pytest
from django.test import Client

from apps.rulebooks.models import Rulebook, RulebookVersion, VersionComment
from ordercash.kernel.ids import new_id
from tests.factories.pages import signed_in
from tests.factories.rulebooks import put_in_force
from tests.rulebooks.a_kind import KIND, TEXT_KIND

pytestmark = pytest.mark.django_db(transaction=True)
ALL = (
    "rulebooks.view_rulebooks", "rulebooks.draft_version", "rulebooks.approve_version", "rulebooks.activate_version",
    "rulebooks.roll_back", "rulebooks.comment_version",
)  # fmt: skip
SOME_ID = "019530d9-0000-7000-8000-000000000001"
VERSIONS = "/api/v1/rulebook-versions"


def sent(client: Client, address: str, body: Any = None, status: int = 200, method: str = "post") -> Any:
    answer = getattr(client, method)(address, body or {}, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def draft(client: Client, factor: Any = 2, status: int = 201, **more: Any) -> Any:
    return sent(client, VERSIONS, {"kind": KIND, "name": "Factors", "document": {"factor": factor}} | more, status)


@pytest.mark.parametrize(
    ("method", "address", "permission"),
    [
        ("post", VERSIONS, "draft_version"),
        ("put", f"{VERSIONS}/{SOME_ID}", "draft_version"),
        ("post", f"{VERSIONS}/{SOME_ID}/submit", "draft_version"),
        ("post", f"{VERSIONS}/{SOME_ID}/approve", "approve_version"),
        ("post", f"{VERSIONS}/{SOME_ID}/reject", "approve_version"),
        ("post", f"{VERSIONS}/{SOME_ID}/activate", "activate_version"),
        ("post", f"{VERSIONS}/{SOME_ID}/withdraw", "activate_version"),
        ("post", f"{VERSIONS}/{SOME_ID}/retire", "activate_version"),
        ("post", f"{VERSIONS}/{SOME_ID}/comments", "comment_version"),
        ("get", f"{VERSIONS}/{SOME_ID}/comments", "view_rulebooks"),
        ("get", f"{VERSIONS}/{SOME_ID}/differences", "view_rulebooks"),
        ("post", f"/api/v1/rulebooks/{SOME_ID}/roll-back", "roll_back"),
        ("post", "/api/v1/rulebooks:examine", "draft_version"),
        ("get", "/api/v1/rulebook-kinds", "view_rulebooks"),
    ],
)
def test_every_verb_needs_its_permission(method: str, address: str, permission: str) -> None:
    others = [each for each in ALL if each != f"rulebooks.{permission}"]
    assert getattr(signed_in(*others), method)(address, content_type="application/json").status_code == 403
    allowed = getattr(signed_in(f"rulebooks.{permission}"), method)(address, content_type="application/json")
    assert allowed.status_code in {200, 404, 422}


def test_from_a_draft_to_a_rollback_by_two_people() -> None:
    put_in_force(KIND, {"factor": 2})
    Rulebook.objects.update(name="Factors")
    author, approver = signed_in(*ALL), signed_in(*ALL)
    made = draft(author, 5, note="more")
    address = f"{VERSIONS}/{made['id']}"
    assert (made["state"], made["phase"], made["number"], made["findings"]) == ("draft", "draft", 2, [])
    assert sent(author, address, {"document": {"factor": 6}}, method="put")["document"] == {"factor": 6}
    assert sent(approver, address, {"document": {"factor": 7}}, 403, "put")["code"] == "author_only"
    (difference,) = author.get(f"{address}/differences").json()["items"]
    assert difference == {
        "rule": "factor", "title": "factor", "how": "changed", "changes": [{"what": "value", "before": "2", "after": "6"}],
    }  # fmt: skip
    assert sent(author, f"{address}/submit")["phase"] == "in review"
    assert sent(author, f"{address}/approve", status=403)["code"] == "self_approval"
    assert sent(approver, f"{address}/reject", {"note": "Why?"})["phase"] == "draft"
    sent(author, f"{address}/submit")
    assert sent(author, f"{address}/activate", status=409)["code"] == "wrong_state"
    assert sent(approver, f"{address}/approve")["phase"] == "approved"
    assert sent(approver, f"{address}/activate", {"from_at": "2190-01-01T00:00:00Z"})["phase"] == "scheduled"
    assert sent(approver, f"{address}/withdraw")["phase"] == "approved"
    assert sent(approver, f"{address}/activate")["phase"] == "active"
    found = author.get("/api/v1/rulebooks").json()["items"][0]
    back = f"/api/v1/rulebooks/{found['id']}/roll-back"
    assert sent(approver, back, {"reason": " "}, 422)["errors"][0]["pointer"] == "/reason"
    active = {"from_version_id": found["activations"][0]["version_id"]}
    after = sent(approver, back, {"reason": "Too much", **active})
    newest = after["activations"][0]
    assert (newest["number"], newest["kind"], newest["until_at"]) == (1, "rollback", None)
    assert {each["number"]: each["phase"] for each in after["versions"]} == {1: "active", 2: "retired"}
    assert sent(approver, back, {"reason": "Too much", **active}, 409)["code"] == "moved_on"


def test_mistakes_name_their_place_and_leave_nothing() -> None:
    writer = signed_in(*ALL)
    problem = draft(writer, "many", 422)
    assert (problem["code"], problem["errors"][0]["pointer"]) == ("document_invalid", "/factor")
    wrong = {"rules": [{"name": "one", "when": "size >\n oops"}]}
    problem = sent(writer, VERSIONS, {"kind": TEXT_KIND, "name": "Rules", "document": wrong}, 422)
    (fault,) = problem["errors"]
    assert (fault["pointer"], fault["line"], fault["column"]) == ("/rules/0/when", 2, 2)
    assert draft(writer, kind="test.none", status=404)["code"] == "kind_unknown"
    assert draft(writer, legal_entity="NONE", status=422)["errors"][0]["pointer"] == "/legal_entity"
    assert draft(writer, name="", status=422)
    assert not RulebookVersion.objects.exists()


def test_warnings_come_with_the_draft_that_was_saved() -> None:
    document = {
        "rules": [{"name": "one", "when": "size > 3 && size < 1"}, {"name": "two", "when": "size > 1 || size < 0"}]
    }
    saved = sent(signed_in(*ALL), VERSIONS, {"kind": TEXT_KIND, "name": "Rules", "document": document}, 201)
    assert [(each["severity"], each["code"]) for each in saved["findings"]] == [
        ("warning", "contradictory"),
        ("undecided", "undecided"),
    ]


def test_two_rulebooks_have_two_names() -> None:
    writer = signed_in(*ALL)
    draft(writer)
    other = {"kind": TEXT_KIND, "name": "Factors", "document": {"rules": []}}
    assert sent(writer, VERSIONS, other, 409)["code"] == "name_taken"


def test_live_examination_keeps_nothing() -> None:
    writer = signed_in(*ALL)
    found = sent(writer, "/api/v1/rulebooks:examine", {"text": f"kind: {KIND}\nname: a\ndocument:\n  factor: x\n"})
    assert (found["can_be_saved"], found["findings"][0]["line"], found["findings"][0]["column"]) == (False, 4, 11)
    found = sent(writer, "/api/v1/rulebooks:examine", {"kind": KIND, "document": {"factor": 1}})
    assert found == {"can_be_saved": True, "findings": []}
    sent(writer, "/api/v1/rulebooks:examine", {"kind": KIND, "text": "x"}, 422)
    assert not Rulebook.objects.exists()


def test_comments_stay() -> None:
    writer = signed_in(*ALL)
    address = f"{VERSIONS}/{draft(writer)['id']}/comments"
    sent(writer, address, {"text": "Why two?"}, 201)
    sent(writer, address, {"text": "  "}, 422)
    assert [each["text"] for each in writer.get(address).json()["items"]] == ["Why two?"]
    assert VersionComment.objects.count() == 1
    sent(writer, f"{VERSIONS}/{new_id()}/comments", {"text": "x"}, 404)


def test_only_versions_of_a_kind_are_compared() -> None:
    writer = signed_in(*ALL)
    one = draft(writer)["id"]
    other = sent(writer, VERSIONS, {"kind": TEXT_KIND, "name": "Rules", "document": {"rules": []}}, 201)["id"]
    assert writer.get(f"{VERSIONS}/{one}/differences").json() == {"since": None, "items": []}
    assert writer.get(f"{VERSIONS}/{one}/differences?since={other}").status_code == 409
    assert writer.get(f"{VERSIONS}/{one}/differences?since=x").status_code == 422


def test_kinds_are_listed() -> None:
    found = signed_in(*ALL).get("/api/v1/rulebook-kinds").json()["items"]
    assert {"name": KIND, "title": "Factors", "takes_decisions": True} in found
