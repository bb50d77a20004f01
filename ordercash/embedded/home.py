"""The home: the one folder that holds everything an installation keeps on this machine.

lock              held while OrderCash runs; who holds it and where it answers
secret_key        made once, readable by its owner alone
run.json          while it runs: how other commands reach the servers
postgres/data     the PostgreSQL cluster; postgres/demo-loaded says that demo data was loaded into it
valkey            the last snapshot of the broker and cache
log               what PostgreSQL and Valkey say
"""

import fcntl
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ordercash.embedded.account import Account
from ordercash.embedded.refusal import Refusal

DEFAULT_NAME = ".ordercash"
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"
RUNTIME_PREFIX = "ordercash-"
LOG_LIMIT_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Home:
    """Paths inside one home."""

    folder: Path

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def cluster(self) -> Path:
        return self.postgres / "data"

    @property
    def demo_mark(self) -> Path:
        return self.postgres / "demo-loaded"

    @property
    def valkey(self) -> Path:
        return self.folder / "valkey"

    @property
    def run_file(self) -> Path:
        return self.folder / "run.json"

    @property
    def lock_file(self) -> Path:
        return self.folder / "lock"

    def log(self, name: str) -> Path:
        return self.folder / "log" / f"{name}.log"


def home_folder(env: Mapping[str, str], checkout: Path) -> Path:
    """ORDERCASH_HOME, taken from the checkout when relative; `.ordercash` in the checkout when not set."""
    return checkout / Path(env.get("ORDERCASH_HOME") or DEFAULT_NAME).expanduser()


def open_home(folder: Path) -> Home:
    """Make the folder when it is missing and see that it can be written."""
    home = Home(folder)
    mode = 0o711 if os.geteuid() == 0 else 0o700
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(mode)
        home.postgres.mkdir(exist_ok=True)
        home.log("postgres").parent.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return home
    except OSError as error:
        raise Refusal(
            f'The home folder "{folder}" cannot be written ({error.strerror}): '
            "make it writable for this user, or name another one with ORDERCASH_HOME=/path."
        ) from None


@contextmanager
def locked(home: Home, address: str) -> Iterator[bool]:
    """Hold the home for one launcher; yields whether the one before it ended uncleanly."""
    descriptor = os.open(home.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 200).decode(errors="replace").strip() or "another process"
            raise Refusal(
                f'OrderCash already runs with the home "{home.folder}" ({holder}): stop it there with Ctrl-C, '
                "or start a second one with another ORDERCASH_HOME and PORT."
            ) from None
        unclean = bool(os.read(descriptor, 1))
        _write_holder(descriptor, f"process {os.getpid()}, {address}\n")
        yield unclean
        _write_holder(descriptor, "")
    finally:
        os.close(descriptor)


def is_running(home: Home) -> bool:
    """Whether a launcher holds this home now."""
    try:
        descriptor = os.open(home.lock_file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)


def _write_holder(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)


def secret_key(home: Home) -> str:
    """The installation's secret key, made on the first start."""
    path = home.folder / "secret_key"
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
    key = path.read_text().strip()
    if len(key) < 40:
        raise Refusal(
            f'The file "{path}" does not hold a secret key: put back the one from a backup, '
            "or delete the file to get a new one (everybody signs in again)."
        )
    return key


def write_run_file(home: Home, facts: Mapping[str, object]) -> None:
    """Leave for other commands how the servers are reached; only the owner can read it."""
    partial = home.run_file.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(facts, file)
    partial.replace(home.run_file)


def read_run_file(home: Home) -> dict[str, object]:
    """What the last launcher left; empty when it ended cleanly or never ran."""
    try:
        facts = json.loads(home.run_file.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def runtime_parents(env: Mapping[str, str], account: Account) -> list[Path]:
    """Where a short private folder for sockets may lie, best first."""
    own = [] if account.borrowed or not env.get("XDG_RUNTIME_DIR") else [Path(env["XDG_RUNTIME_DIR"])]
    places = [*own, Path("/tmp"), Path(tempfile.gettempdir())]  # noqa: S108 - only a parent; mkdtemp makes the folder
    room = SOCKET_PATH_LIMIT - len(f"/{RUNTIME_PREFIX}12345678/{LONGEST_SOCKET_NAME}")
    return [place for place in places if len(os.fsencode(place)) <= room and not set(str(place)) & set("'\",\\ ")]


def make_runtime_folder(env: Mapping[str, str], account: Account) -> Path:
    """A new folder for sockets that only the account of the servers (and root) can enter."""
    for parent in runtime_parents(env, account):
        with suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix=RUNTIME_PREFIX, dir=parent))
            account.take(folder)
            return folder
    raise Refusal(
        "No place for the servers' sockets was found: make /tmp writable, or set XDG_RUNTIME_DIR to a short path."
    )


def forget_runtime_folder(home: Home) -> None:
    """Remove the folder for sockets that the last launcher made, and the note of it."""
    folder = read_run_file(home).get("runtime")
    if isinstance(folder, str) and Path(folder).name.startswith(RUNTIME_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)
    home.run_file.unlink(missing_ok=True)


def open_log(home: Home, name: str) -> int:
    """Open a server's log for appending; one that has grown large is kept once as `.old`."""
    path = home.log(name)
    with suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(".old"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def log_tail(home: Home, name: str, lines: int = 3) -> str:
    """The last lines of a server's log, for a message."""
    with suppress(FileNotFoundError):
        return "\n".join(home.log(name).read_text(errors="replace").splitlines()[-lines:])
    return ""
