"""What is owed and what was invoiced: tables and what they refuse."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from apps.billing.models.words import (
    SOURCE_REF_LENGTH,
    InvoiceKind,
    InvoiceState,
    InvoicingMode,
    ObligationState,
    key,
    one_of,
)


class NumberSeries(models.Model):
    """The next legal number of one legal entity, series and year. It only ever grows, in the last step of issuing."""

    id = key()
    legal_entity = models.ForeignKey(
        "masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    series = models.CharField(max_length=10)
    year = models.SmallIntegerField()
    next_number = models.BigIntegerField(default=1)

    class Meta:
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "series", "year"], name="one_series_per_entity_and_year"),
            models.CheckConstraint(condition=Q(next_number__gte=1), name="series_starts_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.series}-{self.year}"


class BillingObligation(models.Model):
    """Something delivered that must be invoiced exactly once, at the price and tax frozen when it was ordered."""

    id = key()
    source_ref = models.CharField(max_length=SOURCE_REF_LENGTH)
    legal_entity = models.ForeignKey(
        "masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    customer = models.ForeignKey("masterdata.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    order_id = models.UUIDField(null=True)
    line_id = models.UUIDField(null=True)
    shipment_id = models.UUIDField(null=True)
    order_reference = models.CharField(max_length=80, default="", blank=True, help_text="Printed on the invoice")
    product = models.ForeignKey(
        "masterdata.Product", on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )
    description = models.TextField(default="", blank=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    price_per = models.DecimalField(max_digits=18, decimal_places=6, default=1, db_default=1)
    discount_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="What was taken off to come to the net amount"
    )
    net_minor = models.BigIntegerField()
    tax_category = models.CharField(max_length=3)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4)
    tax_reason = models.CharField(max_length=200, default="", blank=True)
    tax_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    bill_to = models.ForeignKey(
        "masterdata.Address", on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )
    invoicing = models.CharField(max_length=20, choices=InvoicingMode.choices)
    terms_days = models.SmallIntegerField(default=0)
    occurred_at = models.DateTimeField()
    business_date = models.DateField()
    bundle_id = models.UUIDField(help_text="Obligations with the same bundle belong on the same invoice")
    state = models.CharField(max_length=10, choices=ObligationState.choices, default=ObligationState.OWED)
    recorded_at = models.DateTimeField(db_default=Now())
    set_aside_at = models.DateTimeField(
        null=True, help_text="When invoicing it was last tried in vain; a case says why"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_ref"], name="obligation_once_per_source"),
            one_of("state", ObligationState, "obligation_state_known"),
            one_of("invoicing", InvoicingMode, "obligation_invoicing_known"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="obligation_quantity_above_zero"),
            models.CheckConstraint(condition=Q(net_minor__gte=0, tax_minor__gte=0), name="obligation_never_negative"),
            models.CheckConstraint(condition=Q(terms_days__gte=0), name="obligation_terms_not_negative"),
            models.CheckConstraint(
                condition=Q(discount_minor__gte=0, price_per__gt=0), name="obligation_discount_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["business_date", "bundle_id"], condition=Q(state="owed"), name="obligation_owed"),
            models.Index(fields=["order_id"], name="obligation_order"),
            models.Index(
                fields=["set_aside_at", "bundle_id"],
                condition=Q(state="owed", set_aside_at__isnull=False),
                name="obligation_set_aside",
            ),
        ]

    def __str__(self) -> str:
        return self.source_ref


class Seller(models.Model):
    """What documents print of a legal entity, as it was when they were issued; the id follows from the content."""

    id = models.UUIDField(primary_key=True, editable=False)
    content = models.JSONField()

    def __str__(self) -> str:
        return str(self.content["name"])


class Invoice(models.Model):
    """A legal document: an invoice, or a credit note that names the invoice it credits, or what else it is granted for (a rebate).

    Amounts are never negative.
    """

    id = key()
    kind = models.CharField(max_length=12, choices=InvoiceKind.choices)
    legal_entity = models.ForeignKey(
        "masterdata.LegalEntity", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    customer = models.ForeignKey("masterdata.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    bill_to = models.ForeignKey(
        "masterdata.Address", on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )
    order_id = models.UUIDField(null=True, help_text="Set when the document concerns exactly one order")
    currency = models.CharField(max_length=3)
    series = models.CharField(max_length=10)
    year = models.SmallIntegerField(null=True)
    serial = models.BigIntegerField(null=True)
    number = models.CharField(max_length=40, null=True)
    state = models.CharField(max_length=10, choices=InvoiceState.choices, default=InvoiceState.DRAFT)
    terms_days = models.SmallIntegerField(default=0)
    issue_date = models.DateField(null=True)
    due_date = models.DateField(null=True)
    issued_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    frozen_tax_minor = models.BigIntegerField(help_text="The tax that was frozen when the order was confirmed")
    open_minor = models.BigIntegerField(help_text="Still to be paid; of a credit note: still to be used")
    credits = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="credit_notes")
    reason = models.CharField(max_length=200, default="", blank=True)
    source_ref = models.CharField(max_length=SOURCE_REF_LENGTH)
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="+", db_index=False, null=True)
    posted_as = models.CharField(
        max_length=40,
        default="",
        db_default="",
        blank=True,
        help_text="Set when the ledger posts it as another kind of fact",
    )
    about_kind = models.CharField(
        max_length=40,
        default="",
        db_default="",
        blank=True,
        help_text="Of a credit note without an invoice: what it is for",
    )
    about_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_ref"], name="invoice_once_per_source"),
            models.UniqueConstraint(fields=["number", "legal_entity"], name="invoice_number_once_per_entity"),
            one_of("kind", InvoiceKind, "invoice_kind_known"),
            one_of("state", InvoiceState, "invoice_state_known"),
            models.CheckConstraint(
                condition=Q(net_minor__gte=0, tax_minor__gte=0, gross_minor=F("net_minor") + F("tax_minor")),
                name="invoice_gross_is_net_plus_tax",
            ),
            models.CheckConstraint(
                condition=Q(open_minor__gte=0, open_minor__lte=F("gross_minor")), name="invoice_open_within_gross"
            ),
            models.CheckConstraint(
                condition=Q(
                    state="draft", number=None, serial=None, year=None, issue_date=None, due_date=None, issued_at=None
                )
                | (
                    ~Q(state="draft")
                    & Q(number__isnull=False, serial__isnull=False, year__isnull=False)
                    & Q(issue_date__isnull=False, due_date__isnull=False, issued_at__isnull=False)
                ),
                name="invoice_numbered_when_issued",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(state="issued", open_minor__gt=0) | Q(state="settled", open_minor=0),
                name="invoice_settled_when_nothing_open",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", credits=None, posted_as="", about_id=None)
                | Q(kind="credit_note", credits__isnull=False, posted_as="", about_id=None)
                | (Q(kind="credit_note", credits=None, about_id__isnull=False) & ~Q(posted_as="") & ~Q(about_kind="")),
                name="credit_note_names_its_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "id"], name="invoice_customer"),
            models.Index(fields=["due_date", "id"], condition=Q(state="issued"), name="invoice_open"),
            models.Index(fields=["customer", "due_date"], condition=Q(state="issued"), name="invoice_open_customer"),
            models.Index(fields=["order_id"], condition=Q(order_id__isnull=False), name="invoice_order"),
            models.Index(fields=["about_id"], condition=Q(about_id__isnull=False), name="invoice_about"),
        ]

    def __str__(self) -> str:
        return self.number or "draft"


class InvoiceLine(models.Model):
    """One line: of an invoice it bills an obligation, of a credit note it credits an invoice's line, or grants an amount without one."""

    id = key()
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines", db_index=False)
    position = models.IntegerField()
    obligation = models.OneToOneField(
        BillingObligation, on_delete=models.PROTECT, null=True, related_name="invoice_line"
    )
    credits_line = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="credit_lines", db_index=False
    )
    customer_id = models.UUIDField()
    order_id = models.UUIDField(null=True)
    line_id = models.UUIDField(null=True)
    product_id = models.UUIDField(null=True)
    description = models.TextField(default="", blank=True)
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    price_per = models.DecimalField(max_digits=18, decimal_places=6, default=1, db_default=1)
    discount_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="What was taken off to come to the net amount"
    )
    net_minor = models.BigIntegerField()
    tax_category = models.CharField(max_length=3)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4)
    tax_minor = models.BigIntegerField()
    credited_quantity = models.DecimalField(max_digits=18, decimal_places=4, default=0, db_default=0)
    credited_minor = models.BigIntegerField(default=0, db_default=0, help_text="Net that credit notes took back")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position_once"),
            models.CheckConstraint(
                condition=Q(obligation__isnull=False, credits_line=None, quantity__gt=0)
                | Q(obligation=None, credits_line__isnull=False, quantity__gte=0)
                | Q(obligation=None, credits_line=None, product_id=None, quantity=0),
                name="invoice_line_bills_credits_or_grants",
            ),
            models.CheckConstraint(condition=Q(net_minor__gte=0, tax_minor__gte=0), name="invoice_line_never_negative"),
            models.CheckConstraint(
                condition=Q(discount_minor__gte=0, price_per__gt=0), name="invoice_line_discount_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(credited_quantity__gte=0, credited_quantity__lte=F("quantity")),
                name="credited_quantity_within_line",
            ),
            models.CheckConstraint(
                condition=Q(credited_minor__gte=0, credited_minor__lte=F("net_minor")),
                name="credited_amount_within_line",
            ),
        ]
        indexes = [
            models.Index(fields=["order_id"], condition=Q(order_id__isnull=False), name="invoice_line_order"),
            models.Index(
                fields=["customer_id", "product_id"],
                condition=Q(credits_line=None),
                name="invoice_line_customer_product",
            ),
            models.Index(fields=["credits_line"], condition=Q(credits_line__isnull=False), name="invoice_line_credits"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.description}"


class InvoiceTax(models.Model):
    """The tax of one category and rate, computed on the sum of the document's lines (EN 16931 BG-23)."""

    id = key()
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="taxes", db_index=False)
    category = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=7, decimal_places=4)
    reason = models.CharField(max_length=200, default="", blank=True)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "invoice taxes"
        constraints = [
            models.UniqueConstraint(fields=["invoice", "category", "rate"], name="invoice_tax_once_per_rate"),
            models.CheckConstraint(condition=Q(net_minor__gte=0, tax_minor__gte=0), name="invoice_tax_never_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.rate}"
