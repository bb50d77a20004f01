"""Which account the servers run under: the caller's own, or, for root, one without rights.

PostgreSQL refuses to run as root. No account is created and no permission of a foreign folder is changed.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from ordercash.embedded.refusal import Refusal

UNPRIVILEGED = ("nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the machine; `borrowed` when root runs the servers under it."""

    uid: int
    gid: int
    name: str
    borrowed: bool = False

    @property
    def guard_word(self) -> str:
        """How the guard is told: `-` keeps the account it has."""
        return f"{self.uid}:{self.gid}" if self.borrowed else "-"

    def take(self, path: Path) -> None:
        """Hand one of our own files or folders to the account."""
        if self.borrowed:
            os.chown(path, self.uid, self.gid)


def own_account() -> Account:
    """The account that runs this process."""
    uid, gid = os.geteuid(), os.getegid()
    try:
        return Account(uid, gid, pwd.getpwuid(uid).pw_name)
    except KeyError:
        raise Refusal(
            f"User number {uid} has no entry in /etc/passwd, and PostgreSQL needs one: "
            "add the entry, or set DATABASE_URL to a server that runs elsewhere."
        ) from None


def server_account(cluster: Path, wanted: str = "") -> Account:
    """The account for the servers of this cluster.

    An ordinary user runs them itself. Root runs them under the owner of an existing cluster, else under `wanted`
    (ORDERCASH_SERVER_ACCOUNT), else under an account without rights that every system has.
    """
    own = own_account()
    if own.uid != 0:
        return own
    owner = _owner(cluster)
    if owner is not None:
        return owner
    for name in [wanted] if wanted else UNPRIVILEGED:
        found = _borrowed(name)
        if found is not None:
            return found
    raise Refusal(
        "PostgreSQL does not run as root and no account without rights was found: "
        "name an existing one with ORDERCASH_SERVER_ACCOUNT=name, or start OrderCash as an ordinary user."
    )


def _owner(cluster: Path) -> Account | None:
    try:
        status = cluster.stat()
        entry = pwd.getpwuid(status.st_uid)
    except (FileNotFoundError, KeyError):
        return None
    return Account(status.st_uid, status.st_gid, entry.pw_name, borrowed=True) if status.st_uid else None


def _borrowed(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name, borrowed=True) if entry.pw_uid else None


def reaches(account: Account, path: Path) -> bool:
    """Whether the account can walk through every folder above `path` and read `path` itself."""
    if not account.borrowed:
        return os.access(path, os.R_OK)
    return all(_allowed(account, folder, 0o1) for folder in path.parents) and _allowed(account, path, 0o4)


def _allowed(account: Account, path: Path, bit: int) -> bool:
    status = path.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & bit << 6)
    if status.st_gid == account.gid:
        return bool(status.st_mode & bit << 3)
    return bool(status.st_mode & bit)
