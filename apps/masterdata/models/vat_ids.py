"""VAT ids in forms."""

from typing import Any

from django.core.exceptions import ValidationError

from apps.masterdata.decisions import VatIdInvalid, checked_vat_id


def clean_vat_id(row: Any) -> None:
    """Give a row's VAT id its one spelling, or refuse it in words of a form; what is kept already and does not change, stays."""
    kept = type(row)._default_manager.filter(pk=row.pk).values_list("vat_id", flat=True).first()
    if row.vat_id == kept:
        return
    try:
        row.vat_id = checked_vat_id(row.vat_id, row.country)
    except VatIdInvalid as refusal:
        raise ValidationError({"vat_id": ValidationError(refusal.detail, code=refusal.code)}) from None
