"""Fixtures of the rulebooks' tests."""

import pytest

from tests.rulebooks import a_kind


@pytest.fixture(autouse=True)
def kind() -> str:
    a_kind.register()
    return a_kind.KIND
