"""Where the real data lies that some tests run on, and what happens when it is not there."""

import os
from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(os.environ.get("ORDERCASH_REAL_DATA") or settings.BASE_DIR.parent / "shared" / "data")
IS_FULL = os.environ.get("ORDERCASH_FULL", "") not in {"", "0"}


def real(*parts: str) -> Path:
    """Return a file or folder of the real data. Absent, the test is skipped with the reason, and fails in CI."""
    path = FOLDER.joinpath(*parts)
    if not path.exists():
        say = pytest.fail if os.environ.get("CI", "").lower() == "true" else pytest.skip
        say(f"REAL DATA ABSENT: {path} is not there; name the folder of the real data with ORDERCASH_REAL_DATA.")
    return path
