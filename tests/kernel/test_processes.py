"""Processes for computing: they work, and end with whoever started them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings

from ordercash.kernel.processes import computing, cores

PARENT = """
import os, time
from ordercash.kernel.processes import computing

if __name__ == "__main__":
    with computing(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        pool.submit(time.sleep, 600)
        time.sleep(600)
"""


def test_they_compute_beside_this_one() -> None:
    assert cores() >= 1
    with computing(1) as pool:
        ids = set(pool.map(_pid, range(3)))
    assert len(ids) == 1
    assert os.getpid() not in ids


def _pid(_: int) -> int:
    return os.getpid()


def test_they_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": str(settings.BASE_DIR), "DJANGO_SETTINGS_MODULE": "ordercash.settings"}
    parent = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert _is_running(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait(30)
    parent.stdout.close()
    deadline = time.monotonic() + 30
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(child)


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
