"""Make the virtual environment and install pinned packages into it, only when something changed.

Run as a file by the machine's own Python, before anything is installed: `python3 venv.py FOLDER REQUIREMENTS`.
"""

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    folder, requirements = (Path(word).absolute() for word in arguments)
    mark = folder / f"installed-{requirements.stem}"
    wanted = fingerprint(folder, requirements)
    if is_current(mark, wanted):
        return 0
    with requirements.open() as alone:  # two starts side by side install one after the other
        fcntl.flock(alone, fcntl.LOCK_EX)
        if is_current(mark, wanted):
            return 0
        problem = make(folder, wanted.partition(" ")[0]) or install(folder, requirements)
        if problem:
            print(f"OrderCash: {problem}", file=sys.stderr)
            return 1
        mark.write_text(wanted)
    return 0


def fingerprint(folder: Path, requirements: Path) -> str:
    """Where the environment lies and what is in it: a moved one must be made anew, its scripts name their place."""
    place = hashlib.sha256(os.fsencode(folder)).hexdigest()
    content = hashlib.sha256(requirements.read_bytes()).hexdigest()
    return f"{place} {content}\n"


def is_current(mark: Path, wanted: str) -> bool:
    """Whether this list is installed here, by a Python that still works."""
    python = mark.parent / "bin/python"
    return mark.is_file() and mark.read_text() == wanted and works(python)


def works(python: Path) -> bool:
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-c", check], check=False, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def make(folder: Path, place: str) -> str | None:
    """Make the environment unless a good one lies there; returns what is wrong, in a sentence."""
    marks = sorted(folder.glob("installed-*"))
    if marks and works(folder / "bin/python") and all(mark.read_text().startswith(place) for mark in marks):
        return None
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"{sys.executable} cannot make virtual environments: "
            f"install that part of Python (Debian and Ubuntu: apt-get install python{version}-venv), then try again."
        )
    print(f"Making {folder} …", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=False).returncode != 0:
        return f'The folder "{folder}" could not be made: see the lines above, or name another one with VENV=/path.'
    return None


def install(folder: Path, requirements: Path) -> str | None:
    """Install the pinned list; returns what is wrong, in a sentence."""
    print(f"Installing {requirements.name} …", flush=True)
    pip: list[str | Path] = [folder / "bin/python", "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
    if subprocess.run([*pip, "--requirement", requirements], check=False).returncode != 0:
        return (
            f"The packages of {requirements.name} could not be installed: the lines above say why; "
            "the same command tries again."
        )
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
