"""Roles from one table, and the demo company."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.utils.module_loading import import_string

from apps.masterdata.management.commands.sync_roles import declared_permissions
from apps.masterdata.models import Address, Customer, LegalEntity, Product, User
from apps.masterdata.services.demo import load_masters
from apps.masterdata.services.users import demo_password, sync_roles
from ordercash.kernel.actor import SYSTEM
from ordercash.roles import ROLES
from tests.factories.masterdata import NOW, a_user

pytestmark = pytest.mark.django_db(transaction=True)

DECLARED = {"orders.look": "Look at orders", "orders.place": "Place orders"}


def sync(table: dict[str, tuple[str, ...]], declared: dict[str, str] = DECLARED) -> Any:
    return sync_roles(declared=declared, table=table, actor=SYSTEM, now=NOW)


def names_of(role: str) -> set[str]:
    return set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))


def test_roles_follow_the_table_and_repeating_changes_nothing() -> None:
    first = sync({"clerk": ("orders.look", "orders.place")})
    again = sync({"clerk": ("orders.look", "orders.place")})
    assert (first.given, again.given, again.taken) == (2, 0, 0)
    assert sync({"clerk": ("orders.look",)}).taken == 1
    assert names_of("clerk") == {"look"}


def test_a_permission_that_no_app_declares_is_refused_and_nothing_changes() -> None:
    sync({"clerk": ("orders.look",)})
    with pytest.raises(Exception, match=r"orders\.fly"):
        sync({"clerk": ("orders.place", "orders.fly")})
    assert names_of("clerk") == {"look"}


def test_a_permission_that_left_the_apps_is_deleted() -> None:
    sync({"clerk": ("orders.look", "orders.place")})
    sync({"clerk": ("orders.look",)}, {"orders.look": "Look at all orders"})
    assert names_of("clerk") == {"look"}
    verbs = Permission.objects.filter(content_type__model="verb")
    assert list(verbs.values_list("codename", "name")) == [("look", "Look at all orders")]


def test_what_the_table_does_not_speak_of_is_left_alone() -> None:
    user = a_user("orders.look")
    sync({"clerk": ("orders.look",)})
    assert user.granted == {"orders.look"}


def test_the_command_makes_every_role_of_the_project() -> None:
    out = StringIO()
    call_command("sync_roles", stdout=out)
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)
    assert f"{len(ROLES)} roles" in out.getvalue()


def test_the_command_refuses_a_table_with_a_typing_error(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ordercash.roles.ROLES", {"clerk": ("orders.plcae_orders",)})
    with pytest.raises(CommandError, match="plcae"):
        call_command("sync_roles", stdout=StringIO())


def test_duties_are_kept_apart() -> None:
    def holders(*names: str) -> set[str]:
        return {role for role, held in ROLES.items() if set(names) <= set(held)}

    assert holders("orders.place_orders", "orders.release_orders") == set()
    assert holders("masterdata.change_customers", "masterdata.set_credit_limits") == set()
    assert holders("orders.place_orders", "masterdata.set_credit_limits") == set()
    assert holders("orders.ship_orders", "billing.record_payments") == set()
    assert holders("billing.record_payments", "billing.write_off") == set()
    assert holders("rulebooks.draft_version", "rulebooks.approve_version") == set()
    assert holders("rulebooks.draft_version", "rulebooks.roll_back") == set()
    assert holders("inventory.adjust_stock", "billing.write_off") == set()


def test_the_auditor_sees_everything_and_changes_nothing() -> None:
    views = {name for name in declared_permissions() if name.partition(".")[2].startswith("view_")}
    assert set(ROLES["auditor"]) == views


def test_every_permission_is_held_by_a_role() -> None:
    held = {name for names in ROLES.values() for name in names}
    assert set(declared_permissions()) - held == set()


def test_no_role_names_a_permission_twice() -> None:
    assert {role for role, names in ROLES.items() if len(set(names)) < len(names)} == set()


def test_the_demo_s_masters_are_loaded_once() -> None:
    load_masters(now=NOW)
    Customer.objects.filter(code="C-1001").update(name="Renamed")
    counts = [model.objects.count() for model in (Customer, Product, LegalEntity, Address)]
    load_masters(now=NOW)
    assert counts == [model.objects.count() for model in (Customer, Product, LegalEntity, Address)] == [13, 28, 2, 26]
    assert Customer.objects.get(code="C-1001").name == "Renamed"


def test_the_demo_has_a_user_for_every_role_who_can_sign_in(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr("apps.masterdata.management.commands.load_demo.demo_loaders", dict)
    monkeypatch.setattr("apps.masterdata.management.commands.load_demo.demo_stories", list)
    call_command("load_demo", stdout=StringIO())
    call_command("load_demo", stdout=StringIO())
    table = import_string(settings.ORDERCASH_ROLES)
    assert User.objects.count() == len(table)
    desk = User.objects.get(username="order.desk")
    assert desk.check_password(demo_password("order.desk"))
    assert "orders.place_orders" in desk.granted
    assert User.objects.get(username="ar.clerk").display_name == "AR clerk"
    out = StringIO()
    call_command("demo_users", stdout=out)
    assert len(out.getvalue().splitlines()) == len(table)
    assert demo_password("order.desk") in out.getvalue()


def test_demo_passwords_differ_by_user_and_by_installation(settings: Any) -> None:
    here = demo_password("order.desk")
    assert here == demo_password("order.desk") != demo_password("warehouse")
    settings.SECRET_KEY = "another installation"
    assert demo_password("order.desk") != here


def test_without_a_demo_there_is_nobody_to_print() -> None:
    out = StringIO()
    call_command("demo_users", stdout=out)
    assert "load_demo" in out.getvalue()
