"""The exception queue as pages: what is shown, who may do what, and what is told afterwards."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from apps.exceptions.models import Case, Queue
from apps.exceptions.permissions import ASSIGN_CASE, CLAIM_CASE, CONFIGURE_QUEUES, RESOLVE_CASE, VIEW_CASES
from apps.exceptions.selectors import find_cases
from ordercash.kernel.ids import new_id
from tests.factories.audit import count_statements
from tests.factories.exceptions import RELEASE, Owner, make_draft, open_all, open_case
from tests.factories.web import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(*permissions: str, **fields: Any) -> Client:
    client = Client()
    client.user = make_user(*permissions, **fields)  # type: ignore[attr-defined]
    client.force_login(client.user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[attr-defined]
    return client


def told(answer: Any) -> list[str]:
    """Return the last message; those of earlier posts wait for a page that shows them."""
    return [str(message) for message in get_messages(answer.wsgi_request)][-1:]


def test_the_queue_is_closed_without_its_permission() -> None:
    case_id = open_case()
    for address in ("/cases/", f"/cases/{case_id}/"):
        assert Client().get(address).status_code == 302
        assert signed_in("orders.view_orders").get(address).status_code == 403


def test_the_queue_shows_reasons_money_and_deadline_with_their_holder(owner: Owner) -> None:
    case_id = open_case("no_price", title="Order SO-1 is held", money_at_risk_minor=123_456)
    client = signed_in(VIEW_CASES, CLAIM_CASE, username="order.desk")
    client.post("/cases/", {"verb": "claim", "ids": [str(case_id)]})
    page = client.get("/cases/").content.decode()
    for text in ("Order SO-1 is held", "No price", "1,234.56", "order.desk", "Claimed", "Overdue"):
        assert text in page


def test_filters_narrow_the_queue() -> None:
    first, _ = open_all([make_draft(title="Order SO-1"), make_draft("no_address", subject_kind="row")])
    client = signed_in(VIEW_CASES)

    def rows(**query: Any) -> list[Any]:
        return [row.id for row in client.get("/cases/", query).context["rows"]]

    assert len(rows()) == 2
    assert rows(q="so-1") == [first]
    assert rows(state="resolved") == []
    assert len(rows(queue="general", overdue="1", holder="none")) == 2
    assert rows(holder="me") == []


def test_the_queue_takes_the_same_statements_for_1_and_50_cases() -> None:
    client, counts = signed_in(VIEW_CASES), []
    for size in (1, 50):
        open_all([make_draft("no_price", "no_address") for _ in range(size)])
        client.get("/cases/")
        counts.append(count_statements(lambda: client.get("/cases/")))
    assert counts[0] == counts[1]


def test_who_only_looks_has_no_buttons_and_does_nothing(owner: Owner) -> None:
    case_id = open_case()
    client = signed_in(VIEW_CASES)
    for address in ("/cases/", f"/cases/{case_id}/"):
        page = client.get(address).content.decode()
        assert 'value="claim"' not in page
        assert "Scrap" not in page.partition("<main")[2]
    for verb in ("claim", "release", "assign", "resolve"):
        assert client.post("/cases/", {"verb": verb, "ids": [str(case_id)]}).status_code == 403
    for verb in ("claim", "release", "assign", "resolve_release"):
        assert client.post(f"/cases/{case_id}/", {"verb": verb}).status_code == 403
    assert Case.objects.get().state == "open"
    assert owner.calls == []


def test_a_case_is_claimed_given_back_and_released_on_its_page(owner: Owner) -> None:
    case_id = open_case("no_price", subject_kind="thing")
    client = signed_in(VIEW_CASES, CLAIM_CASE, RELEASE)
    address = f"/cases/{case_id}/"
    assert told(client.post(address, {"verb": "claim"})) == ["It is yours now."]
    assert "It is yours already." in client.get(address).content.decode()
    assert told(client.post(address, {"verb": "release"})) == ["It is back in its queue."]
    assert told(client.post(address, {"verb": "resolve_release"})) == ["Released."]
    case = Case.objects.get()
    assert (case.state, case.closed_by) == ("resolved", client.user.pk)  # type: ignore[attr-defined]
    page = client.get(address).content.decode()
    assert "The case is resolved." in page
    assert "Case claimed" in page


def test_a_resolution_that_needs_a_reason_gets_one(owner: Owner) -> None:
    case_id = open_case()
    client = signed_in(VIEW_CASES, RELEASE)
    address = f"/cases/{case_id}/"
    assert "Please give a reason" in told(client.post(address, {"verb": "resolve_scrap"}))[0]
    assert owner.calls == []
    client.post(address, {"verb": "resolve_scrap", "reason_resolve_scrap": "broken on arrival"})
    assert Case.objects.get().resolution_note == "broken on arrival"


def test_an_unknown_resolution_is_no_verb_of_the_page(owner: Owner) -> None:
    case_id = open_case()
    client = signed_in(VIEW_CASES, RELEASE)
    for verb in ("resolve_explode", "resolve_", "show", "resolve"):
        assert client.post(f"/cases/{case_id}/", {"verb": verb}).status_code == 404
    assert client.get(f"/cases/{new_id()}/").status_code == 404


def test_many_cases_are_claimed_assigned_and_resolved_at_once(owner: Owner) -> None:
    drafts = [make_draft() for _ in range(3)]
    ids = [str(case_id) for case_id in open_all(drafts)]
    client = signed_in(VIEW_CASES, CLAIM_CASE, ASSIGN_CASE, RESOLVE_CASE, RELEASE)
    colleague = make_user(CLAIM_CASE, username="credit.controller")
    assert told(client.post("/cases/", {"verb": "claim", "ids": ids})) == ["3 cases claimed."]
    assert told(client.post("/cases/", {"verb": "release", "ids": ids[:1]})) == ["1 case given back."]
    assign = {"verb": "assign", "ids": ids, "assign-assignee": str(colleague.pk)}
    assert told(client.post("/cases/", assign)) == ["3 cases assigned."]
    owner.left = {drafts[0].subject_id}
    resolve = {"verb": "resolve", "ids": ids, "resolve-resolution": "release", "resolve-note": "checked"}
    assert told(client.post("/cases/", resolve)) == ["2 cases resolved; 1 not: Still has no price."]


def test_a_bulk_verb_that_does_nothing_says_why(owner: Owner) -> None:
    case_id = open_case()
    client = signed_in(VIEW_CASES, CLAIM_CASE)
    answer = client.post("/cases/", {"verb": "release", "ids": [str(case_id)]})
    assert "Nobody has claimed it." in told(answer)[0]
    assert "Select at least one row" in told(client.post("/cases/", {"verb": "claim"}))[0]


def test_a_case_is_not_assigned_to_who_may_not_work_on_cases(owner: Owner) -> None:
    case_id, outsider = open_case(), make_user(username="auditor")
    client = signed_in(VIEW_CASES, ASSIGN_CASE)
    answer = client.post(f"/cases/{case_id}/", {"verb": "assign", "assign-assignee": str(outsider.pk)})
    assert answer.status_code == 422
    assert Case.objects.get().assignee_id is None


def test_markup_in_a_title_stays_text(owner: Owner) -> None:
    case_id = open_case(title="<img src=x onerror=alert(1)>")
    client = signed_in(VIEW_CASES)
    for address in ("/cases/", f"/cases/{case_id}/"):
        assert "<img src=x" not in client.get(address).content.decode()


def test_the_search_box_finds_cases_that_wait() -> None:
    case_id = open_case(title="Order SO-77 is held")
    assert [(hit.kind, hit.id) for hit in find_cases("so-77", 5)] == [("case", case_id)]


def test_a_queue_is_configured_in_the_admin_by_who_may() -> None:
    open_case()
    address = "/admin/exceptions/queue/general/change/"
    given = {"name": "Front desk", "sla_hours": "4", "resolve_permission": ""}
    reader = signed_in(VIEW_CASES, is_staff=True)
    assert reader.get(address).status_code == 200
    assert reader.post(address, given).status_code == 403
    assert signed_in(VIEW_CASES, CONFIGURE_QUEUES, is_staff=True).post(address, given).status_code == 302
    queue = Queue.objects.get()
    assert (queue.name, queue.sla_hours) == ("Front desk", 4)
    assert reader.get("/admin/exceptions/case/").status_code == 200
    case = Case.objects.get()
    assert reader.get(f"/admin/exceptions/case/{case.id}/change/").status_code == 200
