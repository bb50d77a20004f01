"""Starting and ending child processes, each through the guard."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from ordercash.embedded.account import Account

GUARD = Path(__file__).with_name("guard.py")
POLL_SECONDS = 0.05


class Stopped(Exception):
    """Somebody asked for the end while something was still being started."""


class StopRequest:
    """What Ctrl-C, SIGTERM and SIGHUP set. A second wish, a second or more after the first, asks to hurry."""

    def __init__(self) -> None:
        self.signal: int | None = None
        self.hurry = False
        self._asked_at = 0.0

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def check(self) -> None:
        """Raise Stopped when the end was asked for."""
        if self.signal is not None:
            raise Stopped

    def _note(self, number: int, _frame: FrameType | None) -> None:
        moment = time.monotonic()
        if self.signal is None:
            self.signal, self._asked_at = number, moment
        elif moment - self._asked_at > 1:
            self.hurry = True


def start_child(
    program: Sequence[str | Path],
    *,
    end_signal: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
    own_session: bool = True,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: int | None = subprocess.DEVNULL,
    stdout: int | None = None,
    stderr: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start `program`; it receives `end_signal` when this process ends in whatever way."""
    word = account.guard_word if account else "-"
    session = "own" if own_session else "same"
    guard = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), str(int(end_signal)), word, session]
    return subprocess.Popen(
        [*guard, *(str(part) for part in program)], cwd=cwd, env=env, stdin=stdin, stdout=stdout, stderr=stderr
    )


def wait_child(child: subprocess.Popen[bytes], stop: StopRequest) -> int:
    """Wait for the end of a child and return its exit code; ends it and raises Stopped when the end is asked for."""
    while True:
        try:
            return child.wait(timeout=POLL_SECONDS)
        except subprocess.TimeoutExpired:
            if stop.signal is not None:
                end_child(child, [(signal.SIGTERM, 5.0)])
                raise Stopped from None


def end_child(child: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn and wait its seconds; what is then left of the child's group is killed."""
    for number, seconds in steps:
        if child.poll() is not None:
            break
        child.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=seconds)
    kill_group(child)


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the group that a child leads, and the child itself."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    if child.poll() is None:
        child.kill()
        child.wait()
