"""Setting a price and allowing one below its floor, on the order's page: by permission, and never by whoever asked for it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from apps.masterdata.management.commands.sync_roles import declared_permissions
from apps.masterdata.models import User
from apps.masterdata.services.users import sync_roles
from apps.orders.models import FloorOverride, Order
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.roles import ROLES
from tests.factories.orders import load_company, place
from tests.factories.pages import BACKEND, shown, told, words
from tests.factories.pricing_orders import a_cost, a_discount, rules

SINCE = datetime(2009, 1, 1, tzinfo=UTC)
PRICE = {"set_price-line": "1", "set_price-unit_price": "5.10", "set_price-reason": "A long order"}
ALLOW = {"allow-reason": "End of the line", "allow-days": "7"}


@pytest.fixture(autouse=True)
def company(transactional_db: None) -> Iterator[None]:
    load_company()
    rules(discounts=[a_discount("deep", {"percent": "15"})], floors=[{"name": "margin", "min_margin_percent": "20"}])
    a_cost("MUG-BLUE", "5.00", "GBP", SINCE)
    sync_roles(declared=declared_permissions(), table=ROLES, actor=SYSTEM, now=clock.now())
    yield


def somebody(*roles: str) -> User:
    user = User.objects.create_user(username=".".join(roles))
    user.groups.add(*Group.objects.filter(name__in=roles))
    return user


def browser_of(user: User, **values: Any) -> Client:
    client = Client(**values)
    client.force_login(user, backend=BACKEND)
    return client


def a_held_order(user: User) -> Order:
    order = place(lines=[("MUG-BLUE", "1")], actor=Actor(id=user.pk, name=user.username))
    assert order.state == "held"
    return order


@pytest.mark.parametrize("role", sorted(ROLES))
def test_only_the_roles_that_hold_the_verb_see_it_and_may_send_it(role: str) -> None:
    order = a_held_order(somebody("order_desk"))
    if "orders.view_orders" not in ROLES[role]:
        return
    browser, address = (
        browser_of(somebody(role) if role != "order_desk" else User.objects.get()),
        f"/orders/{order.pk}/",
    )
    page = shown(browser, address)
    for verb, permission, label, values in (
        ("set_price", "orders.set_prices", "Set a price", PRICE),
        ("allow", "orders.allow_below_floor", "Allow below floor", ALLOW),
    ):
        may = permission in ROLES[role]
        assert (f'value="{verb}"' in page) == may, (role, label)
        if not may:
            assert browser.post(address, {"verb": verb, **values}).status_code == 403
    before = order.version
    order.refresh_from_db()
    assert order.version == before
    assert not FloorOverride.objects.exists()


def test_the_one_who_asked_for_the_price_never_allows_it() -> None:
    both, approver = somebody("order_desk", "pricing_approver"), somebody("pricing_approver")
    order = a_held_order(both)
    address = f"/orders/{order.pk}/"
    refused = "Whoever placed the order or set the price does not allow it"
    page = words(shown(browser_of(approver), address))
    assert "somebody who neither placed the order nor set the price allows it" in page
    assert "a unit" in page
    assert refused in told(browser_of(both), address, verb="allow", **ALLOW)
    assert not FloorOverride.objects.exists()
    # Whoever set the price by hand is one of those who asked for it.
    assert "can be released" not in told(browser_of(approver), address, verb="set_price", **PRICE)
    assert refused in told(browser_of(approver), address, verb="allow", **ALLOW)
    assert not FloorOverride.objects.exists()
    second = User.objects.create_user(username="second")
    second.groups.add(Group.objects.get(name="pricing_approver"))
    assert "The prices are allowed" in told(browser_of(second), address, verb="allow", **ALLOW)
    assert FloorOverride.objects.get().approved_by == second.pk


def test_both_verbs_want_a_token_a_reason_and_a_figure() -> None:
    order, user = a_held_order(somebody("order_desk")), somebody("pricing_approver")
    address = f"/orders/{order.pk}/"
    strict = browser_of(user, enforce_csrf_checks=True)
    browser = browser_of(user)
    for verb, values in (("set_price", PRICE), ("allow", ALLOW)):
        assert strict.post(address, {"verb": verb, **values}).status_code == 403
        assert browser.post(address, {"verb": verb, **values, f"{verb}-reason": ""}).status_code == 422
    both = PRICE | {"set_price-percent": "5"}
    assert browser.post(address, {"verb": "set_price", **both}).status_code == 422
    assert not FloorOverride.objects.exists()
