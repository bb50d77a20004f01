"""Who may do what: a verb without its permission is 403 and nothing happens; a key that is not valid is 401."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from apps.masterdata.models import ApiKey
from apps.masterdata.services.keys import revoke_api_key
from apps.orders.permissions import (
    BILL_ORDERS,
    CANCEL_ORDERS,
    PLACE_ORDERS,
    RELEASE_ORDERS,
    RETURN_GOODS,
    SHIP_ORDERS,
    VIEW_ORDERS,
)
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.remembered import forget_everything
from ordercash.roles import ROLES
from ordercash.web.api.permissions import SIGNED_IN
from tests.api.sending import BATCH, ORDERS, an_order, api_views, everything, nothing_happens, post, refusal
from tests.factories.api import EVERY_PERMISSION, World, a_caller, a_key, a_program, with_key
from tests.factories.orders import LATER, bill, place, ship


def operations() -> Iterator[tuple[str, str, str]]:
    """Every method of every endpoint with the permission that it needs."""
    for route, view in api_views():
        for method, permission in view.permissions.items():
            if permission != SIGNED_IN:
                yield method, "/" + route, permission


def real_path(route: str, world: World) -> str:
    """Put real ids into a route, and any id where there is none of the kind."""

    def real(found: re.Match[str]) -> str:
        kind, name = found.groups()
        known = {"str": "orders.bill_due", "int": "1"}
        return known.get(kind) or next(iter(world.ids.get(name, [])), str(UUID(int=1)))

    return re.sub(r"<(\w+):(\w+)>", real, route)


@pytest.mark.parametrize("operation", sorted(operations()), ids=lambda found: f"{found[0]} {found[1]}")
def test_all_permissions_but_the_one_that_is_needed(world: World, operation: tuple[str, str, str]) -> None:
    method, route, permission = operation
    assert permission in EVERY_PERMISSION, f"{permission} is in no role"
    caller = a_caller(*(EVERY_PERMISSION - {permission}))
    path = real_path(route, world)
    with nothing_happens():
        answer = caller.generic(method, path, b"{}", "application/json", headers={"Idempotency-Key": "k"})
        assert refusal(answer, 403)["code"] == "forbidden"
        anonymous = APIClient().generic(method, path, b"{}", "application/json")
        assert refusal(anonymous, 401)["code"] == "not_authenticated"
        assert anonymous["WWW-Authenticate"].startswith("Bearer")


VERBS = [PLACE_ORDERS, RELEASE_ORDERS, CANCEL_ORDERS, SHIP_ORDERS, BILL_ORDERS, RETURN_GOODS]


def prepared(permission: str) -> list[tuple[str, Any, int]]:
    """Return requests that the permission lets through, on orders that are ready for them."""
    if permission == PLACE_ORDERS:
        return [(ORDERS, an_order(), 201), (BATCH, [an_order()], 200)]
    order = (
        place(customer="C-9002", lines=[("TEAPOT-1L", "4")])
        if permission == RELEASE_ORDERS
        else place(customer="C-1004")
    )
    if permission in (BILL_ORDERS, RETURN_GOODS):
        ship(order)
    if permission == RETURN_GOODS:
        bill(order, until=LATER, now=LATER)
    line = {"line_id": str(order.lines.order_by("line_no")[0].pk), "quantity": "1"}
    verb, body = {
        RELEASE_ORDERS: ("release", {"reason": "Agreed"}),
        CANCEL_ORDERS: ("cancel", {"reason": "Asked"}),
        SHIP_ORDERS: ("ship", {}),
        BILL_ORDERS: ("bill", {}),
        RETURN_GOODS: ("return", {"reason": "Broken", "lines": [line]}),
    }[permission]
    return [(f"{ORDERS}/{order.pk}/{verb}", body, 200)]


@pytest.mark.parametrize("permission", VERBS)
def test_a_denied_verb_leaves_what_an_allowed_one_changes(world: World, permission: str) -> None:
    denied = a_caller(*(EVERY_PERMISSION - {permission}))
    allowed = a_caller(*EVERY_PERMISSION)
    for path, body, status in prepared(permission):
        with nothing_happens():
            refusal(post(denied, body, path), 403)
        before = everything()
        answer = post(allowed, body, path)
        assert answer.status_code == status, answer.content
        assert everything() != before


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_does_its_own_verbs_and_no_other(world: World, role: str) -> None:
    caller = a_caller(*ROLES[role])
    for permission in VERBS:
        ((path, body, status), *_) = prepared(permission)
        answer = post(caller, body, path)
        if permission not in ROLES[role]:
            refusal(answer, 403)
        elif permission != RELEASE_ORDERS:
            assert answer.status_code == status, answer.content


def test_keys_that_are_not_valid_any_more(world: World) -> None:
    user = a_program(VIEW_ORDERS, PLACE_ORDERS)
    expired, revoked, retired, good = a_key(user), a_key(user), a_key(a_program(PLACE_ORDERS)), a_key(user)
    past = clock.now() - timedelta(days=1)
    ApiKey.objects.filter(prefix=expired.split("_")[1]).update(created_at=past, expires_at=past + timedelta(hours=1))
    revoke_api_key(ApiKey.objects.get(prefix=revoked.split("_")[1]).pk, actor=SYSTEM, now=clock.now())
    gone = ApiKey.objects.get(prefix=retired.split("_")[1]).user
    gone.is_active = False
    gone.save()
    forget_everything()
    garbage = [
        "",
        "x",
        "oc_",
        f"oc_{good.split('_')[1]}_wrong",
        good[:-1],
        good + "x",
        good.upper(),
        "💥".encode().decode("latin-1"),
        "a" * 10_000,
    ]
    with nothing_happens():
        for secret in (expired, revoked, retired, *garbage):
            answer = post(with_key(secret), an_order())
            assert refusal(answer, 401)["code"] in ("authentication_failed", "not_authenticated")
            assert answer["WWW-Authenticate"].startswith("Bearer")
    assert post(with_key(good), an_order()).status_code == 201


def test_a_key_may_do_less_than_its_user_but_never_more(world: World) -> None:
    user = a_program(VIEW_ORDERS, PLACE_ORDERS)
    narrow = with_key(a_key(user, scopes=[VIEW_ORDERS]))
    wide = with_key(a_key(user, scopes=[VIEW_ORDERS, PLACE_ORDERS, CANCEL_ORDERS]))
    with nothing_happens():
        refusal(post(narrow, an_order()), 403)
    url = post(wide, an_order()).json()["url"]
    with nothing_happens():
        refusal(post(wide, {"reason": "x"}, url + "/cancel"), 403)
