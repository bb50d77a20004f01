"""Where a fact came from, in words."""

from uuid import UUID

import pytest

from ordercash.web.sources import source_html
from tests.factories.pages import NASTY, words

pytestmark = pytest.mark.django_db
ID = UUID(int=7)


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        (f"run:{ID}", "The run of the day"),
        (f"page:{ID}", "A person, on a page"),
        (f"ship:{ID}:{ID}", "A person, on a page"),
        (f"ship:{ID}:{'a' * 64}", "The API"),
        (f"return:{ID}:{'a' * 64}", "The API"),
        ("api:somebody:key", "The API"),
        ("BANK-2024-02-29/17", "BANK-2024-02-29/17"),
        ("run:", "run:"),
        (f"collected:{ID}", "Collected for"),
        ("", "–"),
    ],
)
def test_a_reference_reads_as_who_asked(reference: str, told: str) -> None:
    assert told in words(source_html(reference))


def test_a_reference_from_outside_is_text() -> None:
    assert "<script>" not in source_html(NASTY)
    assert "<script>" not in source_html(f"run:{NASTY}")
