"""Keep a set of processes running: print what they say, start again what ends, end all of them together."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

from honcho.environ import parse_procfile
from honcho.printer import Message, Printer

from ordercash.embedded.children import StopRequest, kill_group
from ordercash.embedded.refusal import Refusal

COLOURS = ("36", "33", "32", "35", "34")
LOOK_SECONDS = 0.25
END_SECONDS = 9.0
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 60.0
LINE_LIMIT_BYTES = 64 * 1024
SYSTEM = "ordercash"

Starter = Callable[[], "subprocess.Popen[bytes]"]


def read_procfile(checkout: Path) -> dict[str, str]:
    """The command lines of the Procfile by name, in its order."""
    commands: dict[str, str] = parse_procfile((checkout / "Procfile").read_text()).processes
    return commands


def process_command(checkout: Path, name: str) -> list[str]:
    """The program of one Procfile line; a shell fills in its variables and turns into the program."""
    commands = read_procfile(checkout)
    if name not in commands:
        raise Refusal(f"The Procfile names no process {name!r}: choose one of {', '.join(commands)}.")
    return ["/bin/sh", "-c", f"exec {commands[name]}"]


def restart_delay(failures: int) -> float:
    """Seconds to wait before a start: none after the first end, then 1, 2, 4 … 30 after the second, third, fourth … in a row."""
    return min(2.0 ** (failures - 2), LONGEST_DELAY_SECONDS) if failures > 1 else 0.0


@dataclass(slots=True)
class Kept:
    """One process that is kept running; `start_at` is set while it is not."""

    name: str
    start: Starter
    colour: str
    child: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float | None = 0.0
    failures: int = 0
    unfinished: bytes = b""


class Supervisor:
    """The processes of one launcher, watched by one loop in one thread."""

    def __init__(self, stop: StopRequest) -> None:
        self._stop = stop
        self._kept: list[Kept] = []
        self._selector = selectors.DefaultSelector()
        self._colours = cycle(COLOURS)
        self._printer = Printer(output=sys.stdout, width=len(SYSTEM))

    def keep(self, name: str, start: Starter, child: "subprocess.Popen[bytes] | None" = None) -> None:
        """Keep a process running from now on; `child` when it runs already."""
        kept = Kept(name, start, next(self._colours))
        self._kept.append(kept)
        self._printer.width = max(self._printer.width, len(name))
        if child is not None:
            self._adopt(kept, child)

    def run(self, each_look: Callable[[], None]) -> None:
        """Watch until the end is asked for; `each_look` is called several times a second."""
        while self._stop.signal is None:
            self._start_due()
            self._read(LOOK_SECONDS)
            self._notice_ends()
            each_look()

    def say(self, text: str) -> None:
        """One line of our own among the others'."""
        self._write(SYSTEM, None, text)

    def end(self, names: Iterable[str]) -> None:
        """Ask these processes to end, print what they still say, and kill what takes too long."""
        mine = [kept for kept in self._kept if kept.name in set(names)]
        for kept in mine:
            if kept.child is not None and kept.child.poll() is None:
                kept.child.terminate()
        deadline = time.monotonic() + END_SECONDS
        while any(kept.child and kept.child.poll() is None for kept in mine):
            if time.monotonic() > deadline or self._stop.hurry:
                self.say("some processes take too long and are killed; their work is taken up at the next start")
                break
            self._read(LOOK_SECONDS)
        for kept in mine:
            if kept.child is not None:
                kill_group(kept.child)
        self._read(0)

    def child(self, name: str) -> "subprocess.Popen[bytes] | None":
        """The process of that name that runs, or ran last."""
        return next((kept.child for kept in self._kept if kept.name == name), None)

    def _start_due(self) -> None:
        for kept in self._kept:
            if kept.start_at is not None and time.monotonic() >= kept.start_at:
                self._adopt(kept, kept.start())

    def _adopt(self, kept: Kept, child: "subprocess.Popen[bytes]") -> None:
        kept.child, kept.started_at, kept.start_at = child, time.monotonic(), None
        if child.stdout is not None:
            os.set_blocking(child.stdout.fileno(), False)
            self._selector.register(child.stdout, selectors.EVENT_READ, kept)

    def _notice_ends(self) -> None:
        for kept in self._kept:
            if kept.child is None or kept.start_at is not None or kept.child.poll() is None:
                continue
            kill_group(kept.child)
            lived = time.monotonic() - kept.started_at
            kept.failures = 1 if lived > STEADY_SECONDS else kept.failures + 1
            delay = restart_delay(kept.failures)
            kept.start_at = time.monotonic() + delay
            when = f"in {delay:.0f} s" if delay else "at once"
            self.say(f"{kept.name} ended ({_reason(kept.child.returncode)}) and is started again {when}")

    def _read(self, seconds: float) -> None:
        if not self._selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self._selector.select(seconds):
            block = os.read(key.fd, LINE_LIMIT_BYTES)
            self._print_block(key.data, block)
            if not block:
                self._selector.unregister(key.fileobj)

    def _print_block(self, kept: Kept, block: bytes) -> None:
        lines = (kept.unfinished + block).split(b"\n")
        kept.unfinished = lines.pop() if block else b""
        if len(kept.unfinished) > LINE_LIMIT_BYTES:
            lines.append(kept.unfinished)
            kept.unfinished = b""
        for line in lines:
            if line.strip():
                self._write(kept.name, kept.colour, line)

    def _write(self, name: str, colour: str | None, data: str | bytes) -> None:
        moment = datetime.now(tz=UTC).astimezone()
        with suppress(OSError):
            self._printer.write(Message(type="line", data=data, time=moment, name=name, colour=colour))


def _reason(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
