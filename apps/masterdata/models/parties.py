"""Those who buy."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import MD5, Concat
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from apps.masterdata.models.units import Currency
from apps.masterdata.models.vat_ids import clean_vat_id
from ordercash.kernel.ids import new_id


class CustomerGroup(models.Model):
    """Customers who share prices."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Invoicing(models.TextChoices):
    PER_SHIPMENT = "per_shipment", _("One invoice per shipment")
    PER_DAY = "per_day", _("Collected per day")


class Notices(models.TextChoices):
    """What a customer wants to be told while an order is under way; important is what moved and what was cancelled."""

    ALL = "all", _("Everything")
    IMPORTANT = "important", _("What moved or was cancelled")
    NONE = "none", _("Nothing")


class Customer(models.Model):
    """Someone we sell to. A one-time customer stands for buyers who are not kept one by one, such as walk-in sales."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=160, default="", blank=True)
    group = models.ForeignKey(CustomerGroup, models.PROTECT, null=True, blank=True, related_name="customers")
    currency = models.ForeignKey(Currency, models.PROTECT, db_column="currency", related_name="+")
    country = models.CharField(max_length=2, default="", blank=True)
    vat_id = models.CharField(max_length=20, default="", blank=True)
    email = models.EmailField(default="", blank=True)
    language = models.CharField(max_length=10, default="en", db_default="en")
    payment_terms_days = models.PositiveSmallIntegerField(default=30, db_default=30)
    invoicing = models.CharField(max_length=12, choices=Invoicing, default=Invoicing.PER_SHIPMENT)
    notices = models.CharField(max_length=10, choices=Notices, default=Notices.ALL, db_default=Notices.ALL)
    is_one_time = models.BooleanField(default=False, db_default=False)
    is_blocked = models.BooleanField(default=False, db_default=False)
    blocked_reason = models.CharField(max_length=200, default="", db_default="", blank=True)
    credit_limit_minor = models.BigIntegerField(null=True, blank=True)

    history = HistoricalRecords(excluded_fields=["email"])

    class Meta:
        ordering = ["code"]
        indexes = [
            GinIndex(fields=["code"], name="customer_code_trgm", opclasses=["gin_trgm_ops"]),
            GinIndex(fields=["name"], name="customer_name_trgm", opclasses=["gin_trgm_ops"]),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(code=""), name="customer_code_not_empty"),
            models.CheckConstraint(condition=models.Q(country__regex=r"^([A-Z]{2})?$"), name="customer_country_is_iso"),
            models.CheckConstraint(condition=models.Q(invoicing__in=Invoicing.values), name="customer_invoicing_word"),
            models.CheckConstraint(condition=models.Q(notices__in=Notices.values), name="customer_notices_word"),
            models.CheckConstraint(
                condition=models.Q(credit_limit_minor__isnull=True) | models.Q(credit_limit_minor__gte=0),
                name="customer_credit_limit_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Check the VAT id that a form changes."""
        clean_vat_id(self)


class AddressKind(models.TextChoices):
    BILL = "bill", _("Billing")
    SHIP = "ship", _("Delivery")


class Address(models.Model):
    """A place as it was written down. Documents refer to it, so it never changes: a correction is a new row.

    The oldest current address of a kind is the customer's default. Equal content is kept once per customer and kind.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=4, choices=AddressKind)
    name = models.CharField(max_length=160, default="", blank=True)
    line1 = models.CharField(max_length=160, default="", blank=True)
    line2 = models.CharField(max_length=160, default="", blank=True)
    city = models.CharField(max_length=80, default="", blank=True)
    postal_code = models.CharField(max_length=20, default="", blank=True)
    state = models.CharField(max_length=80, default="", blank=True)
    country = models.CharField(max_length=2, default="", blank=True)
    is_current = models.BooleanField(default=True, db_default=True)
    fingerprint = models.GeneratedField(
        expression=MD5(
            Concat(
                "name", models.Value("\x1f"), "line1", models.Value("\x1f"), "line2", models.Value("\x1f"), "city",
                models.Value("\x1f"), "postal_code", models.Value("\x1f"), "state", models.Value("\x1f"), "country",
            )
        ),
        output_field=models.CharField(max_length=32),
        db_persist=True,
    )  # fmt: skip

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "addresses"
        indexes = [
            models.Index(fields=["customer", "kind", "id"], name="address_default", condition=models.Q(is_current=True))
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "fingerprint"], name="address_kept_once"),
            models.CheckConstraint(condition=models.Q(kind__in=AddressKind.values), name="address_kind_word"),
            models.CheckConstraint(condition=models.Q(country__regex=r"^([A-Z]{2})?$"), name="address_country_is_iso"),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.line1, self.postal_code, self.city, self.country) if part)
