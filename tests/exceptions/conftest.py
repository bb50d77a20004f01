"""Fixtures of the tests of exceptions."""

from collections.abc import Iterator
from typing import Any

import pytest

from apps.exceptions.contract import Resolution, register_resolutions
from apps.exceptions.ports import resolutions
from tests.factories.exceptions import RELEASE, Owner


@pytest.fixture
def owner() -> Iterator[Owner]:
    """A domain that owns things and offers two ways out of their cases, alone."""
    known = dict(resolutions)
    resolutions.clear()
    domain = Owner()
    register_resolutions("thing", {"release": Resolution("Release", RELEASE, domain.release)})
    register_resolutions("thing", {"scrap": Resolution("Scrap", RELEASE, domain.release, needs_note=True)})
    yield domain
    resolutions.clear()
    resolutions.update(known)


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hash passwords cheaply: a test is no target."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
