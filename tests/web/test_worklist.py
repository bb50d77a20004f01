"""The worklist of the gallery: sorting, filters, pages, bulk verbs, kept filters."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from ordercash.web.formats import plural
from ordercash.web.gallery_samples import ORDERS
from ordercash.web.models import SavedFilter

pytestmark = pytest.mark.django_db(transaction=True)
PART = {"HX-Request": "true", "HX-Target": "worklist"}


def numbers(answer: Any) -> list[str]:
    return [str(row.cells[0][1]).partition(">")[2].partition("<")[0] for row in answer.context["rows"]]


def test_the_default_order_and_the_next_page(signed_in: Any) -> None:
    client = signed_in()
    first = client.get("/components/")
    assert numbers(first)[0] == "SO-1059"
    assert first.context["previous_url"] == ""
    second = client.get(first.context["next_url"])
    assert numbers(second)[0] == "SO-1047"
    assert numbers(client.get(second.context["previous_url"])) == numbers(first)


def test_sorting_keeps_filters_and_starts_anew(signed_in: Any) -> None:
    answer = signed_in().get("/components/?state=held&sort=placed_at")
    header = {column.key: (url, state) for column, url, state in answer.context["headers"]}
    assert header["placed_at"] == ("/components/?state=held&sort=-placed_at", "ascending")
    assert header["gross_minor"][0] == "/components/?state=held&sort=gross_minor"
    assert header["customer"] == ("", "")
    assert {row.state for row in ORDERS if row.number in numbers(answer)} == {"held"}


def test_an_order_that_no_column_offers_is_passed_over(signed_in: Any) -> None:
    assert numbers(signed_in().get("/components/?sort=password"))[0] == "SO-1059"


def test_a_cursor_of_another_order_is_a_page_with_400(signed_in: Any) -> None:
    client = signed_in()
    cursor = client.get("/components/").context["next_url"]
    assert client.get(f"{cursor}&sort=lines").status_code == 400


def test_htmx_gets_the_list_alone(signed_in: Any) -> None:
    page = signed_in().get("/components/", headers=PART).content.decode()
    assert page.lstrip().startswith('<div id="worklist"')
    assert "nav-sidebar" not in page


def test_no_match_says_what_to_do(signed_in: Any) -> None:
    page = signed_in().get("/components/?q=nobody").content.decode()
    assert "No order matches the filters" in page
    assert "Clear the filters" in page


def test_bulk_needs_rows_and_a_reason(signed_in: Any) -> None:
    client = signed_in()
    ids = [str(ORDERS[0].id), str(ORDERS[1].id)]

    def told(**sent: Any) -> str:
        client.cookies.pop("messages", None)
        answer = client.post("/components/", {"verb": "release", **sent})
        return " ".join(str(message) for message in get_messages(answer.wsgi_request))

    assert "Select at least one row" in told(reason_release="x")
    assert "reason" in told(ids=ids).lower()
    assert told(ids=ids, reason_release="agreed by telephone") == "2 orders would be released: agreed by telephone"


def test_a_filter_is_kept_shown_replaced_and_deleted(signed_in: Any) -> None:
    client = signed_in()
    client.post("/components/?state=held&sort=-lines&cursor=abc&q=", {"verb": "save_filter", "name": " Held "})
    (kept,) = SavedFilter.objects.all()
    assert (kept.name, kept.query, kept.page) == ("Held", "state=held&sort=-lines", "components")
    assert "?state=held&amp;sort=-lines" in client.get("/components/").content.decode()
    client.post("/components/?state=overdue", {"verb": "save_filter", "name": "Held"})
    assert SavedFilter.objects.get().query == "state=overdue"
    client.post("/components/", {"verb": "delete_filter", "ids": [str(kept.id)]})
    assert not SavedFilter.objects.exists()


def test_nobody_deletes_anothers_filter(signed_in: Any) -> None:
    signed_in().post("/components/?state=held", {"verb": "save_filter", "name": "Mine"})
    kept = SavedFilter.objects.get()
    other = signed_in()
    other.post("/components/", {"verb": "delete_filter", "ids": [str(kept.id)]})
    assert SavedFilter.objects.filter(id=kept.id).exists()
    assert "Mine" not in other.get("/components/").content.decode()


def test_a_filter_needs_a_name(signed_in: Any) -> None:
    signed_in().post("/components/?state=held", {"verb": "save_filter", "name": "  "})
    assert not SavedFilter.objects.exists()


def test_the_job_and_the_panel_are_parts_for_htmx(signed_in: Any) -> None:
    client = signed_in()
    job = client.get("/components/job/", headers={"HX-Request": "true"}).content.decode()
    assert "Export of the journal" in job
    assert "hx-trigger" not in job
    running = client.get("/components/job/?number=2", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in running
    panel = client.get(f"/components/{ORDERS[0].id}/", headers={"HX-Request": "true"}).content.decode()
    assert "What happened" in panel
    assert "nav-sidebar" not in panel
    assert Client().get("/components/job/").status_code == 401


def test_text_of_rows_is_escaped(signed_in: Any) -> None:
    page = signed_in().get("/components/").content.decode()
    assert "&lt;b&gt;boxed&lt;/b&gt;" in page
    assert "<b>boxed" not in page


def test_a_count_names_its_rows_as_people_do() -> None:
    assert [plural(noun) for noun in ("order", "entry", "day")] == ["orders", "entries", "days"]
