"""The pages of rulebooks: from a draft to a version in force, by two people."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from apps.masterdata.models import User
from apps.rulebooks.models import RulebookVersion
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
    checker.post(address, {"verb": "retire"})
    assert phase_of(version, clock.now()) == "retired"


def test_a_verb_without_its_permission_changes_nothing() -> None:
    author = make_user(*ALL)
    version = draft_of(author, 5)
    reader = signed_in(make_user("rulebooks.view_rulebooks"))
    assert reader.post(f"/rulebooks/versions/{version.pk}/", {"verb": "submit"}).status_code == 403
    version.refresh_from_db()
    assert version.state == "draft"
