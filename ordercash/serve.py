"""The web process: granian, with the application loaded before its workers are forked, so that one that dies is back at once.

Takes granian's own options. The workers share what is loaded; each still makes its own application, connections and threads.
"""

import os
from importlib import import_module

import django
from django.conf import settings
from granian.cli import entrypoint


def load() -> None:
    """Load everything that a worker needs and that may be shared: no connection, no thread."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
    django.setup()
    import_module(settings.ROOT_URLCONF)


if __name__ == "__main__":
    load()
    entrypoint()  # type: ignore[no-untyped-call]
