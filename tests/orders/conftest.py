"""The demo company for every test of this folder that asks for it."""

import pytest

from tests.factories.orders import load_company


@pytest.fixture
def company(transactional_db: None) -> None:
    """Load the demo company into a database that commits."""
    load_company()
