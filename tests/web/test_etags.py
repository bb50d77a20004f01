"""Entity tags: 304 for the same version, 412 for a lost update."""

from typing import Any

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.sample_urls")]


def test_the_same_version_is_not_sent_again(signed_in: Any) -> None:
    client = signed_in()
    tag = client.get("/api/v1/versioned")["ETag"]
    assert tag == '"v-3"'
    assert client.get("/api/v1/versioned", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/api/v1/versioned", headers={"If-None-Match": '"v-2"'}).status_code == 200


def test_a_write_on_an_older_version_is_refused(signed_in: Any) -> None:
    client = signed_in()
    answer = client.put("/api/v1/versioned", {}, "application/json", headers={"If-Match": '"v-2"'})
    assert answer.status_code == 412
    assert '"v-3"' in answer.json()["detail"]
    for tag in ('"v-3"', "*"):
        assert client.put("/api/v1/versioned", {}, "application/json", headers={"If-Match": tag}).status_code == 200
