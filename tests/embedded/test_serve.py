"""What the web process loads before its workers are forked: all modules, and nothing that two processes must not share."""

import subprocess
import sys
from pathlib import Path

from ordercash.embedded.processes import read_procfile

CHECKOUT = Path(__file__).resolve().parents[2]

PROBE = """
import gc, socket, sys, threading
from ordercash.serve import load
load()
from django.db import connection
assert "apps.orders.pages.order" in sys.modules, "the pages are loaded"
assert connection.connection is None, "no connection is shared"
assert threading.active_count() == 1, "no thread is lost in a fork"
assert not [held for held in gc.get_objects() if isinstance(held, socket.socket)], "no socket is shared"
"""


def test_the_web_process_loads_what_may_be_shared_and_nothing_else() -> None:
    subprocess.run([sys.executable, "-c", PROBE], cwd=CHECKOUT, check=True, timeout=60)


def test_the_procfile_starts_it() -> None:
    assert " -m ordercash.serve --interface wsgi " in read_procfile(CHECKOUT)["web"]
