"""PostgreSQL: broken data folders are refused; a killed server comes back with its data."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ordercash.embedded.account import Account, own_account, server_account
from ordercash.embedded.binaries import find_binaries
from ordercash.embedded.children import StopRequest
from ordercash.embedded.home import Home, make_runtime_folder, open_home
from ordercash.embedded.postgres import Postgres, check_cluster, settle_previous
from ordercash.embedded.refusal import Refusal
from ordercash.embedded.servers import Servers, start_postgres
from ordercash.embedded.valkey import Valkey


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(tmp_path / "a home")


def lay_cluster(home: Home, version: str = "18\n") -> None:
    for name in ("global", "base", "pg_wal"):
        (home.cluster / name).mkdir(parents=True)
    (home.cluster / "PG_VERSION").write_text(version)


def test_missing_and_empty_data_folders_are_welcome(home: Home) -> None:
    check_cluster(home, own_account())
    home.cluster.mkdir()
    check_cluster(home, own_account())


def test_whole_cluster_of_our_own_is_welcome(home: Home) -> None:
    lay_cluster(home)
    check_cluster(home, own_account())


def test_data_folder_that_is_no_cluster_is_refused(home: Home) -> None:
    home.cluster.mkdir()
    (home.cluster / "letters.txt").write_text("")
    with pytest.raises(Refusal, match=r"not a whole PostgreSQL cluster: .* ORDERCASH_HOME="):
        check_cluster(home, own_account())


def test_cluster_of_another_version_is_refused(home: Home) -> None:
    lay_cluster(home, "15\n")
    with pytest.raises(Refusal, match="made by PostgreSQL 15 and this is PostgreSQL 18"):
        check_cluster(home, own_account())


def test_cluster_of_another_user_is_refused(home: Home) -> None:
    lay_cluster(home)
    with pytest.raises(Refusal, match='belongs to another user than "stranger"'):
        check_cluster(home, Account(61234, 61234, "stranger"))


def test_file_in_place_of_the_data_folder_is_refused(home: Home) -> None:
    home.cluster.write_text("")
    with pytest.raises(Refusal, match="is a file where the data folder should be"):
        check_cluster(home, own_account())


def test_note_of_a_process_that_is_somebody_elses_is_dropped(home: Home) -> None:
    lay_cluster(home)
    note = home.cluster / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n")
    settle_previous(home, StopRequest())
    assert not note.exists()


class Run:
    """One start of the real server on a home."""

    def __init__(self, home: Home) -> None:
        account = server_account(home.cluster)
        self.sockets = make_runtime_folder({}, account)
        binaries = find_binaries(account)
        self.postgres = Postgres(home, account, binaries, self.sockets)
        self.valkey = Valkey(home, account, binaries, self.sockets)
        self.servers = Servers(env={}, postgres=self.postgres, valkey=self.valkey)

    def start(self) -> subprocess.Popen[bytes]:
        check_cluster(self.postgres.home, self.postgres.account)
        settle_previous(self.postgres.home, StopRequest())
        start_postgres(self.servers, self.postgres, StopRequest())
        return self.servers.running["postgres"]

    def query(self, statement: str) -> object:
        with self.postgres.connect("ordercash", "ordercash") as connection:
            row = connection.execute(statement).fetchone()
            return row[0] if row else None


@pytest.fixture
def runs(home: Home) -> Iterator[list[Run]]:
    made = [Run(home), Run(home)]
    yield made
    for run in made:
        run.servers.end()
        for left in run.sockets.iterdir():
            left.unlink()
        run.sockets.rmdir()


def test_killed_server_comes_back_with_what_was_committed(runs: list[Run]) -> None:
    first, second = runs
    server = first.start()
    with first.postgres.connect("ordercash", "ordercash") as connection:
        connection.execute("create table kept as select 42 as answer")
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    assert (second.postgres.home.cluster / "postmaster.pid").exists()
    second.start()
    assert second.query("select answer from kept") == 42
    settings = ("fsync", "synchronous_commit", "full_page_writes")
    assert [second.query(f"select current_setting('{name}')") for name in settings] == ["on"] * 3
    assert second.query("select rolsuper from pg_roles where rolname = current_user") is False
    second.servers.end()
    assert second.servers.running["postgres"].returncode == 0
    assert not (second.postgres.home.cluster / "postmaster.pid").exists()


def test_valkey_answers_on_its_socket_and_ends(runs: list[Run]) -> None:
    run = runs[0]
    server = run.servers.running["valkey"] = run.valkey.start()
    run.valkey.wait_ready(server, StopRequest())
    assert run.valkey.answers()
    started_at = time.monotonic()
    run.servers.end()
    assert server.returncode == 0
    assert time.monotonic() - started_at < 5
    assert not run.valkey.answers()
