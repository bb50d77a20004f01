"""The admin of masters: each role its own, every save through a service."""

import pytest
from django.contrib import admin
from django.test import Client

from apps.compliance.permissions import VIEW_TAX_RATES
from apps.masterdata.models import Customer, Product
from apps.masterdata.permissions import (
    CHANGE_CUSTOMERS,
    CHANGE_PRODUCTS,
    MANAGE_USERS,
    VIEW_API_KEYS,
    VIEW_CUSTOMERS,
    VIEW_PRODUCTS,
    VIEW_SETUP,
    VIEW_USERS,
)
from apps.pricing.permissions import VIEW_COSTS, VIEW_COUPONS, VIEW_PRICES
from ordercash.web.admins import VerbAdmin
from tests.factories.masterdata import a_customer, a_product, a_user, an_entity

pytestmark = pytest.mark.django_db(transaction=True)

OWN = ("masterdata", "pricing", "compliance")

# The parts and units that stand below a product's form, to read.
NO_ROWS = {f"{rows}-{forms}_FORMS": "0" for rows in ("parts", "units") for forms in ("TOTAL", "INITIAL")}


def browser(*permissions: str) -> Client:
    client = Client()
    client.force_login(a_user(*permissions, is_staff=True))
    return client


def test_every_admin_of_ours_asks_for_a_verb() -> None:
    ours = [(model, site) for model, site in admin.site._registry.items() if model._meta.app_label in OWN]
    assert len(ours) >= 13
    for model, site in ours:
        assert isinstance(site, VerbAdmin), model
        assert site.view_permission, model


def test_every_list_can_be_read_by_who_may() -> None:
    a_customer()
    a_product()
    an_entity()
    client = browser(
        VIEW_CUSTOMERS,
        VIEW_PRODUCTS,
        VIEW_SETUP,
        VIEW_USERS,
        VIEW_API_KEYS,
        VIEW_PRICES,
        VIEW_TAX_RATES,
        VIEW_COSTS,
        VIEW_COUPONS,
    )
    for model in admin.site._registry:
        if model._meta.app_label in OWN:
            url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            assert client.get(url).status_code == 200, url
            assert client.get(f"{url}add/").status_code == 403, url


def test_whoever_may_not_look_sees_nothing() -> None:
    assert browser(VIEW_PRODUCTS).get("/admin/masterdata/customer/").status_code == 403


def test_a_change_is_saved_with_its_author() -> None:
    product, client = a_product("MUG", name="Mug"), browser(VIEW_PRODUCTS, CHANGE_PRODUCTS)
    url = f"/admin/masterdata/product/{product.pk}/change/"
    answer = client.post(url, {"name": "Big mug", "tax_class": "standard", "is_sellable": "on"} | NO_ROWS)
    assert answer.status_code == 302, answer.context["errors"]
    product.refresh_from_db()
    assert product.name == "Big mug"
    assert product.history.first().history_user.username == client.get("/admin/").wsgi_request.user.username


def test_what_stays_stays_and_whoever_may_only_look_changes_nothing() -> None:
    product = a_product("MUG", name="Mug")
    url = f"/admin/masterdata/product/{product.pk}/change/"
    body = {"name": "x", "sku": "CUP", "kind": "service", "tax_class": "zero"} | NO_ROWS
    assert browser(VIEW_PRODUCTS).post(url, body).status_code == 403
    browser(VIEW_PRODUCTS, CHANGE_PRODUCTS).post(url, body)
    product = Product.objects.get()
    assert (product.sku, product.kind, product.tax_class) == ("MUG", "goods", "zero")


def test_credit_limits_are_not_set_by_who_keeps_addresses() -> None:
    customer = a_customer("C-1")
    client = browser(VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
    url = f"/admin/masterdata/customer/{customer.pk}/change/"
    page = client.get(url)
    assert page.status_code == 200
    body = {
        "code": "C-1", "name": "Renamed", "currency": "GBP", "country": "GB", "language": "en", "payment_terms_days": "30",
        "invoicing": "per_shipment", "notices": "all", "credit_limit_minor": "99", "is_blocked": "on",
        "addresses-TOTAL_FORMS": "0", "addresses-INITIAL_FORMS": "0",
    }  # fmt: skip
    answer = client.post(url, body)
    assert answer.status_code == 302, answer.context["errors"]
    customer = Customer.objects.get()
    assert (customer.name, customer.credit_limit_minor, customer.is_blocked) == ("Renamed", None, False)


@pytest.mark.parametrize(("vat_id", "kept"), [("gb 980 7806 84", "GB980780684"), ("GB1", None), ("OLD 1", "OLD 1")])
def test_a_vat_id_that_changes_is_checked_and_one_from_before_stays(vat_id: str, kept: str | None) -> None:
    customer = a_customer("C-1", vat_id="OLD 1")
    client = browser(VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
    body = {
        "code": "C-1", "name": "Renamed", "currency": "GBP", "country": "GB", "language": "en", "payment_terms_days": "30",
        "invoicing": "per_shipment", "notices": "all", "vat_id": vat_id, "addresses-TOTAL_FORMS": "0", "addresses-INITIAL_FORMS": "0",
    }  # fmt: skip
    answer = client.post(f"/admin/masterdata/customer/{customer.pk}/change/", body)
    if kept is None:
        assert "length is wrong" in answer.content.decode()
    assert Customer.objects.get().vat_id == (kept or "OLD 1")


def test_nothing_is_deleted_here() -> None:
    customer = a_customer()
    client = browser(VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
    assert client.post(f"/admin/masterdata/customer/{customer.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Customer.objects.exists()


def test_users_are_made_and_nobody_changes_his_own_account() -> None:
    client = browser(VIEW_USERS, MANAGE_USERS)
    body = {"username": "new.clerk", "password1": "a fine long password", "password2": "a fine long password"}
    made = client.post("/admin/masterdata/user/add/", body | {"usable_password": "true"})
    assert made.status_code == 302, made.context["errors"]
    me = client.get("/admin/").wsgi_request.user
    assert client.post(f"/admin/masterdata/user/{me.pk}/change/", {"username": "boss"}).status_code == 403


def test_what_documents_are_kept_in_stays_and_a_limit_reads_as_money() -> None:
    customer = a_customer("C-1", credit_limit_minor=123_456)
    client = browser(VIEW_CUSTOMERS, CHANGE_CUSTOMERS)
    url = f"/admin/masterdata/customer/{customer.pk}/change/"
    form = client.get(url)
    assert f"{customer.currency_id} 1,234.56" in form.content.decode()
    assert {"code", "currency", "is_blocked", "credit_limit_minor"}.isdisjoint(form.context["adminform"].form.fields)


def test_the_first_password_is_typed_into_a_field_like_all_others() -> None:
    fields = browser(VIEW_USERS, MANAGE_USERS).get("/admin/masterdata/user/add/").context["adminform"].form.fields
    assert fields["password1"].widget.attrs["class"] == fields["password2"].widget.attrs["class"] != ""


def test_every_browser_gets_one_language() -> None:
    answer = browser(VIEW_CUSTOMERS).get("/admin/masterdata/customer/", headers={"Accept-Language": "de"})
    assert answer["Content-Language"] == "en-gb"
    assert "Kunde" not in answer.content.decode()
