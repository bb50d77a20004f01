"""What facts carry, for people."""

from uuid import UUID

import pytest

from ordercash.web.payloads import told_html, told_text
from tests.factories.pages import NASTY, words

pytestmark = pytest.mark.django_db


def test_amounts_instants_and_names_read_as_everywhere() -> None:
    payload = {
        "currency": "KWD", "gross_minor": 1234, "shipped_at": "2026-01-02T03:04:05+00:00", "due_date": "2026-01-31",
        "reasons": ["price_missing", "customer_blocked"], "lines": {"1": "2.5"}, "note": "", "job_id": str(UUID(int=1)),
    }  # fmt: skip
    told = {name: words(value).strip() for name, value in told_html(payload).items()}
    assert told == {
        "Currency": "KWD", "Gross": "KWD 1.234", "Shipped": "02 Jan 2026 03:04", "Due": "31 Jan 2026",
        "Reasons": "price missing, customer blocked", "Lines": "line 1: 2.5", "Note": "–", "Job": "Job 00000001",
    }  # fmt: skip


def test_whatever_else_it_carries_is_shown_as_text() -> None:
    shown = told_html({"a": NASTY, "b": [NASTY], "c": {NASTY: NASTY}, "d": None, "e": True, "f": 1.5, "g_minor": 5})
    assert "<script>" not in "".join(shown.values())
    assert shown["G"] == "5"


def test_a_detail_is_a_line() -> None:
    assert told_text({"line_no": 2, "quantity": "-1", "detail": ""}) == "line 2, quantity -1"
    assert told_text({"empty": ["line1", "postal_code"]}) == "empty line1, postal code"
    assert told_text({"over": "295.60 GBP", "limit": "50.00 GBP"}) == "over 295.60 GBP, limit 50.00 GBP"
    assert told_text({}) == ""
