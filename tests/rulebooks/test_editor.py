"""The editor of rulebooks: live findings, differences, a draft saved, and who may write over what."""

import pytest
from django.test import Client

from apps.masterdata.models import User
from apps.rulebooks.models import Rulebook, RulebookVersion
from apps.rulebooks.services.versions import save_draft, submit_version
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from tests.factories.pages import BACKEND, NASTY, shown, signed_in, words
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user
from tests.rulebooks.a_kind import KIND, TEXT_KIND

pytestmark = pytest.mark.django_db(transaction=True)
WRITER = ("rulebooks.view_rulebooks", "rulebooks.draft_version")
TEXT = f"kind: {KIND}\nname: Factors\ndocument:\n  factor: {{}}\n"


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def draft_of(user: User, factor: int = 3) -> RulebookVersion:
    actor = Actor(id=user.pk, name=user.username)
    return save_draft(kind=KIND, name="Factors", document={"factor": factor}, actor=actor, now=clock.now())


def test_only_writers_have_it() -> None:
    version = put_in_force(KIND, {"factor": 2})
    reader = signed_in("rulebooks.view_rulebooks")
    for address in (
        "/rulebooks/new/",
        f"/rulebooks/{version.rulebook_id}/edit/",
        f"/rulebooks/versions/{version.pk}/edit/",
    ):
        assert Client().get(address).status_code == 302
        shown(reader, address, 403)
    assert reader.post("/rulebooks/examine/", {"text": ""}).status_code == 403
    assert "New version" not in shown(reader, f"/rulebooks/{version.rulebook_id}/")
    assert "New version" in shown(signed_in(*WRITER), f"/rulebooks/{version.rulebook_id}/")
    assert "What may be written" in shown(signed_in(*WRITER), f"/rulebooks/{version.rulebook_id}/edit/")


def test_a_new_version_begins_with_the_active_text_or_the_one_asked_for() -> None:
    old = put_in_force(KIND, {"factor": 2})
    put_in_force(KIND, {"factor": 9})
    writer = signed_in(*WRITER)
    address = f"/rulebooks/{old.rulebook_id}/edit/"
    assert "factor: 9" in shown(writer, address)
    assert "factor: 2" in shown(writer, f"{address}?from={old.pk}")
    assert "factor: 9" in shown(writer, f"{address}?from=x")


def test_findings_come_while_it_is_written() -> None:
    base = put_in_force(KIND, {"factor": 2})
    writer = signed_in(*WRITER)

    def found(text: str) -> str:
        answer = writer.post(
            "/rulebooks/examine/", {"text": text, "base": str(base.pk)}, headers={"HX-Request": "true"}
        )
        assert answer.status_code == 200
        return answer.content.decode()

    wrong = found(TEXT.format("many"))
    assert 'data-oc-goto="4:11"' in wrong
    assert "cannot be saved yet" in wrong
    right = words(found(TEXT.format("3")))
    assert "It can be saved" in right
    assert "changed factor value 2 → 3" in right
    warned = found(
        f"kind: {TEXT_KIND}\r\nname: a\r\ndocument:\r\n  rules: [{{name: a, when: size > 1 && size < 0}}]\r\n"
    )
    assert "can never apply" in warned
    assert "It can be saved" in warned
    assert "<script>alert" not in found(NASTY)
    assert Rulebook.objects.count() == RulebookVersion.objects.count() == 1


def test_a_member_that_is_not_there_is_named_with_the_nearest() -> None:
    wrong = signed_in(*WRITER).post("/rulebooks/examine/", {"text": f"{TEXT.format(3)}  larg_from: 4\n  moon: 1\n"})
    said = words(wrong.content.decode())
    assert "there is no member 'larg_from' here; did you mean 'large_from'?" in said
    assert "there is no member 'moon' here" in said
    refused = signed_in(*WRITER).post("/rulebooks/new/", {"verb": "save", "text": f"{TEXT.format(3)}  moon: 1\n"})
    assert "1 mistake in the text." in words(refused.content.decode())


def test_a_text_is_saved_as_a_draft() -> None:
    writer = signed_in(*WRITER)
    answer = writer.post(
        "/rulebooks/new/", {"verb": "save", "text": TEXT.format("4").replace("\n", "\r\n"), "note": "First"}
    )
    version = RulebookVersion.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/rulebooks/versions/{version.pk}/")
    assert (version.document, version.note, version.state) == ('{"factor":4}', "First", "draft")
    again = writer.post(f"/rulebooks/versions/{version.pk}/edit/", {"verb": "save", "text": TEXT.format("5")})
    assert again.status_code == 303
    version.refresh_from_db()
    assert (RulebookVersion.objects.count(), version.document) == (1, '{"factor":5}')


def test_what_is_refused_keeps_what_was_written() -> None:
    writer = signed_in(*WRITER)
    answer = writer.post("/rulebooks/new/", {"verb": "save", "text": TEXT.format("many # a remark"), "note": NASTY})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "many # a remark" in page
    assert "data-oc-goto=" in page
    assert "<script>alert" not in page
    assert not Rulebook.objects.exists()


def test_a_draft_keeps_its_rulebook() -> None:
    user = make_user(*WRITER)
    version = draft_of(user)
    other = f"kind: {TEXT_KIND}\nname: Factors\ndocument:\n  rules: []\n"
    answer = browser_of(user).post(f"/rulebooks/versions/{version.pk}/edit/", {"verb": "save", "text": other})
    assert answer.status_code == 409
    renamed = TEXT.format("3").replace("Factors", "Other")
    assert browser_of(user).post("/rulebooks/new/", {"verb": "save", "text": renamed}).status_code == 409
    assert RulebookVersion.objects.get().document == '{"factor":3}'


def test_only_ones_own_draft_is_written_over() -> None:
    user = make_user(*WRITER)
    version = draft_of(user)
    address = f"/rulebooks/versions/{version.pk}/edit/"
    shown(signed_in(*WRITER), address, 403)
    assert signed_in(*WRITER).post(address, {"verb": "save", "text": TEXT.format("8")}).status_code in {303, 403}
    submit_version(version_id=version.pk, actor=Actor(id=user.pk, name=user.username), now=clock.now())
    shown(browser_of(user), address, 409)
    version.refresh_from_db()
    assert version.document == '{"factor":3}'


def test_scenarios_beside_the_text_are_kept() -> None:
    text = TEXT.format("4") + "scenarios:\n- {name: one, facts: {number: 2}, expected: {result: 8}}\n"
    signed_in(*WRITER).post("/rulebooks/new/", {"verb": "save", "text": text})
    assert [each.name for each in Rulebook.objects.get().scenarios.all()] == ["one"]
