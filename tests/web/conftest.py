"""Fixtures of the edge's tests."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.factories.web import make_user
from tests.web import sample_urls


@pytest.fixture
def signed_in(db: None) -> Any:
    """Return a function that gives a client signed in with the permissions named."""

    def sign_in(*permissions: str, **fields: Any) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(make_user(*permissions, **fields), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hash passwords cheaply: a test is no target."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def nothing_done() -> Iterator[None]:
    """Start with no verb done."""
    sample_urls.DONE.clear()
    yield
    sample_urls.DONE.clear()


@pytest.fixture
def clean_cache(settings: Any) -> None:
    """Count failures under a name of the test's own: other processes of a parallel run share the server."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "KEY_PREFIX": f"test-{uuid4().hex}"}}
