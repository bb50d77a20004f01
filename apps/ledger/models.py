"""Nouns of the ledger: accounts, periods, journal entries and their postings. Entries and postings are never changed."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Func
from django.db.models.functions import Now

from ordercash.kernel.ids import new_id


class Account(models.Model):
    """An account of a legal entity's chart; `role` is what posting rules call it, "" for an account that none names."""

    class Kind(models.TextChoices):
        ASSET = "asset"
        LIABILITY = "liability"
        EQUITY = "equity"
        INCOME = "income"
        EXPENSE = "expense"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    legal_entity = models.ForeignKey("masterdata.LegalEntity", on_delete=models.PROTECT)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    role = models.CharField(max_length=30, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["legal_entity", "code"], name="account_code_once_per_entity"),
            models.UniqueConstraint(
                fields=["legal_entity", "role"], condition=~Q(role=""), name="account_role_once_per_entity"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["asset", "liability", "equity", "income", "expense"]), name="account_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Period(models.Model):
    """Business days [from_date, until_date) of a legal entity. Days without a row are open."""

    class State(models.TextChoices):
        OPEN = "open"
        SOFT_CLOSED = "soft_closed"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    legal_entity = models.ForeignKey("masterdata.LegalEntity", on_delete=models.PROTECT)
    from_date = models.DateField()
    until_date = models.DateField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "soft_closed", "closed"]), name="period_state_known"),
            models.CheckConstraint(condition=Q(from_date__lt=F("until_date")), name="period_has_days"),
            ExclusionConstraint(
                name="periods_do_not_overlap",
                expressions=[
                    ("legal_entity", RangeOperators.EQUAL),
                    (Func(F("from_date"), F("until_date"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_date} - {self.until_date} {self.state}"


class JournalEntry(models.Model):
    """One balanced fact in the books; (source_kind, source_id) names the document, `rules_sha256` the rules that posted it."""

    class Kind(models.TextChoices):
        OPENING = "opening"
        RECEIPT = "receipt"
        SHIPMENT = "shipment"
        RETURN = "return"
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note"
        PAYMENT = "payment"
        APPLICATION = "application"
        WRITE_OFF = "write_off"
        ADJUSTMENT = "adjustment"
        ISSUE = "issue"
        SCRAP = "scrap"
        REVALUATION = "revaluation"
        REBATE_ACCRUAL = "rebate_accrual"
        REBATE_SETTLEMENT = "rebate_settlement"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The database compares it with the entity of the postings' accounts, whose foreign key stands for this one.
    legal_entity = models.ForeignKey(
        "masterdata.LegalEntity", on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    source_kind = models.CharField(max_length=40)
    source_id = models.UUIDField()
    source_ref = models.CharField(max_length=200)
    entry_date = models.DateField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    memo = models.CharField(max_length=200, default="", blank=True, db_default="")
    customer = models.ForeignKey("masterdata.Customer", null=True, blank=True, on_delete=models.PROTECT)
    rules_sha256 = models.BinaryField(max_length=32, null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["legal_entity", "entry_date", "id"], name="journal_by_day"),
            models.Index(fields=["source_id"], name="journal_by_source"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source_ref"], name="entry_once_per_source"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "opening", "receipt", "shipment", "return", "invoice", "credit_note",
                        "payment", "application", "write_off", "adjustment",
                        "issue", "scrap", "revaluation", "rebate_accrual", "rebate_settlement",
                    ]
                ),
                name="entry_kind_known",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.source_ref


class Posting(models.Model):
    """One line of an entry: debit is positive, credit negative, in minor units of the document's and of the entity's currency."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The foreign key in the database spans the transaction's id too (sql/books.sql), so that no posting joins an old entry.
    entry = models.ForeignKey(JournalEntry, related_name="postings", on_delete=models.PROTECT, db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    customer = models.ForeignKey("masterdata.Customer", null=True, blank=True, on_delete=models.PROTECT, db_index=False)
    entry_date = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    functional_minor = models.BigIntegerField()
    functional_currency = models.CharField(max_length=3)
    tax_category = models.CharField(max_length=2, default="", blank=True, db_default="")
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "entry_date", "id"], name="posting_by_account_day"),
            models.Index(
                fields=["customer", "account", "entry_date"],
                name="posting_by_customer",
                condition=Q(customer__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0) | ~Q(functional_minor=0), name="posting_is_not_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"
