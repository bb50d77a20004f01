"""The guard: a program does not outlive the process that started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ordercash.embedded.children import Stopped, StopRequest, end_child, start_child, wait_child


def test_child_has_a_session_of_its_own_and_the_exit_code_comes_back() -> None:
    child = start_child([sys.executable, "-c", "import os; raise SystemExit(7 if os.getsid(0) == os.getpid() else 1)"])
    assert wait_child(child, StopRequest()) == 7


def test_child_ends_when_its_parent_is_killed() -> None:
    code = (
        "import sys, time\n"
        "from ordercash.embedded.children import start_child\n"
        "print(start_child([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    number = int(parent.stdout.readline())
    time.sleep(0.5)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and is_alive(number):
        time.sleep(0.05)
    assert not is_alive(number)


def test_waiting_ends_with_the_wish_to_stop() -> None:
    stop = StopRequest()
    stop.signal = signal.SIGINT
    child = start_child([sys.executable, "-c", "import time; time.sleep(60)"])
    with pytest.raises(Stopped):
        wait_child(child, stop)
    assert child.returncode is not None


def test_deaf_child_is_killed_after_its_time() -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    child = start_child([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    end_child(child, [(signal.SIGTERM, 0.2)])
    assert child.returncode == -signal.SIGKILL
    child.stdout.close()


def is_alive(number: int) -> bool:
    """Whether the process runs; one that only waits to be collected does not."""
    try:
        os.kill(number, 0)
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
