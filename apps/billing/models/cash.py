"""What was paid and what is settled by it: tables and what they refuse."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.billing.models.documents import Invoice
from apps.billing.models.words import SOURCE_REF_LENGTH, SettlementKind, key


class Payment(models.Model):
    """Money that came in. What is not yet applied to invoices stays visible here."""

    id = key()
    legal_entity = models.ForeignKey(
        "masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    customer = models.ForeignKey(
        "masterdata.Customer", on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    unapplied_minor = models.BigIntegerField()
    method = models.CharField(max_length=30)
    reference = models.CharField(max_length=200, default="", blank=True)
    source_ref = models.CharField(max_length=SOURCE_REF_LENGTH)
    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_ref"], name="payment_once_per_source"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_above_zero"),
            models.CheckConstraint(
                condition=Q(unapplied_minor__gte=0, unapplied_minor__lte=F("amount_minor")),
                name="payment_unapplied_within_amount",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "id"], name="payment_customer"),
            models.Index(fields=["id"], condition=Q(unapplied_minor__gt=0), name="payment_unapplied"),
        ]

    def __str__(self) -> str:
        return self.reference or self.source_ref


class Settlement(models.Model):
    """A part of an invoice's amount that a payment, a credit note or a write-off settled."""

    id = key()
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="settlements")
    kind = models.CharField(max_length=10, choices=SettlementKind.choices)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, null=True, related_name="settlements", db_index=False
    )
    credit_note = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, related_name="uses", db_index=False)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200, default="", blank=True)
    settled_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    source_ref = models.CharField(max_length=SOURCE_REF_LENGTH)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_ref"], name="settlement_once_per_source"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="settlement_above_zero"),
            models.CheckConstraint(
                condition=Q(kind="payment", payment__isnull=False, credit_note=None)
                | Q(kind="credit", payment=None, credit_note__isnull=False)
                | (Q(kind="write_off", payment=None, credit_note=None) & ~Q(reason="")),
                name="settlement_names_its_source",
            ),
        ]
        indexes = [
            models.Index(fields=["payment"], condition=Q(payment__isnull=False), name="settlement_payment"),
            models.Index(fields=["credit_note"], condition=Q(credit_note__isnull=False), name="settlement_credit"),
        ]

    def __str__(self) -> str:
        return self.source_ref


class CreditExposure(models.Model):
    """What a customer owes or is about to owe one legal entity in one currency: one row, changed conditionally."""

    id = key()
    legal_entity = models.ForeignKey(
        "masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    customer = models.ForeignKey("masterdata.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    orders_minor = models.BigIntegerField(default=0, help_text="Confirmed and not yet invoiced, gross")
    invoices_minor = models.BigIntegerField(default=0, help_text="Invoiced and still open, gross")
    limit_minor = models.BigIntegerField(null=True, help_text="The limit that was last checked against")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "legal_entity", "currency"], name="one_exposure_per_customer_entity_currency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.currency}"
