"""Looking at pages as somebody, and sending their verbs."""

import re
from html import unescape
from typing import Any

from django.test import Client

from tests.factories.web import make_user

BACKEND = "django.contrib.auth.backends.ModelBackend"

# What a text field may hold at its worst: markup, quotes, a statement, a template's braces.
NASTY = """<script>alert(1)</script>'"; DROP TABLE x; --{{ 7|add:7 }}"""


def signed_in(*permissions: str, **fields: Any) -> Client:
    """Return the browser of a user who holds exactly these permissions."""
    client = Client()
    client.force_login(make_user(*permissions, **fields), backend=BACKEND)
    return client


def shown(client: Client, address: str, status: int = 200, **headers: str) -> str:
    """Return a page's HTML; fails unless it is answered with the status."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.content[:2000]
    return answer.content.decode()


def words(html: str) -> str:
    """Return the text of a page in one line, without its markup."""
    text = re.sub(r"<[^>]+>", " ", html).replace("&nbsp;", " ")
    return re.sub(r"\s+", " ", unescape(text))


def told(client: Client, address: str, **values: Any) -> str:
    """Post a verb and return the page that it leads to, as text."""
    answer = client.post(address, values, follow=True)
    assert answer.status_code == 200, answer.content[:2000]
    return words(answer.content.decode())
