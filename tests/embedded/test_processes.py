"""Processes are printed, started again, and ended together."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ordercash.embedded import processes
from ordercash.embedded.children import StopRequest, start_child
from ordercash.embedded.processes import Supervisor, process_command, read_procfile, restart_delay
from ordercash.embedded.refusal import Refusal

CHECKOUT = Path(__file__).resolve().parents[2]
Starter = Callable[[], subprocess.Popen[bytes]]


def python(code: str) -> Starter:
    program = [sys.executable, "-u", "-c", code]
    return lambda: start_child(program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def watch(supervisor: Supervisor, stop: StopRequest, until: Callable[[], bool], seconds: float = 15.0) -> None:
    """Run the loop until something is so; a minute's patience would hide a fault."""
    deadline = time.monotonic() + seconds

    def look() -> None:
        if until() or time.monotonic() > deadline:
            stop.signal = 2

    supervisor.run(look)
    assert until()


def test_the_first_end_is_mended_at_once_and_delays_double_up_to_half_a_minute() -> None:
    assert [restart_delay(failures) for failures in (1, 2, 3, 4, 5, 6, 7, 60)] == [0, 1, 2, 4, 8, 16, 30, 30]


def test_procfile_names_the_four_processes() -> None:
    assert list(read_procfile(CHECKOUT)) == ["web", "worker", "beat", "relay"]


def test_process_takes_the_place_of_its_shell() -> None:
    shell, option, line = process_command(CHECKOUT, "relay")
    assert (shell, option) == ("/bin/sh", "-c")
    assert line.startswith("exec ")


def test_unknown_process_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Refusal, match="web, worker, beat, relay"):
        process_command(CHECKOUT, "cron")


def test_lines_carry_the_name_of_their_process(capsys: pytest.CaptureFixture[str]) -> None:
    stop = StopRequest()
    supervisor = Supervisor(stop)
    said: list[str] = []
    # One write: with two, the end could be asked for between them.
    supervisor.keep("worker", python(r"import os, time; os.write(1, b'ready\nhalf'); time.sleep(60)"))

    def is_ready() -> bool:
        said.append(capsys.readouterr().out)
        return "ready" in "".join(said)

    watch(supervisor, stop, is_ready)
    supervisor.end(["worker"])
    out = "".join(said) + capsys.readouterr().out
    assert "worker" in next(line for line in out.splitlines() if line.endswith("| ready"))
    assert any(line.endswith("| half") for line in out.splitlines())


def test_ended_process_is_started_again_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "restart_delay", lambda failures: 0.1)
    stop = StopRequest()
    supervisor = Supervisor(stop)
    starts: list[subprocess.Popen[bytes]] = []

    def failing() -> subprocess.Popen[bytes]:
        starts.append(python("raise SystemExit(3)")())
        return starts[-1]

    supervisor.keep("steady", python("import time; time.sleep(60)"))
    supervisor.keep("failing", failing)
    watch(supervisor, stop, lambda: len(starts) >= 3)
    steady = supervisor.child("steady")
    assert steady is not None
    assert steady.poll() is None
    supervisor.end(["steady", "failing"])
    assert steady.poll() is not None


def test_process_that_will_not_end_is_killed_with_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "END_SECONDS", 0.5)
    stop = StopRequest()
    supervisor = Supervisor(stop)
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(60)"
    said: list[bool] = []
    monkeypatch.setattr(Supervisor, "_write", lambda *words: said.append(True))
    supervisor.keep("deaf", python(code))
    watch(supervisor, stop, lambda: bool(said))
    supervisor.end(["deaf"])
    child = supervisor.child("deaf")
    assert child is not None
    assert child.returncode == -9
