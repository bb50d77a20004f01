"""The home page: its figures, for whom, and at what cost."""

import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from apps.masterdata.models import Customer
from apps.orders.models import Order
from apps.rulebooks.models import RulebookVersion
from apps.rulebooks.services.versions import save_draft, submit_version
from ordercash.kernel import clock
from ordercash.kernel.actor import Actor
from ordercash.kernel.remembered import forget_everything
from ordercash.roles import ROLES
from tests.factories.orders import bill, counted, place, ship
from tests.factories.pages import NASTY, shown, signed_in, words

pytestmark = pytest.mark.usefixtures("company")

ALL = (
    "orders.view_orders", "orders.view_customer_accounts", "exceptions.view_cases", "inventory.view_stock",
    "billing.view_invoices", "billing.view_payments", "audit.view_events", "operations.view_proof",
)  # fmt: skip


def a_day() -> tuple[Order, Order]:
    """Make a held order, a backorder, something shipped, and an overdue invoice; return what is owed and what is overdue."""
    now = clock.now()
    old = now - timedelta(days=50)
    late = place(now=old)
    ship(late, at=old)
    bill(late, now=old, until=old + timedelta(days=1))
    place(now=now, lines=[("OLD-CALENDAR", "3")])
    place(now=now, customer="C-1004", lines=[("CLOCK-WALL", "15")])
    owed = place(now=now, customer="C-1002")
    ship(owed, at=now)
    return owed, late


def test_nobody_sees_it_without_an_account() -> None:
    assert Client().get("/").status_code == 302


def test_an_empty_company_has_figures_and_says_what_to_do() -> None:
    text = words(shown(signed_in(*ALL), "/"))
    assert "Orders today 0" in text
    assert "No case waits" in text
    assert "Orders arrive through the API or an import." in text
    assert "Proof Never run" in text
    assert "There is nothing to draw yet" in shown(signed_in(*ALL), "/home/charts/")


def test_the_figures_are_those_of_the_facts() -> None:
    owed, late = a_day()
    text = words(shown(signed_in(*ALL), "/"))
    assert "Orders today 3" in text
    assert "Held orders 1" in text
    assert "1 open case " in text
    assert "Lines on backorder 1" in text
    assert f"Shipped, not invoiced GBP {owed.gross_minor / 100:,.2f}" in text
    assert f"Open invoices GBP {late.gross_minor / 100:,.2f}" in text
    assert f"Overdue GBP {late.gross_minor / 100:,.2f}" in text
    assert "Unapplied cash GBP 0.00" in text


def test_every_figure_leads_to_a_list_that_the_user_may_open() -> None:
    a_day()
    client = signed_in(*ALL, "inventory.view_shipments")
    tiles = shown(client, "/").partition('class="oc-tiles"')[2].partition("</ul>")[0]
    links = re.findall(r'href="([^"]+)"', tiles)
    assert len(links) >= 9
    for link in links:
        shown(client, link.replace("&amp;", "&"))


def test_charts_tell_orders_and_money_per_day() -> None:
    late = a_day()[1]
    html = shown(signed_in(*ALL), "/home/charts/", **{"HX-Request": "true"})
    text = words(html)
    assert "<html" not in html
    assert "Orders per day" in text
    assert f"{late.gross_minor / 100:,.2f}" in text
    assert "Orders per day" not in shown(signed_in("billing.view_invoices"), "/home/charts/")
    assert "Invoiced" not in words(shown(signed_in("orders.view_orders"), "/home/charts/"))


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_its_own(role: str) -> None:
    a_day()
    may = set(ROLES[role])
    text = words(shown(signed_in(*may), "/")).partition("Home")[2]
    assert ("Orders today" in text) == ("orders.view_orders" in may)
    assert ("Cases by queue" in text) == ("exceptions.view_cases" in may)
    assert ("Open invoices" in text) == ("billing.view_invoices" in may)
    assert ("Unapplied cash" in text) == ("billing.view_payments" in may)
    assert ("Rules in review 0" in text) == ("rulebooks.approve_version" in may)
    assert ("Last events" in text) == ("audit.view_events" in may)


def test_rules_that_wait_for_an_approver_are_told() -> None:
    version = RulebookVersion.objects.filter(rulebook__kind="pricing.rules").first()
    assert version is not None
    author = Actor(id=UUID(int=5), name="pricing.analyst")
    draft = save_draft(
        kind="pricing.rules",
        name=version.rulebook.name,
        document=json.loads(version.document),
        actor=author,
        now=clock.now(),
    )
    submit_version(version_id=draft.pk, actor=author, now=clock.now())
    text = words(shown(signed_in("rulebooks.approve_version", "rulebooks.view_rulebooks"), "/"))
    assert "Rules in review 1 to approve or reject" in text


def test_a_user_without_a_role_is_told_so() -> None:
    assert "Your role has no figures." in shown(signed_in(), "/")


def test_statements_do_not_grow_with_the_orders() -> None:
    client = signed_in(*ALL)
    a_day()
    shown(client, "/")
    with counted() as one:
        shown(client, "/")
    for _ in range(3):
        a_day()
    forget_everything()
    shown(client, "/")
    with counted() as many:
        shown(client, "/")
    assert len(many) == len(one)
    assert len(one) < 25
    reads = [statement for statement in many if "FROM orders_order" in statement]
    assert all("LIMIT" in statement or "ANY(" in statement for statement in reads)


def test_every_text_is_shown_as_text() -> None:
    Customer.objects.update(name=NASTY)
    place(external_number=NASTY[:60])
    html = shown(signed_in(*ALL), "/")
    assert "&lt;script&gt;" in html
    assert "<script>alert(1)" not in html
