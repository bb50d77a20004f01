"""What the dialogs of rebate agreements ask for."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from apps.masterdata.contract import currencies, customer_groups, customers_by_code, entities_by_code
from apps.pricing.models import RebateAgreement, RebateBasis, RebateReward, RebateSettling
from apps.pricing.services.rebate_agreements import RebateDraft, RebateRefused
from ordercash.kernel.errors import Fault


def _choices(codes: Callable[[], Mapping[str, Any]], nothing: str = "") -> Callable[[], list[tuple[str, str]]]:
    """Return a field's choices, read when the form is made."""
    return lambda: [*([("", nothing)] if nothing else []), *((code, code) for code in sorted(codes()))]


class NewRebateForm(forms.Form):
    """A new agreement."""

    code = forms.CharField(label="Code", max_length=40)
    name = forms.CharField(label="Name", max_length=120, required=False)
    customer = forms.CharField(
        label="Customer", max_length=40, required=False, help_text="A customer's code, or choose a group."
    )
    customer_group = forms.ChoiceField(
        label="Customer group", choices=_choices(customer_groups, "No group"), required=False,
        help_text="Each customer of the group earns on what it buys itself.",
    )  # fmt: skip
    legal_entity = forms.ChoiceField(label="Legal entity", choices=_choices(entities_by_code))
    currency = forms.ChoiceField(label="Currency", choices=_choices(lambda: {code: code for code in currencies()}))
    from_date = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    until_date = forms.DateField(
        label="Until", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The first day that does not count any more; empty for no end.",
    )  # fmt: skip
    basis = forms.ChoiceField(label="Tiers on", choices=RebateBasis.choices)
    reward = forms.ChoiceField(label="Rebate in", choices=RebateReward.choices)
    is_retrospective = forms.BooleanField(
        label="Retrospective",
        required=False,
        initial=True,
        help_text="Reaching a tier revalues all since the beginning.",
    )
    tiers = forms.CharField(
        label="Tiers", widget=forms.Textarea(attrs={"rows": 4, "placeholder": "10000 1\n50000 2.5"}), max_length=4000,
        help_text="One per line: from how much on, and the rate.",
    )  # fmt: skip
    skus = forms.CharField(
        label="Products", widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=20_000,
        help_text="SKUs, separated by spaces or lines; empty for everything.",
    )  # fmt: skip
    category = forms.CharField(label="Category", max_length=80, required=False, help_text="Instead of naming products.")
    settlement = forms.ChoiceField(label="Settled", choices=RebateSettling.choices)


class EndForm(forms.Form):
    """When an agreement ends, and why."""

    until_date = forms.DateField(
        label="First day that does not count", widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Tomorrow at the earliest: what was invoiced up to now has counted.",
    )  # fmt: skip
    reason = forms.CharField(label="Reason", max_length=200)


def change_form(row: RebateAgreement) -> type[NewRebateForm]:
    """Return the form of a draft filled with what it says now."""
    same = (
        "code", "name", "from_date", "until_date", "basis", "reward", "is_retrospective", "category", "settlement",
    )  # fmt: skip
    shown = {name: getattr(row, name) for name in same} | {
        "customer": row.customer.code if row.customer else "",
        "customer_group": row.customer_group.code if row.customer_group else "",
        "legal_entity": row.legal_entity.code,
        "currency": row.currency_id,
        "tiers": "\n".join(f"{tier.least.normalize():f} {tier.rate.normalize():f}" for tier in row.tiers.all()),
        "skus": " ".join(sorted(named.product.sku for named in row.products.all())),
    }

    class ChangeForm(NewRebateForm):
        """A draft as it stands."""

        def __init__(self, *args: Any, **values: Any) -> None:
            super().__init__(*args, **{"initial": shown, **values})

    return ChangeForm


def draft_of(values: Mapping[str, Any]) -> RebateDraft:
    """Return the draft that a form describes; raises RebateRefused for codes that do not exist and tiers that are none."""
    code = values["customer"].strip()
    customer = customers_by_code([code]).get(code) if code else None
    if code and customer is None:
        raise RebateRefused(faults=[Fault("/customer", "unknown_customer", f"There is no customer {code!r}.")])
    same = (
        "code", "name", "currency", "from_date", "until_date", "basis", "reward", "is_retrospective", "category", "settlement",
    )  # fmt: skip
    return RebateDraft(
        **{name: values[name] for name in same},
        legal_entity_id=entities_by_code()[values["legal_entity"]].id,
        customer_id=customer.id if customer else None,
        customer_group_id=customer_groups().get(values["customer_group"]),
        tiers=tiers_in(values["tiers"]),
        skus=values["skus"].replace(",", " ").split(),
    )


def tiers_in(text: str) -> Sequence[tuple[Decimal, Decimal]]:
    """Return the (least, rate) of each line; raises RebateRefused naming the line that is none."""
    tiers = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            least, rate = (Decimal(word.rstrip("%")) for word in line.replace(":", " ").split())
        except (ValueError, InvalidOperation):
            raise RebateRefused(f"Line {number} of the tiers is not “from how much on, and the rate”.") from None
        if not (least.is_finite() and rate.is_finite() and abs(least) < 10**14 and abs(rate) < 10**12):
            raise RebateRefused(f"Line {number} of the tiers has a number that cannot be kept.")
        tiers.append((least, rate))
    return tiers
