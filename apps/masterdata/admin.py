"""Masters in the admin."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.masterdata import permissions
from apps.masterdata.models import (
    Address,
    ApiKey,
    BundlePart,
    Channel,
    Currency,
    Customer,
    CustomerGroup,
    ExchangeRate,
    LegalEntity,
    Product,
    ProductUnit,
    Region,
    UnitOfMeasure,
    User,
)
from apps.masterdata.services.masters import save_master
from ordercash.kernel.actor import Actor
from ordercash.web.admins import VerbAdmin
from ordercash.web.formats import amount_text


class MasterAdmin(VerbAdmin):
    """An admin whose rows are saved as masters are: with their histories."""

    def write(self, row: Model, *, actor: Actor, now: datetime) -> None:
        save_master(row, actor=actor)


class SetupAdmin(MasterAdmin):
    """The small tables that everything refers to."""

    view_permission = permissions.VIEW_SETUP
    change_permission = permissions.CHANGE_SETUP


class AddressInline(TabularInline):
    """A customer's addresses, to read: documents refer to them, so they are added and retired, never edited."""

    model = Address
    fields = ("kind", "name", "line1", "line2", "postal_code", "city", "state", "country", "is_current")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        return bool(user.has_perm(permissions.VIEW_CUSTOMERS))

    has_change_permission = has_view_permission


@admin.register(Customer)
class CustomerAdmin(SimpleHistoryAdmin, MasterAdmin):
    """Customers. Blocking and credit limits have verbs of their own, for other roles."""

    view_permission = permissions.VIEW_CUSTOMERS
    change_permission = permissions.CHANGE_CUSTOMERS
    list_display = ("code", "name", "group", "country", "currency", "standing")
    list_filter = ("group", "is_blocked", "country")
    list_select_related = ("group",)
    search_fields = ("code", "name")
    fields = (
        "code", "name", "group", "currency", "country", "vat_id", "email", "language", "payment_terms_days", "invoicing",
        "notices", "is_one_time", "standing", "blocked_reason", "credit_limit",
    )  # fmt: skip
    # Verbs change these; code and currency stay, because documents, limits and balances are in them.
    readonly_fields = ("standing", "blocked_reason", "credit_limit")
    kept_fields = ("code", "currency")
    inlines = (AddressInline,)

    @admin.display(description="State", ordering="is_blocked")
    def standing(self, row: Customer) -> str:
        return "Blocked" if row.is_blocked else "Open"

    @admin.display(description="Credit limit")
    def credit_limit(self, row: Customer) -> str:
        if row.credit_limit_minor is None:
            return "No limit"
        return f"{row.currency_id} {amount_text(row.credit_limit_minor, row.currency_id)}"


class PartsInline(TabularInline):
    """What is in a bundle; its parts are set over the API as a whole, and added one by one at "Bundle parts"."""

    model: type[Model] = BundlePart
    fk_name = "bundle"
    fields: tuple[str, ...] = ("part", "quantity")
    extra = 0
    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user: Any = request.user
        return bool(user.has_perm(permissions.VIEW_PRODUCTS))

    has_change_permission = has_view_permission


class UnitsInline(PartsInline):
    """The other units that a product is sold in."""

    model = ProductUnit
    fk_name = "product"
    fields = ("unit", "factor")


@admin.register(BundlePart)
class BundlePartAdmin(MasterAdmin):
    """What is in which bundle."""

    view_permission = permissions.VIEW_PRODUCTS
    change_permission = permissions.CHANGE_PRODUCTS
    list_display = ("bundle", "part", "quantity")
    list_select_related = ("bundle", "part")
    search_fields = ("bundle__sku", "part__sku")
    autocomplete_fields = ("bundle", "part")
    kept_fields = ("bundle", "part")


@admin.register(ProductUnit)
class ProductUnitAdmin(MasterAdmin):
    """In which other units products are sold."""

    view_permission = permissions.VIEW_PRODUCTS
    change_permission = permissions.CHANGE_PRODUCTS
    list_display = ("product", "unit", "factor")
    list_select_related = ("product",)
    search_fields = ("product__sku",)
    autocomplete_fields = ("product",)
    kept_fields = ("product", "unit")


@admin.register(Product)
class ProductAdmin(SimpleHistoryAdmin, MasterAdmin):
    """Products; kind and unit stay once stock may stand behind them."""

    view_permission = permissions.VIEW_PRODUCTS
    change_permission = permissions.CHANGE_PRODUCTS
    list_display = ("sku", "name", "kind", "category", "tax_class", "unit", "is_sellable")
    list_filter = ("kind", "category", "tax_class", "is_sellable")
    search_fields = ("sku", "name")
    kept_fields = ("sku", "kind", "unit")
    inlines = (PartsInline, UnitsInline)


@admin.register(LegalEntity)
class LegalEntityAdmin(SimpleHistoryAdmin, SetupAdmin):
    """Our companies; country, currency and time zone stay once books are kept."""

    list_display = ("code", "name", "country", "currency", "time_zone", "vat_id")
    kept_fields = ("code", "country", "currency", "time_zone")


@admin.register(Channel)
class ChannelAdmin(SetupAdmin):
    """Ways in for orders."""

    list_display = ("code", "name", "region", "trusts_prices")
    kept_fields = ("code",)


@admin.register(Region, CustomerGroup)
class CodeAdmin(SetupAdmin):
    """Tables of codes and names; a code stays."""

    list_display = ("code", "name")
    kept_fields = ("code",)


@admin.register(Currency)
class CurrencyAdmin(SetupAdmin):
    """Currencies; the decimals of a minor unit stay (ISO 4217)."""

    list_display = ("code", "name", "decimals", "is_active")
    kept_fields = ("code", "decimals")


@admin.register(UnitOfMeasure)
class UnitAdmin(SetupAdmin):
    """Units of measure; their decimals stay."""

    list_display = ("code", "name", "decimals")
    kept_fields = ("code", "decimals")


@admin.register(ExchangeRate)
class ExchangeRateAdmin(SetupAdmin):
    """Rates of exchange by day."""

    list_display = ("rate_date", "base", "quote", "rate", "source")
    list_filter = ("base", "quote")
    kept_fields = ("rate_date", "base", "quote")


class NewUserForm(UserCreationForm):
    """A user with a name and a first password."""

    class Meta:
        model = User
        fields = ("username",)


class UserForm(UserChangeForm):
    """A user's account; the password has a form of its own."""

    class Meta:
        model = User
        fields = "__all__"


admin.site.unregister(Group)


@admin.register(User)
class OrderCashUserAdmin(UserAdmin, MasterAdmin):
    """Users and their roles. Nobody changes his own account here."""

    view_permission = permissions.VIEW_USERS
    change_permission = permissions.MANAGE_USERS
    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "display_name", "is_active")
    list_filter = ("is_active", "groups")
    search_fields = ("username", "display_name")
    ordering = ("username",)
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("username", "password", "display_name", "email", "time_zone", "locale")}),
        (None, {"fields": ("is_active", "is_staff", "groups")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "password1", "password2")}),)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return MasterAdmin.has_view_permission(self, request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return MasterAdmin.has_add_permission(self, request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj != request.user and MasterAdmin.has_change_permission(self, request, obj)

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        MasterAdmin.save_model(self, request, obj, form, change)


@admin.register(Group)
class RoleAdmin(VerbAdmin):
    """Roles, to read: they come from one table in the program, by `manage.py sync_roles`."""

    view_permission = permissions.VIEW_USERS
    list_display = ("name",)


@admin.register(ApiKey)
class ApiKeyAdmin(VerbAdmin):
    """API keys, to read: they are made and revoked over the API, and nobody can read a secret again."""

    view_permission = permissions.VIEW_API_KEYS
    list_display = ("prefix", "name", "user", "created_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    exclude = ("key_hash",)
