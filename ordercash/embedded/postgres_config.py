"""The text of PostgreSQL's configuration files, by the size of the machine.

`fsync`, `synchronous_commit` and `full_page_writes` are left at `on`, always.
"""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

MEGABYTE = 1024 * 1024
CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
INCLUDE_LINE = "include = 'ordercash.conf'\n"


def memory_bytes() -> int:
    """What this machine, or the container we are in, may use."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in CGROUP_LIMITS:
        with contextlib.suppress(OSError, ValueError):
            total = min(total, int(path.read_text()))
    return total


def render_settings(*, socket_folder: Path, memory: int, compression: str | None) -> str:
    """`ordercash.conf`: rewritten at every start; `memory` in bytes, `compression` what the build can do."""
    shared_buffers = min(max(memory // 16 // MEGABYTE, 128), 1024)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{shared_buffers}MB",
        "effective_cache_size": f"{max(memory // 2 // MEGABYTE, 256)}MB",
        "maintenance_work_mem": "128MB",
        "work_mem": "16MB",
        "min_wal_size": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_compression": compression or "off",
        "random_page_cost": "1.1",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_lock_waits": "on",
    }
    return "".join(f"{name} = {_quoted(value)}\n" for name, value in settings.items())


def render_access() -> str:
    """`pg_hba.conf`: over the socket only, and only accounts that the map names; no password exists."""
    lines = [
        "# type database user method",
        "local all all peer map=ordercash",
        "local replication all peer map=ordercash",
    ]
    return "\n".join(lines) + "\n"


def render_account_map(names: Sequence[str]) -> str:
    """`pg_ident.conf`: these accounts of the machine may be the application and the superuser."""
    roles = ("ordercash", "postgres")
    return "".join(f'ordercash "{name}" {role}\n' for name in dict.fromkeys(names) for role in roles)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
