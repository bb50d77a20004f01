"""Commands in processes of their own on the tests' database."""

import os
from urllib.parse import quote

from django.db import connection


def environment() -> dict[str, str]:
    """Return this process's environment with the test database in place of the usual one."""
    found = connection.settings_dict
    user, password = quote(found["USER"] or ""), quote(found["PASSWORD"] or "")
    host = quote(found["HOST"] or "", safe="")
    owner = f"{user}:{password}@" if password else f"{user}@" if user else ""
    port = f":{found['PORT']}" if found["PORT"] else ""
    return os.environ | {"DATABASE_URL": f"postgres://{owner}{host}{port}/{quote(found['NAME'])}"}
