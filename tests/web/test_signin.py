"""Signing in: one door, and five wrong attempts per account and address."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, RequestFactory
from django.urls import reverse

from ordercash.config import Config
from ordercash.web.addresses import client_address
from tests.factories.web import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]


def attempt(username: str, password: str, address: str = "10.0.0.1", path: str = "/login/") -> int:
    return Client(REMOTE_ADDR=address).post(path, {"username": username, "password": password}).status_code


def test_the_start_leads_to_the_sign_in() -> None:
    assert Client().get("/")["Location"].startswith("/login/")


def test_a_right_password_leads_on() -> None:
    make_user(username="order.desk")
    answer = Client().post(
        "/login/?next=/components/", {"username": "order.desk", "password": PASSWORD, "next": "/components/"}
    )
    assert answer["Location"] == "/components/"


def test_a_session_that_somebody_planted_ends_at_the_sign_in() -> None:
    make_user(username="order.desk")
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    client.post("/login/", {"username": "order.desk", "password": PASSWORD})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_every_page_wants_the_token_of_its_form() -> None:
    client = Client(enforce_csrf_checks=True)
    user = make_user(is_superuser=True)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for name in ("components", "password", "logout"):
        assert client.post(reverse(name), {"verb": "save_filter"}).status_code == 403


def test_never_to_another_site() -> None:
    make_user(username="order.desk")
    sent = {"username": "order.desk", "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post("/login/", sent)["Location"] == "/"


def test_after_five_failures_even_the_right_password_waits() -> None:
    make_user(username="order.desk")
    assert [attempt("order.desk", "wrong") for _ in range(5)] == [200] * 5
    assert attempt("order.desk", PASSWORD) == 429
    assert attempt(" ORDER.DESK ", PASSWORD) == 429


def test_other_addresses_and_accounts_are_not_locked_with_it() -> None:
    make_user(username="order.desk")
    make_user(username="warehouse")
    for _ in range(5):
        attempt("order.desk", "wrong")
    assert attempt("order.desk", PASSWORD, address="10.0.0.2") == 302
    assert attempt("warehouse", PASSWORD) == 302


def test_a_success_forgets_the_failures() -> None:
    make_user(username="order.desk")
    for _ in range(4):
        attempt("order.desk", "wrong")
    assert attempt("order.desk", PASSWORD) == 302
    assert attempt("order.desk", "wrong") == 200


def test_unknown_names_are_counted_alike_and_not_told_apart() -> None:
    make_user(username="order.desk")
    for name in ("order.desk", "nobody"):
        page = Client(REMOTE_ADDR="10.0.0.9").post("/login/", {"username": name, "password": "wrong"}).content.decode()
        assert "do not match" in page
    assert [attempt("ghost", "wrong") for _ in range(6)] == [200] * 5 + [429]


def test_the_admin_has_no_other_door() -> None:
    answer = Client().get("/admin/login/?next=/admin/")
    assert answer["Location"] == "/login/?next=/admin/"
    assert Client().post("/admin/login/", {"username": "a", "password": "b"}).status_code in {302, 405}


def test_signing_out_is_a_post() -> None:
    client = Client()
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/components/").status_code == 302


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        (2, "198.51.100.1, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "203.0.113.7:4711", "203.0.113.7"),
        (1, "[2001:DB8::0:1]", "2001:db8::1"),
        (1, "somebody", "10.0.0.1"),
    ],
)
def test_whose_address_it_is(settings: Any, rf: RequestFactory, trusted: int, forwarded: str, address: str) -> None:
    settings.ORDERCASH_TRUSTED_PROXIES = trusted
    assert client_address(rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)) == address


def test_behind_a_proxy_one_caller_locks_out_no_other(settings: Any) -> None:
    settings.ORDERCASH_TRUSTED_PROXIES = 1
    make_user(username="order.desk")

    def attempt_from(address: str, password: str, claimed: str = "") -> int:
        client = Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"{claimed}{address}")
        return client.post("/login/", {"username": "order.desk", "password": password}).status_code

    for number in range(5):
        attempt_from("203.0.113.7", "wrong", claimed=f"198.51.100.{number}, ")
    assert attempt_from("203.0.113.7", PASSWORD) == 429
    assert attempt_from("203.0.113.8", PASSWORD) == 302


@pytest.mark.parametrize("word", ["-1", "11", "one", "1.5", "²"])
def test_the_number_of_proxies_is_a_small_number(word: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="ORDERCASH_TRUSTED_PROXIES must be"):
        Config.from_env({"ORDERCASH_DEBUG": "true", "ORDERCASH_TRUSTED_PROXIES": word})
