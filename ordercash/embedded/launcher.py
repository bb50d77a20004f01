"""What the commands of `python -m ordercash.embedded` do."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from ordercash.embedded.browser import NONE, find_browser
from ordercash.embedded.children import Stopped, StopRequest, end_child, start_child, wait_child
from ordercash.embedded.home import Home, home_folder, is_running, locked, open_home, read_run_file
from ordercash.embedded.ports import answers, check_port, wanted_port
from ordercash.embedded.processes import Supervisor, process_command, read_procfile
from ordercash.embedded.refusal import Refusal
from ordercash.embedded.servers import Servers, application_env, started
from ordercash.embedded.terminal import tell

CHECKOUT = Path(__file__).resolve().parents[2]
UNCLEAN_PORT_PATIENCE_SECONDS = 10.0
FALSE_WORDS = {"0", "no", "false", "off"}


def run(env: Mapping[str, str]) -> int:
    """Everything on this machine, in the foreground, until Ctrl-C."""
    stop = StopRequest()
    stop.listen()
    port = wanted_port(env)
    address = f"http://127.0.0.1:{port}/"
    home = open_home(home_folder(env, CHECKOUT))
    with suppress(Stopped), locked(home, address) as unclean:
        check_port(port, patience_seconds=UNCLEAN_PORT_PATIENCE_SECONDS if unclean else 0)
        with started(home, {**env, "PORT": str(port)}, CHECKOUT, stop) as servers:
            users = prepare(home, servers, stop)
            serve(home, servers, port, users, stop)
    tell("OrderCash has stopped; the data is kept.")
    return 0


def wants_demo(env: Mapping[str, str], *, embedded: bool) -> bool:
    """ORDERCASH_DEMO; when not set, demo data goes into our own PostgreSQL and never into somebody else's."""
    word = env.get("ORDERCASH_DEMO", "").strip().lower()
    return word not in FALSE_WORDS if word else embedded


def prepare(home: Home, servers: Servers, stop: StopRequest) -> str:
    """Migrate, synchronise the roles, load the demo data once; returns the table of demo users, if any."""
    embedded = servers.postgres is not None
    demo = wants_demo(servers.env, embedded=embedded)
    load = demo and not (embedded and home.demo_mark.exists())
    options = [*(["--load-demo"] if load else []), *(["--show-users"] if demo else [])]
    tell("Preparing the database …")
    with tempfile.TemporaryFile() as output:
        program = [sys.executable, "-m", "ordercash.embedded.prepare", *options]
        child = start_child(program, cwd=CHECKOUT, env=servers.env, stdout=output.fileno())
        if wait_child(child, stop) != 0:
            raise Refusal("The database could not be prepared; the lines above say why. What was done so far is kept.")
        if load and embedded:
            home.demo_mark.touch()
        output.seek(0)
        return output.read().decode(errors="replace").strip()


def serve(home: Home, servers: Servers, port: int, users: str, stop: StopRequest) -> None:
    """Keep the processes of the Procfile and the servers running; say when the first page can be read."""
    supervisor = Supervisor(stop)
    names = list(read_procfile(CHECKOUT))
    if servers.postgres:
        supervisor.keep("postgres", servers.postgres.start, servers.running["postgres"])
    if servers.valkey:
        supervisor.keep("valkey", servers.valkey.start, servers.running["valkey"])
    for name in names:
        supervisor.keep(name, partial(start_process, name, servers.env))
    greeting = Greeting(port, welcome(home, servers, port, users))
    try:
        supervisor.run(greeting.look)
    finally:
        tell("\nStopping …")
        supervisor.end(names)
        servers.running = {name: child for name in servers.running if (child := supervisor.child(name))}


def start_process(name: str, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """One process of the Procfile, with its words in a pipe."""
    command = process_command(CHECKOUT, name)
    return start_child(command, cwd=CHECKOUT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Greeting:
    """Say once that OrderCash answers; say now and then that it does not yet."""

    def __init__(self, port: int, text: str) -> None:
        self._port = port
        self._text = text
        self._look_at = time.monotonic()
        self._given = False

    def look(self) -> None:
        if self._given or time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + 0.5
        if answers(self._port):
            self._given = True
            tell(self._text)


def welcome(home: Home, servers: Servers, port: int, users: str) -> str:
    """Where it answers, who can sign in, where the data lies, how to stop."""
    data = str(home.cluster) if servers.postgres else "in the server that DATABASE_URL names"
    logs = f"Logs    here; those of the servers in {home.log('postgres').parent}"
    lines = ["", f"OrderCash is ready:  http://127.0.0.1:{port}/", ""]
    if users:
        lines += ["Sign in as one of the demo users:", "", *(f"  {line}" for line in users.splitlines()), ""]
    else:
        lines += ["No demo data was asked for; make the first user with: make manage ARGS=createsuperuser", ""]
    return "\n".join([*lines, f"Data    {data}", logs, "Stop    Ctrl-C", ""])


def execute(env: Mapping[str, str], command: Sequence[str]) -> int:
    """Run a command against the home's servers; they are started for it when they do not run."""
    home = open_home(home_folder(env, CHECKOUT))
    if is_running(home):
        given = read_run_file(home).get("env")
        if not isinstance(given, dict):
            raise Refusal("OrderCash is still starting with this home: try again in a moment.")
        child_env = {**application_env(env, home, CHECKOUT), **{k: v for k, v in given.items() if not env.get(k)}}
        os.chdir(CHECKOUT)
        os.execvpe(command[0], list(command), child_env)  # noqa: S606 - running the caller's command is the purpose
    stop = StopRequest()
    stop.listen()
    with locked(home, "for one command"), started(home, env, CHECKOUT, stop) as servers:
        return attended(command, servers.env, stop)


def test(env: Mapping[str, str], command: Sequence[str]) -> int:
    """Run a command against servers that are thrown away afterwards; returns its exit code."""
    stop = StopRequest()
    stop.listen()
    folder = Path(tempfile.mkdtemp(prefix="ordercash-test-"))
    folder.chmod(0o711)
    try:
        with started(open_home(folder / "home"), env, CHECKOUT, stop, throw_away=True) as servers:
            return attended(command, servers.env, stop)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_tests(env: Mapping[str, str], arguments: Sequence[str]) -> int:
    """The test suite, with the browser found before a long run begins."""
    browser = find_browser(env)
    left_out = ["--ignore=tests/browser"] if browser == NONE else []
    return test({**env, "ORDERCASH_BROWSER": browser}, [sys.executable, "-m", "pytest", *left_out, *arguments])


def attended(command: Sequence[str], env: Mapping[str, str], stop: StopRequest) -> int:
    """Run a command in our own terminal session; it hears Ctrl-C itself, and SIGTERM through us."""
    child = start_child(command, cwd=CHECKOUT, env=env, own_session=False, stdin=None)
    told = False
    while child.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=0.1)
        if stop.signal is not None and not told:
            told = True
            if stop.signal != signal.SIGINT:
                child.send_signal(stop.signal)
        if stop.hurry:
            end_child(child, [(signal.SIGTERM, 2.0)])
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def process(env: Mapping[str, str], name: str) -> int:
    """Turn into one process of the Procfile, as a container or a service manager wants it."""
    command = process_command(CHECKOUT, name)
    path = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)])
    os.chdir(CHECKOUT)
    os.execve(command[0], command, {**env, "PATH": path})  # noqa: S606 - turning into the program is the purpose
