"""The demo company, once for all tests of a module: nearly all of them show that nothing happens to it."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from tests.factories.api import World, a_world, with_key
from tests.factories.orders import load_company


@pytest.fixture(scope="session")
def shared_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Have the test database also when no test of the session is marked for it: only then none was made."""
    with django_db_blocker.unblock():
        if str(connection.settings_dict["NAME"]).startswith("test_"):
            yield
            return
        made = setup_databases(verbosity=0, interactive=False)
        yield
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="module")
def world(shared_database: None, django_db_blocker: DjangoDbBlocker, quick_flush: None) -> Iterator[World]:
    """A company in which something of everything has happened; the tests of the module change it together."""
    with django_db_blocker.unblock():
        load_company()
        yield a_world()
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def desk(world: World) -> APIClient:
    """A caller who may do everything."""
    return with_key(world.secret)
