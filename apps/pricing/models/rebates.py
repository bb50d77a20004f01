"""Rebate agreements, and what was earned and settled under them."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ordercash.kernel.ids import new_id


class RebateBasis(models.TextChoices):
    TURNOVER = "turnover", "Net turnover"
    QUANTITY = "quantity", "Quantity"


class RebateReward(models.TextChoices):
    PERCENT = "percent", "Percent of turnover"
    AMOUNT_PER_UNIT = "amount_per_unit", "Amount per unit"


class RebateScope(models.TextChoices):
    EVERYTHING = "everything", "Everything"
    PRODUCTS = "products", "Named products"
    CATEGORY = "category", "A category"


class RebateSettling(models.TextChoices):
    MONTHLY = "monthly", "Every month"
    QUARTERLY = "quarterly", "Every quarter"
    YEARLY = "yearly", "Every year"
    AT_END = "at_end", "When it ends"


class RebateState(models.TextChoices):
    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    ENDED = "ended", "Ended"


class AccrualKind(models.TextChoices):
    ACCRUAL = "accrual", "Accrual"
    TRUE_UP = "true_up", "True-up"
    REVERSAL = "reversal", "Reversal"
    SETTLEMENT = "settlement", "Settlement"


def one_of(field: str, choices: type[models.TextChoices], name: str) -> models.CheckConstraint:
    """A word column takes only the words of its list."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=name)


class RebateAgreement(models.Model):
    """What a customer, or each customer of a group, earns on what is invoiced in [from_date, until_date).

    Slices at their own rates need tiers and reward on the same measure: percent of turnover, or an amount per unit of quantity.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120, default="", blank=True)
    customer = models.ForeignKey("masterdata.Customer", models.PROTECT, null=True, blank=True, related_name="+")
    customer_group = models.ForeignKey(
        "masterdata.CustomerGroup", models.PROTECT, null=True, blank=True, related_name="+"
    )
    legal_entity = models.ForeignKey("masterdata.LegalEntity", models.PROTECT, related_name="+")
    currency = models.ForeignKey("masterdata.Currency", models.PROTECT, db_column="currency", related_name="+")
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    basis = models.CharField(max_length=16, choices=RebateBasis)
    reward = models.CharField(max_length=16, choices=RebateReward, default=RebateReward.PERCENT)
    is_retrospective = models.BooleanField()
    scope = models.CharField(max_length=16, choices=RebateScope, default=RebateScope.EVERYTHING)
    category = models.CharField(max_length=80, default="", blank=True)
    settlement = models.CharField(max_length=16, choices=RebateSettling)
    state = models.CharField(max_length=10, choices=RebateState, default=RebateState.DRAFT)
    author_id = models.UUIDField()
    approver_id = models.UUIDField(null=True)
    approved_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, default="", blank=True)
    set_aside_at = models.DateTimeField(
        null=True, help_text="When it was last tried in vain to post it; a case says why"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["code"]
        constraints = [
            one_of("basis", RebateBasis, "rebate_basis_word"),
            one_of("reward", RebateReward, "rebate_reward_word"),
            one_of("scope", RebateScope, "rebate_scope_word"),
            one_of("settlement", RebateSettling, "rebate_settlement_word"),
            one_of("state", RebateState, "rebate_state_word"),
            models.CheckConstraint(
                condition=Q(customer__isnull=True, customer_group__isnull=False)
                | Q(customer__isnull=False, customer_group__isnull=True),
                name="rebate_for_a_customer_or_a_group",
            ),
            models.CheckConstraint(
                condition=(Q(scope="category") & ~Q(category="")) | (~Q(scope="category") & Q(category="")),
                name="rebate_names_its_category",
            ),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gt=F("from_date")),
                name="rebate_valid_for_some_time",
            ),
            models.CheckConstraint(
                condition=~Q(settlement="at_end") | Q(until_date__isnull=False), name="rebate_settled_at_end_has_one"
            ),
            models.CheckConstraint(
                condition=Q(is_retrospective=True)
                | Q(basis="turnover", reward="percent")
                | Q(basis="quantity", reward="amount_per_unit"),
                name="rebate_slices_on_one_measure",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", approver_id=None, approved_at=None)
                | (~Q(state="draft") & Q(approver_id__isnull=False, approved_at__isnull=False)),
                name="rebate_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approver_id=None) | ~Q(approver_id=F("author_id")), name="rebate_approver_is_not_author"
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_by__isnull=False, ended_at__isnull=False, until_date__isnull=False)
                | (~Q(state="ended") & Q(ended_by=None, ended_at=None)),
                name="rebate_ended_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["legal_entity", "currency"], condition=~Q(state="draft"), name="rebate_counting"),
        ]

    def __str__(self) -> str:
        return self.code


class RebateTier(models.Model):
    """From `least` on (turnover in major units, or quantity) the rebate is `rate`: percent, or major units per unit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(RebateAgreement, models.CASCADE, related_name="tiers", db_index=False)
    least = models.DecimalField(max_digits=18, decimal_places=4)
    rate = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        ordering = ["agreement", "least"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "least"], name="rebate_tier_once"),
            models.CheckConstraint(condition=Q(least__gte=0), name="rebate_tier_least_not_negative"),
            models.CheckConstraint(condition=Q(rate__gte=0), name="rebate_tier_rate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.least}: {self.rate}"


class RebateProduct(models.Model):
    """A product that counts under an agreement about named products."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(RebateAgreement, models.CASCADE, related_name="products", db_index=False)
    product = models.ForeignKey("masterdata.Product", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "product"], name="rebate_product_once")]

    def __str__(self) -> str:
        return str(self.product_id)


class RebateAccount(models.Model):
    """The running totals of one customer under one agreement. Only the rows of RebateAccrual move them, by a trigger.

    Open is accrued less settled: what the ledger owes the customer. It is below zero when goods came back after they were settled.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(RebateAgreement, models.PROTECT, related_name="accounts", db_index=False)
    customer = models.ForeignKey("masterdata.Customer", models.PROTECT, related_name="+")
    base_minor = models.BigIntegerField(default=0, db_default=0)
    quantity = models.DecimalField(max_digits=18, decimal_places=4, default=0, db_default=0)
    accrued_minor = models.BigIntegerField(default=0, db_default=0)
    settled_minor = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "customer"], name="rebate_account_once"),
            models.CheckConstraint(condition=Q(base_minor__gte=0), name="rebate_base_not_negative"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="rebate_quantity_not_negative"),
            models.CheckConstraint(condition=Q(accrued_minor__gte=0), name="rebate_accrued_not_negative"),
            models.CheckConstraint(condition=Q(settled_minor__gte=0), name="rebate_settled_not_negative"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(accrued_minor__gt=F("settled_minor")), name="rebate_account_open"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def open_minor(self) -> int:
        return self.accrued_minor - self.settled_minor


class RebateAccrual(models.Model):
    """One move of an account, never changed. `line_id` and `document_id` are billing's: the line that moved it, or the credit note."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(RebateAccount, models.PROTECT, related_name="accruals", db_index=False)
    kind = models.CharField(max_length=12, choices=AccrualKind)
    source_ref = models.CharField(max_length=200, unique=True)
    line_id = models.UUIDField(null=True)
    document_id = models.UUIDField()
    base_minor = models.BigIntegerField()
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    amount_minor = models.BigIntegerField(help_text="Settlements are below zero: all rows sum to what is open")
    rate = models.DecimalField(max_digits=18, decimal_places=6)
    tax_category = models.CharField(max_length=3, default="", blank=True)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=4, null=True)
    tax_reason = models.CharField(max_length=200, default="", blank=True)
    occurred_at = models.DateTimeField()
    business_date = models.DateField(help_text="The day of the document, in the legal entity's zone")
    until_date = models.DateField(null=True, help_text="Of a settlement: the day before which it settles")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            one_of("kind", AccrualKind, "rebate_accrual_kind_word"),
            models.CheckConstraint(
                condition=(
                    Q(kind__in=["accrual", "reversal"], line_id__isnull=False, until_date=None)
                    | Q(kind="true_up", line_id__isnull=False, until_date=None, base_minor=0, quantity=0)
                    | Q(
                        kind="settlement",
                        line_id=None,
                        until_date__isnull=False,
                        base_minor=0,
                        quantity=0,
                        amount_minor__lt=0,
                    )
                ),
                name="rebate_accrual_of_its_kind",
            ),
            models.CheckConstraint(
                condition=~Q(kind="accrual") | Q(base_minor__gte=0, quantity__gte=0, amount_minor__gte=0),
                name="rebate_accrual_adds",
            ),
            models.CheckConstraint(
                condition=~Q(kind="reversal") | Q(base_minor__lte=0, quantity__lte=0, amount_minor__lte=0),
                name="rebate_reversal_takes",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "id"], name="rebate_accrual_account"),
            models.Index(fields=["line_id"], condition=Q(line_id__isnull=False), name="rebate_accrual_line"),
        ]

    def __str__(self) -> str:
        return self.source_ref
