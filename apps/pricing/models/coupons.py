"""Codes that customers bring along, how often they may be used, and who used them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ordercash.kernel.ids import new_id


class CouponCampaign(models.Model):
    """What coupons are given out for; rules of prices name it by its code."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9_-]*$"), name="coupon_campaign_code_is_plain"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Coupon(models.Model):
    """A code, valid in [from, until), to be used so often in all and by one customer; None is without a limit."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(CouponCampaign, models.PROTECT, related_name="coupons")
    code = models.CharField(max_length=64, unique=True)
    most_total = models.PositiveIntegerField(null=True, blank=True)
    most_per_customer = models.PositiveIntegerField(null=True, blank=True)
    used_total = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    valid_from_at = models.DateTimeField()
    valid_until_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9_-]*$"), name="coupon_code_is_plain"),
            models.CheckConstraint(
                condition=Q(most_total__isnull=True) | Q(used_total__lte=F("most_total")),
                name="coupon_within_its_limit",
            ),
            models.CheckConstraint(
                condition=Q(valid_until_at__isnull=True) | Q(valid_until_at__gt=F("valid_from_at")),
                name="coupon_valid_for_some_time",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CouponUse(models.Model):
    """How often a customer uses a coupon at present; a trigger keeps it within the coupon's limit per customer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="uses")
    customer = models.ForeignKey("masterdata.Customer", models.PROTECT, related_name="+")
    used = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["coupon", "customer"], name="coupon_use_once_per_customer")]

    def __str__(self) -> str:
        return f"{self.coupon_id} {self.customer_id} {self.used}"


class RedemptionState(models.TextChoices):
    REDEEMED = "redeemed", _("Redeemed")
    GIVEN_BACK = "given_back", _("Given back")


class CouponRedemption(models.Model):
    """An order that used a coupon. The order stands above prices, so it is named by its id alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="redemptions")
    customer = models.ForeignKey("masterdata.Customer", models.PROTECT, related_name="+")
    order_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=RedemptionState, default=RedemptionState.REDEEMED)
    redeemed_at = models.DateTimeField()
    given_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-redeemed_at", "-id"]
        indexes = [
            models.Index(fields=["order_id"], name="coupon_redemption_of_order"),
            models.Index(fields=["coupon", "redeemed_at", "id"], name="coupon_redemption_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["coupon", "order_id"], name="coupon_redeemed_once_per_order"),
            models.CheckConstraint(condition=Q(state__in=RedemptionState.values), name="coupon_redemption_state_word"),
            models.CheckConstraint(
                condition=Q(state="redeemed", given_back_at__isnull=True)
                | Q(state="given_back", given_back_at__isnull=False),
                name="coupon_redemption_given_back_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id} {self.order_id} {self.state}"
