"""The home: where it lies, who holds it, what it keeps."""

import os
import stat
from pathlib import Path

import pytest

from ordercash.embedded import home as rooms
from ordercash.embedded.account import Account
from ordercash.embedded.home import Home, home_folder, locked, make_runtime_folder, open_home, runtime_parents
from ordercash.embedded.refusal import Refusal

OWN = Account(os.geteuid(), os.getegid(), "me")


@pytest.mark.parametrize(
    ("env", "folder"),
    [
        ({}, "/srv/oc/.ordercash"),
        ({"ORDERCASH_HOME": ""}, "/srv/oc/.ordercash"),
        ({"ORDERCASH_HOME": "data"}, "/srv/oc/data"),
        ({"ORDERCASH_HOME": "/var/my data"}, "/var/my data"),
    ],
)
def test_home_is_the_named_folder_or_one_in_the_checkout(env: dict[str, str], folder: str) -> None:
    assert home_folder(env, Path("/srv/oc")) == Path(folder)


def test_home_is_made_with_its_parents(tmp_path: Path) -> None:
    home = open_home(tmp_path / "a b" / "home")
    assert home.postgres.is_dir()
    assert home.cluster.parent == home.postgres


def test_home_that_is_a_file_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(Refusal, match=r'"[^"]+home" cannot be written .* ORDERCASH_HOME='):
        open_home(tmp_path / "home")


def test_secret_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    key = rooms.secret_key(home)
    assert len(key) >= 60
    assert rooms.secret_key(home) == key
    assert stat.S_IMODE((home.folder / "secret_key").stat().st_mode) == 0o600


def test_damaged_secret_key_is_refused(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    (home.folder / "secret_key").write_text("short")
    with pytest.raises(Refusal, match="does not hold a secret key"):
        rooms.secret_key(home)


def test_second_holder_is_told_who_is_the_first(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    assert not rooms.is_running(home)
    with locked(home, "http://127.0.0.1:8000/"):
        assert rooms.is_running(home)
        with pytest.raises(Refusal, match=rf"process {os.getpid()}, http://127.0.0.1:8000/"), locked(home, "other"):
            pass
    assert not rooms.is_running(home)


def test_unclean_end_is_noticed_by_the_next_holder(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    with locked(home, "first") as unclean:
        assert not unclean
    home.lock_file.write_text("process 1, gone\n")
    with locked(home, "second") as unclean:
        assert unclean


def test_sockets_lie_in_a_short_private_folder() -> None:
    folder = make_runtime_folder({"XDG_RUNTIME_DIR": "/" + "x" * 90}, OWN)
    try:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(f"{folder}/.s.PGSQL.5432") <= rooms.SOCKET_PATH_LIMIT
    finally:
        folder.rmdir()


def test_runtime_folder_of_the_session_is_used_for_its_owner_only() -> None:
    env = {"XDG_RUNTIME_DIR": "/run/user/1000"}
    assert runtime_parents(env, OWN)[0] == Path("/run/user/1000")
    assert runtime_parents(env, Account(65534, 65534, "nobody", borrowed=True))[0] == Path("/tmp")
    assert Path("/run/a b") not in runtime_parents({"XDG_RUNTIME_DIR": "/run/a b"}, OWN)


def test_note_of_a_run_is_private_and_forgotten_with_its_sockets(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    sockets = tmp_path / "ordercash-12345678"
    sockets.mkdir()
    rooms.write_run_file(home, {"runtime": str(sockets), "env": {"DATABASE_URL": "x"}})
    assert stat.S_IMODE(home.run_file.stat().st_mode) == 0o600
    assert rooms.read_run_file(home)["env"] == {"DATABASE_URL": "x"}
    rooms.forget_runtime_folder(home)
    assert not sockets.exists()
    assert rooms.read_run_file(home) == {}


def test_foreign_folder_in_the_note_is_left_alone(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    foreign = tmp_path / "documents"
    foreign.mkdir()
    rooms.write_run_file(home, {"runtime": str(foreign)})
    rooms.forget_runtime_folder(home)
    assert foreign.exists()


def test_large_log_is_kept_once_as_old(tmp_path: Path) -> None:
    home = open_home(tmp_path / "home")
    home.log("postgres").write_bytes(b"x" * (rooms.LOG_LIMIT_BYTES + 1))
    os.close(rooms.open_log(home, "postgres"))
    assert home.log("postgres").stat().st_size == 0
    assert home.log("postgres").with_suffix(".old").exists()


def test_log_tail_of_nothing_is_empty() -> None:
    assert rooms.log_tail(Home(Path("/nonexistent")), "postgres") == ""
