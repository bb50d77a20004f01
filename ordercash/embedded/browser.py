"""The browser that the browser tests drive."""

import shutil
from collections.abc import Mapping

from ordercash.embedded.refusal import Refusal

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NONE = "none"


def find_browser(env: Mapping[str, str]) -> str:
    """Its program: ORDERCASH_BROWSER, else the first known name on the PATH; `none` when told to do without."""
    wanted = env.get("ORDERCASH_BROWSER", "")
    if wanted == NONE:
        return NONE
    for name in [wanted] if wanted else NAMES:
        found = shutil.which(name, path=env.get("PATH"))
        if found:
            return found
    raise Refusal(
        (f"The browser {wanted!r} was not found: " if wanted else "The browser tests found no Chromium or Chrome: ")
        + "install one (Debian: apt-get install chromium fonts-dejavu-core), name it with ORDERCASH_BROWSER=/path, "
        "or leave those tests out with ORDERCASH_BROWSER=none."
    )
