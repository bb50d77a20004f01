"""The demo company, open for business, for every journey."""

import pytest

from tests.factories.orders import load_company
from tests.journeys.site import Site


@pytest.fixture
def company(transactional_db: None) -> None:
    """Load the demo company into a database that commits."""
    load_company()


@pytest.fixture
def site(company: None) -> Site:
    """The company with people of every role."""
    return Site()
