"""Health, headers, the API's description, search, links, navigation, the shell."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client

from ordercash import navigation
from ordercash.web import links, search, tones
from ordercash.web.links import link_html, names_of, register_link
from ordercash.web.search import Hit, register_search

pytestmark = pytest.mark.django_db


def test_healthz_tells_what_answers() -> None:
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "redis": "ok"}}


def test_healthz_is_503_when_redis_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: Any, **kwargs: Any) -> None:
        raise ConnectionError("no such host")

    monkeypatch.setattr(cache, "set", gone)
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "redis": "failing"}


def test_pages_may_run_no_script_that_stands_in_them(signed_in: Any) -> None:
    answer = signed_in().get("/components/")
    policy = answer["Content-Security-Policy"]
    script = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe-inline" not in script
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cache-Control"] == "private, no-cache"
    page = answer.content.decode()
    assert "onclick=" not in page
    assert "<script>" not in page


def test_data_may_run_nothing() -> None:
    assert Client().get("/healthz")["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_the_description_is_openapi_3_1_and_its_page_loads_only_from_here() -> None:
    assert Client().get("/api/schema/?format=json").json()["openapi"].startswith("3.1")
    page = Client().get("/api/docs/")
    assert page.status_code == 200
    assert "https://" not in page.content.decode()
    assert "<script>" not in page.content.decode()


@pytest.fixture
def registries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_kinds", {})
    monkeypatch.setattr(search, "_sources", {})
    monkeypatch.setattr(tones, "_tones", {})


@pytest.mark.usefixtures("registries")
class TestRegistries:
    def test_a_kind_with_a_page_is_a_link(self) -> None:
        thing = uuid4()
        register_link("thing", "component_sample", "Thing")
        assert link_html("thing", thing, "T-1") == f'<a class="oc-link" href="/components/{thing}/">T-1</a>'
        assert link_html("thing", None, "T-1") == "T-1"

    def test_a_kind_without_a_page_is_its_label(self) -> None:
        register_link("ghost", "no_such_name", "Ghost")
        assert link_html("ghost", uuid4(), "G-1") == "G-1"
        assert link_html("unheard", uuid4(), "<b>") == "&lt;b&gt;"

    def test_things_are_called_by_their_names_with_one_question_for_all(self) -> None:
        first, second, unnamed = uuid4(), uuid4(), uuid4()
        asked: list[set[Any]] = []

        def names(ids: Any) -> dict[Any, str]:
            asked.append(set(ids))
            return {id: f"T-{place}" for place, id in enumerate((first, second), 1) if id in ids}

        register_link("thing", "component_sample", "Thing", names=names)
        assert names_of("thing", [first, second, None]) == {first: "T-1", second: "T-2"}
        assert asked == [{first, second}]
        assert names_of("unheard", [unnamed]) == {}
        assert ">Thing T-1</a>" in link_html("thing", first)
        assert f">Thing {str(unnamed)[-8:]}</a>" in link_html("thing", unnamed)

    def test_search_asks_only_what_the_user_may_see(self, signed_in: Any) -> None:
        asked: list[str] = []

        def find(text: str, limit: int) -> list[Hit]:
            asked.append(text)
            return [Hit("thing", uuid4(), "T-<1>", "a subtitle")]

        register_search("thing", "sample.view", find)
        assert "Nothing is called" in signed_in().get("/search/?q=T-1").content.decode()
        assert asked == []
        page = signed_in("sample.view").get("/search/?q=T-1").content.decode()
        assert "T-&lt;1&gt;" in page
        assert asked == ["T-1"]

    def test_a_failing_source_spoils_no_other(self, signed_in: Any) -> None:
        def fail(text: str, limit: int) -> list[Hit]:
            raise DatabaseError("gone")

        register_search("bad", "sample.view", fail)
        register_search("good", "sample.view", lambda text, limit: [Hit("good", uuid4(), "found")])
        page = signed_in("sample.view").get("/search/?q=x1", headers={"HX-Request": "true"}).content.decode()
        assert "could not be searched" in page
        assert "found" in page

    def test_one_letter_asks_nobody(self, signed_in: Any) -> None:
        register_search("thing", "sample.view", lambda text, limit: [Hit("thing", uuid4(), "found")])
        assert "found" not in signed_in("sample.view").get("/search/?q=x").content.decode()

    def test_tones_are_told_by_word(self) -> None:
        tones.register_tones({"melted": "bad"})
        assert tones.state_tone("melted") == "bad"
        with pytest.raises(ValueError, match="purple"):
            tones.register_tones({"melted": "purple"})


@pytest.mark.urls("tests.web.sample_urls")
def test_the_sidebar_shows_what_exists_and_may_be_seen(monkeypatch: pytest.MonkeyPatch, signed_in: Any) -> None:
    entries = (
        navigation.Entry("Open", "components", "flag"),
        navigation.Entry("Secret", "thing", "flag"),
        navigation.Entry("Staff", "search", "flag", staff_only=True),
        navigation.Entry("Later", "not_yet", "flag"),
    )
    monkeypatch.setattr(navigation, "NAVIGATION", (("Group", entries), ("Empty", entries[3:])))

    def shown(client: Client) -> list[tuple[str, list[str]]]:
        groups = client.get("/components/").context["sidebar_navigation"]
        assert groups[0]["items"][0]["active"]
        return [(group["title"], [item["title"] for item in group["items"]]) for group in groups]

    assert shown(signed_in()) == [("Group", ["Open"])]
    assert shown(signed_in("sample.view")) == [("Group", ["Open", "Secret"])]
    assert shown(signed_in(is_staff=True)) == [("Group", ["Open", "Staff"])]


@pytest.mark.parametrize(
    ("path", "active"),
    [
        ("/backorders/", "Backorders"),
        ("/backorders/board/", "Backorder board"),
        ("/reservations/handling/", "Handling"),
        ("/stock/1/", "Stock"),
        ("/", "Home"),
    ],
)
def test_one_entry_of_the_sidebar_is_marked(
    path: str, active: str, rf: Any, admin_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(navigation, "_may_see", lambda link, user: True)
    request = rf.get(path)
    request.user = admin_user
    items = [item for group in navigation.sidebar(request) for item in group["items"]]
    assert [item["title"] for item in items if item["active"]] == [active]


def test_the_start_leads_to_the_first_page(signed_in: Any) -> None:
    assert signed_in().get("/").status_code in {200, 302}


def test_instants_are_shown_in_the_users_zone(signed_in: Any) -> None:
    page = signed_in(time_zone="Asia/Tokyo").get("/components/").content.decode()
    assert "01 Mar 2024 17:12" in page


def test_everybody_changes_his_own_password(signed_in: Any) -> None:
    client = signed_in()
    assert client.get("/password/").status_code == 200
    sent = {
        "old_password": "right-horse-battery",
        "new_password1": "another-long-one-7",
        "new_password2": "another-long-one-7",
    }
    assert client.post("/password/", sent)["Location"] == "/password/done/"
    assert client.get("/password/done/").status_code == 200
