"""Start one program so that it cannot outlive the process that started it.

Run as a file, before any account is dropped: `python -I -S guard.py PARENT SIGNAL UID:GID SESSION PROGRAM ARGS…`.
It opens a session of its own (SESSION is `own`), becomes the account, asks the kernel for SIGNAL when its
parent ends, and turns into the program. The order matters: a change of account clears that request.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(account: str) -> None:
    """Give up root for `UID:GID`; `-` stays as it is."""
    if account == "-":
        return
    uid, gid = (int(part) for part in account.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def end_with_parent(parent: int, end_signal: int) -> None:
    """Linux tells the process when its parent has ended; elsewhere the launcher's own tidying must do."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, end_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main(arguments: list[str]) -> None:
    parent, end_signal, account, session, *program = arguments
    if session == "own":
        os.setsid()
    become(account)
    end_with_parent(int(parent), int(end_signal))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    os.execvp(program[0], program)  # noqa: S606 - turning into the program is what this file is for


if __name__ == "__main__":
    main(sys.argv[1:])
