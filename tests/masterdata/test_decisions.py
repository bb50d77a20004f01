"""VAT ids."""

import pytest

from apps.masterdata.decisions import VatIdInvalid, checked_vat_id


@pytest.mark.parametrize(
    ("text", "country", "kept"),
    [
        ("", "DE", ""),
        ("DE 136 695 976", "DE", "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("gb 980 7806 84", "GB", "GB980780684"),
        ("DE136695976", "FR", "DE136695976"),
        ("CHE-107.787.577 IVA", "CH", "CHE107787577IVA"),
        ("NO 995 525 828 MVA", "NO", "NO995525828MVA"),
        ("094259216", "GR", "EL094259216"),
        ("12-3456789", "US", "12-3456789"),
        ("136695976", "", "136695976"),
    ],
)
def test_a_vat_id_has_one_spelling(text: str, country: str, kept: str) -> None:
    assert checked_vat_id(text, country) == kept


@pytest.mark.parametrize(
    ("text", "country", "why"),
    [
        ("DE136695977", "DE", "check digits do not fit"),
        ("DE1366959", "DE", "length is wrong"),
        ("136695977", "DE", "no VAT id of DE"),
        ("GB123", "GB", "length is wrong"),
        ("FRABCDEFGHIJK", "FR", "form is wrong"),
        ("<b>1</b>", "GB", "no VAT id of GB"),
    ],
)
def test_what_cannot_be_a_vat_id_is_refused(text: str, country: str, why: str) -> None:
    with pytest.raises(VatIdInvalid, match=why) as refused:
        checked_vat_id(text, country)
    assert [fault.pointer for fault in refused.value.faults] == ["/vat_id"]
