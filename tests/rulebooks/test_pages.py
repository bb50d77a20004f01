"""The pages of rulebooks: from a draft to a version in force, by two people."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from apps.masterdata.models import User
from apps.rulebooks.models import Activation, Rulebook, RulebookVersion
from apps.rulebooks.selectors.versions import phase_of
from apps.rulebooks.services.versions import save_draft
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.kernel.ids import new_id
from tests.factories.rulebooks import put_in_force
from tests.factories.web import make_user
from tests.rulebooks.a_kind import KIND

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ALL = ("rulebooks.view_rulebooks", "rulebooks.draft_version", "rulebooks.approve_version", "rulebooks.activate_version")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def draft_of(user: User, factor: int) -> RulebookVersion:
    actor = Actor(id=user.pk, name=user.username)
    return save_draft(kind=KIND, name="Factors", document={"factor": factor}, actor=actor, now=NOW)


def text_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_they_are_closed_to_others() -> None:
    version = put_in_force(KIND, {"factor": 2})
    for address in ("/rulebooks/", f"/rulebooks/{version.rulebook_id}/", f"/rulebooks/versions/{version.pk}/"):
        assert Client().get(address).status_code == 302
        assert text_of(signed_in(make_user("orders.view_orders")), address, 403)


def test_list_rulebook_and_version() -> None:
    put_in_force(KIND, {"factor": 2})
    version = put_in_force(KIND, {"factor": 3})
    reader = signed_in(make_user("rulebooks.view_rulebooks"))
    assert f"/rulebooks/{version.rulebook_id}/" in text_of(reader, "/rulebooks/")
    shown = text_of(reader, f"/rulebooks/{version.rulebook_id}/")
    assert f"/rulebooks/versions/{version.pk}/" in shown
    assert "factor: 3" in shown
    assert "Activate" not in text_of(reader, f"/rulebooks/versions/{version.pk}/")
    text_of(reader, f"/rulebooks/{new_id()}/", 404)
    text_of(reader, f"/rulebooks/versions/{new_id()}/", 404)


def test_two_people_put_a_version_in_force() -> None:
    put_in_force(KIND, {"factor": 2})
    author, approver = make_user(*ALL), make_user(*ALL)
    version = draft_of(author, 5)
    address = f"/rulebooks/versions/{version.pk}/"
    writer, checker = signed_in(author), signed_in(approver)
    assert "factor: 5" in text_of(writer, address)
    assert "Its author hands it in" not in text_of(writer, address)
    assert "Its author hands it in" in text_of(checker, address)
    assert writer.post(address, {"verb": "submit"}).status_code == 303
    writer.post(address, {"verb": "approve"})
    version.refresh_from_db()
    assert version.state == "in_review"
    checker.post(address, {"verb": "reject", "reason": "Too much"})
    version.refresh_from_db()
    assert (version.state, version.note) == ("draft", "Too much")
    writer.post(address, {"verb": "submit"})
    checker.post(address, {"verb": "approve"})
    checker.post(address, {"verb": "activate", "activate-from_at": ""})
    version.refresh_from_db()
    assert (phase_of(version, clock.now()), version.approver_id) == ("active", approver.pk)
    assert "in force" in text_of(checker, f"/rulebooks/{version.rulebook_id}/").lower()
    refused = checker.post(address, {"verb": "retire", "reason_retire": "Closed"}).content.decode()
    assert "Nothing of this kind is decided from" in refused
    assert phase_of(version, clock.now()) == "active"
    checker.post(address, {"verb": "retire", "reason_retire": "Closed", "retire-without_successor": "on"})
    assert phase_of(version, clock.now()) == "retired"


def test_a_rollback_needs_its_permission() -> None:
    put_in_force(KIND, {"factor": 2})
    address = f"/rulebooks/{put_in_force(KIND, {'factor': 3}).rulebook_id}/"
    reader = signed_in(make_user("rulebooks.view_rulebooks"))
    assert reader.post(address, {"verb": "roll_back", "reason": "x"}).status_code == 403
    assert "Roll back" not in text_of(reader, address)


def test_a_rollback_by_a_person() -> None:
    author, approver = make_user(*ALL), make_user(*ALL, "rulebooks.roll_back")
    client = signed_in(approver)
    for factor in (5, 6):
        version = draft_of(author, factor)
        address = f"/rulebooks/versions/{version.pk}/"
        signed_in(author).post(address, {"verb": "submit"})
        for verb in ("approve", "activate"):
            client.post(address, {"verb": verb, "activate-from_at": ""})
    page = f"/rulebooks/{version.rulebook_id}/"
    assert "Roll back to v1" in text_of(client, page)
    client.post(page, {"verb": "roll_back"})
    version.refresh_from_db()
    assert phase_of(version, clock.now()) == "active"
    assert f'name="roll_back-from_version_id" value="{version.pk}"' in text_of(client, page)
    sent = {"verb": "roll_back", "reason": "Too much", "roll_back-from_version_id": str(version.pk)}
    assert client.post(page, sent).status_code in (200, 302, 303)
    assert phase_of(RulebookVersion.objects.get(number=1), clock.now()) == "active"
    client.post(page, sent)
    assert Activation.objects.filter(kind="rollback").count() == 1, "sent twice it goes back once"
    shown = text_of(client, page)
    assert "Rolled back to v1" in shown
    assert "Too much" in shown


def test_a_version_is_compared_commented_and_exported() -> None:
    author = make_user(*ALL, "rulebooks.comment_version")
    put_in_force(KIND, {"factor": 2})
    Rulebook.objects.update(name="Factors")
    first, second = draft_of(author, 5), draft_of(author, 6)
    client, address = signed_in(author), f"/rulebooks/versions/{second.pk}/"
    assert "<del>2</del> → <ins>6</ins>" in text_of(client, address)
    assert "<del>5</del> → <ins>6</ins>" in text_of(client, f"{address}?since={first.pk}")
    assert "<del>2</del>" in text_of(client, f"{address}?since=x")
    client.post(address, {"verb": "comment", "comment-text": "<b>Why six?</b>"})
    assert "&lt;b&gt;Why six?&lt;/b&gt;" in text_of(client, address)
    file = client.get(f"{address}file/")
    assert file.content.decode() == f"kind: {KIND}\nname: Factors\ndocument:\n  factor: 6\n"
    reader = signed_in(make_user("rulebooks.view_rulebooks"))
    assert reader.post(address, {"verb": "comment", "comment-text": "x"}).status_code == 403


def test_what_no_domain_answers_for_any_more_is_still_read() -> None:
    version = put_in_force("test.gone", {"a": 1})
    reader = signed_in(make_user("rulebooks.view_rulebooks"))
    assert "a: 1" in text_of(reader, f"/rulebooks/versions/{version.pk}/")
    other = put_in_force("test.gone", {"a": 2})
    assert "<del>1</del> → <ins>2</ins>" in text_of(reader, f"/rulebooks/versions/{other.pk}/")
    assert "test.gone" in text_of(reader, f"/rulebooks/{version.rulebook_id}/")
    assert "test.gone" in text_of(reader, "/rulebooks/")


def test_the_limits_of_approval_are_shown_and_hold() -> None:
    limits = {"rules": [{"kinds": ["test.*"], "limits": [{"role": "finance_approver", "most": {"EUR": "10.00"}}]}]}
    put_in_force("rulebooks.approval", limits)
    author, approver = make_user(*ALL), make_user(*ALL)
    version = draft_of(author, 5)
    address = f"/rulebooks/versions/{version.pk}/"
    signed_in(author).post(address, {"verb": "submit"})
    shown = text_of(signed_in(approver), address)
    assert "up to 10.00 EUR" in shown
    assert "It is approved by: finance approver" in shown
    signed_in(approver).post(address, {"verb": "approve"})
    version.refresh_from_db()
    assert version.state == "in_review"
    approver.groups.add(Group.objects.get_or_create(name="finance_approver")[0])
    signed_in(approver).post(address, {"verb": "approve"})
    version.refresh_from_db()
    assert version.state == "approved"


def test_a_verb_without_its_permission_changes_nothing() -> None:
    author = make_user(*ALL)
    version = draft_of(author, 5)
    reader = signed_in(make_user("rulebooks.view_rulebooks"))
    assert reader.post(f"/rulebooks/versions/{version.pk}/", {"verb": "submit"}).status_code == 403
    version.refresh_from_db()
    assert version.state == "draft"
