"""Which account runs the servers, and what it can reach."""

import os
from pathlib import Path

import pytest

from ordercash.embedded.account import Account, reaches, server_account
from ordercash.embedded.refusal import Refusal

STRANGER = Account(61234, 61234, "stranger", borrowed=True)


@pytest.fixture
def open_path(tmp_path: Path) -> Path:
    """A file that everybody can reach, below folders of our own."""
    for folder in [*tmp_path.parents, tmp_path]:
        if folder.stat().st_uid == os.geteuid() and folder.name.startswith(("pytest-", "popen-", tmp_path.name)):
            folder.chmod(0o755)
    path = tmp_path / "file"
    path.write_text("")
    path.chmod(0o644)
    return path


def test_stranger_reaches_what_is_open(open_path: Path) -> None:
    assert reaches(STRANGER, open_path)


def test_stranger_does_not_pass_a_private_folder(open_path: Path) -> None:
    open_path.parent.chmod(0o700)
    assert not reaches(STRANGER, open_path)


def test_stranger_does_not_read_a_private_file(open_path: Path) -> None:
    open_path.chmod(0o600)
    assert not reaches(STRANGER, open_path)


def test_group_and_owner_have_their_own_rights(open_path: Path) -> None:
    status = open_path.stat()
    open_path.chmod(0o240)
    assert not reaches(Account(status.st_uid, 61234, "owner", borrowed=True), open_path)
    assert reaches(Account(61234, status.st_gid, "member", borrowed=True), open_path)


def test_ordinary_user_runs_the_servers_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    account = server_account(tmp_path / "none")
    assert not account.borrowed
    assert account.guard_word == "-"


def test_root_borrows_an_account_without_rights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    account = server_account(tmp_path / "none")
    assert account.borrowed
    assert account.uid != 0


@pytest.mark.parametrize("name", ["root", "no-such-account"])
def test_root_refuses_an_account_that_will_not_do(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(Refusal, match="ORDERCASH_SERVER_ACCOUNT"):
        server_account(tmp_path / "none", name)


def test_user_without_a_name_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 61234)
    with pytest.raises(Refusal, match="/etc/passwd"):
        server_account(tmp_path / "none")
