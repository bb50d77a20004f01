"""Who calls the API: keys and sessions."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.masterdata.models import ApiKey, User
from apps.masterdata.permissions import CHANGE_CUSTOMERS, MANAGE_API_KEYS, VIEW_API_KEYS, VIEW_CUSTOMERS
from apps.masterdata.selectors.actors import KeyRefused, actor_of, caller_of_key
from apps.masterdata.services.keys import KeyLifeRefused, create_api_key, revoke_api_key
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import Forbidden
from ordercash.kernel.remembered import forget_everything
from tests.factories.counting import counted
from tests.factories.masterdata import NOW, a_currency, a_key, a_user, an_actor

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/api/v1/customers"
BODY = {"code": "C-1", "name": "New Ltd", "currency": "GBP"}


def with_key(secret: str) -> APIClient:
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return caller


def test_a_key_acts_for_its_user() -> None:
    secret = a_key(a_user(VIEW_CUSTOMERS))
    assert with_key(secret).get(URL).status_code == 200
    assert with_key(secret).post(URL, BODY, format="json").status_code == 403


def test_only_the_hash_of_a_key_is_kept() -> None:
    secret = a_key(a_user(VIEW_CUSTOMERS))
    key = ApiKey.objects.get()
    assert len(bytes(key.key_hash)) == 32
    assert secret.split("_", 2)[2] not in str(ApiKey.objects.values())
    assert secret.startswith(f"oc_{key.prefix}_")


def test_a_key_costs_no_statement_while_it_is_remembered() -> None:
    secret = a_key(a_user(VIEW_CUSTOMERS))
    with_key(secret).get(URL)
    with counted() as statements:
        assert with_key(secret).get(URL).status_code == 200
    assert not [sql for sql in statements.statements if "apikey" in sql or "permission" in sql]


@pytest.mark.parametrize(
    "secret",
    ["", "x", "oc_", "oc_a_b", "oc_\x00_b", "oc__", "OC_A_B", "Bearer oc_a_b", "oc_ä_ö", "oc_" + "a" * 5000 + "_b"],
)
def test_a_wrong_key_is_refused(secret: str) -> None:
    answer = with_key(secret).get(URL)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_the_right_prefix_with_a_wrong_secret_is_refused() -> None:
    secret = a_key(a_user(VIEW_CUSTOMERS))
    assert with_key(secret[:-1] + ("A" if secret[-1] != "A" else "B")).get(URL).status_code == 401


def test_a_revoked_key_is_refused_at_once_here_and_everywhere_when_forgotten() -> None:
    secret = a_key(a_user(VIEW_CUSTOMERS))
    assert with_key(secret).get(URL).status_code == 200
    revoke_api_key(ApiKey.objects.get().pk, actor=SYSTEM, now=NOW)
    assert with_key(secret).get(URL).status_code == 401


def test_an_expired_key_is_refused() -> None:
    secret = a_key(a_user(VIEW_CUSTOMERS))
    expires_at = ApiKey.objects.get().expires_at
    assert caller_of_key(secret, at=expires_at - timedelta(seconds=1))
    with pytest.raises(KeyRefused):
        caller_of_key(secret, at=expires_at)


def test_a_key_of_someone_who_left_is_refused() -> None:
    user = a_user(VIEW_CUSTOMERS)
    secret = a_key(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    forget_everything()
    assert with_key(secret).get(URL).status_code == 401


def test_scopes_narrow_what_the_user_may_and_never_widen_it() -> None:
    a_currency()
    narrow = a_key(a_user(VIEW_CUSTOMERS, CHANGE_CUSTOMERS), scopes=[VIEW_CUSTOMERS])
    assert with_key(narrow).get(URL).status_code == 200
    assert with_key(narrow).post(URL, BODY, format="json").status_code == 403
    wide = a_key(a_user(VIEW_CUSTOMERS), scopes=[VIEW_CUSTOMERS, CHANGE_CUSTOMERS])
    assert with_key(wide).post(URL, BODY, format="json").status_code == 403


def test_nobody_makes_a_key_that_may_do_more_than_he() -> None:
    strong = a_user(VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
    weak = an_actor(MANAGE_API_KEYS, VIEW_CUSTOMERS)
    expires_at = NOW + timedelta(days=1)
    with pytest.raises(Forbidden):
        create_api_key(username=strong.username, name="k", expires_at=expires_at, scopes=[], actor=weak, now=NOW)
    assert not ApiKey.objects.exists()


def test_a_narrowed_key_cannot_make_itself_a_wide_one() -> None:
    user = a_user(MANAGE_API_KEYS, VIEW_API_KEYS, CHANGE_CUSTOMERS)
    narrow = a_key(user, scopes=[MANAGE_API_KEYS])
    expires_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    answer = with_key(narrow).post(
        "/api/v1/api-keys", {"username": user.username, "name": "wide", "expires_at": expires_at}, format="json"
    )
    assert (answer.status_code, ApiKey.objects.count()) == (403, 1)


@pytest.mark.parametrize("life", [timedelta(0), timedelta(seconds=-1), timedelta(days=731)])
def test_a_key_lives_for_a_while(life: timedelta) -> None:
    user = a_user()
    with pytest.raises(KeyLifeRefused):
        create_api_key(username=user.username, name="k", expires_at=NOW + life, scopes=[], actor=SYSTEM, now=NOW)


def test_keys_are_made_listed_and_revoked_over_the_api() -> None:
    user = a_user(VIEW_API_KEYS, MANAGE_API_KEYS)
    caller = APIClient()
    caller.force_authenticate(user)
    expires_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    made = caller.post(
        "/api/v1/api-keys", {"username": user.username, "name": "shop", "expires_at": expires_at}, format="json"
    )
    assert made.status_code == 201, made.content
    secret = made.json()["secret"]
    listed = with_key(secret).get("/api/v1/api-keys")
    assert [item["name"] for item in listed.json()["items"]] == ["shop"]
    assert secret not in listed.content.decode()
    assert with_key(secret).delete(f"/api/v1/api-keys/{made.json()['id']}").status_code == 204
    assert with_key(secret).get("/api/v1/api-keys").status_code == 401


def test_a_session_needs_its_csrf_token_to_write() -> None:
    a_currency()
    user = a_user(VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    assert browser.get(URL).status_code == 200
    refused = browser.post(URL, BODY, content_type="application/json")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    browser.cookies["csrftoken"] = "a" * 32
    written = browser.post(URL, BODY, content_type="application/json", headers={"X-CSRFToken": "a" * 32})
    assert written.status_code == 201, written.content


def test_without_credentials_the_answer_tells_how() -> None:
    answer = APIClient().get(URL)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="OrderCash"')


def test_permissions_are_known_to_the_actor_and_to_the_user() -> None:
    user = a_user(VIEW_CUSTOMERS)
    assert actor_of(user).permissions == {VIEW_CUSTOMERS}
    assert user.has_perms([VIEW_CUSTOMERS])
    assert user.has_module_perms("masterdata")
    assert not user.has_perm(CHANGE_CUSTOMERS)
    assert not user.has_module_perms("orders")
    user.is_active = False
    assert not user.has_perm(VIEW_CUSTOMERS)


def test_a_superuser_may_do_everything_that_exists() -> None:
    a_user(VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
    root = a_user(is_superuser=True)
    assert {VIEW_CUSTOMERS, CHANGE_CUSTOMERS} <= root.granted
