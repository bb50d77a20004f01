"""The servers that an installation has not been given: started in order, ended in reverse."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ordercash.embedded.account import server_account
from ordercash.embedded.binaries import find_binaries
from ordercash.embedded.children import StopRequest
from ordercash.embedded.given import check_database, check_redis
from ordercash.embedded.home import (
    Home,
    forget_runtime_folder,
    make_runtime_folder,
    secret_key,
    write_run_file,
)
from ordercash.embedded.postgres import Postgres, check_cluster, settle_previous
from ordercash.embedded.refusal import Refusal
from ordercash.embedded.valkey import Valkey

SERVER_NAMES = ("DATABASE_URL", "REDIS_URL", "BROKER_URL")
RESTARTS = 40
RESTART_SECONDS = 0.5


@dataclass(slots=True)
class Servers:
    """What runs, and the environment that points the application at it."""

    env: dict[str, str]
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def end(self) -> None:
        """Valkey first, PostgreSQL last; each writes what it holds."""
        if self.valkey and "valkey" in self.running:
            self.valkey.end(self.running["valkey"])
        if self.postgres and "postgres" in self.running:
            self.postgres.end(self.running["postgres"])


@contextmanager
def started(
    home: Home, env: Mapping[str, str], checkout: Path, stop: StopRequest, *, throw_away: bool = False
) -> Iterator[Servers]:
    """Start PostgreSQL unless DATABASE_URL is set, Valkey unless REDIS_URL is set; end them on the way out."""
    servers = Servers(env=application_env(env, home, checkout))
    forget_runtime_folder(home)
    try:
        if env.get("DATABASE_URL"):
            check_database(env["DATABASE_URL"])
        if env.get("REDIS_URL"):
            check_redis(env["REDIS_URL"])
        if not (env.get("DATABASE_URL") and env.get("REDIS_URL")):
            _start(servers, home, env, stop, throw_away)
        yield servers
    finally:
        servers.end()
        forget_runtime_folder(home)


def application_env(env: Mapping[str, str], home: Home, checkout: Path) -> dict[str, str]:
    """The caller's environment, with the programs of this Python first and the installation's secret."""
    given = {name: value for name, value in env.items() if value or name not in SERVER_NAMES}
    programs = str(Path(sys.executable).parent)
    return {
        **given,
        "PATH": os.pathsep.join([programs, env.get("PATH", os.defpath)]),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(checkout), env.get("PYTHONPATH")])),
        "PYTHONUNBUFFERED": "1",
        "ORDERCASH_SECRET_KEY": env.get("ORDERCASH_SECRET_KEY") or secret_key(home),
    }


def _start(servers: Servers, home: Home, env: Mapping[str, str], stop: StopRequest, throw_away: bool) -> None:
    account = server_account(home.cluster, env.get("ORDERCASH_SERVER_ACCOUNT", ""))
    if not env.get("DATABASE_URL"):
        check_cluster(home, account)
        settle_previous(home, stop)
    binaries = find_binaries(account)
    sockets = make_runtime_folder(env, account)
    write_run_file(home, {"runtime": str(sockets)})
    if not env.get("DATABASE_URL"):
        servers.postgres = Postgres(home, account, binaries, sockets, throw_away)
        start_postgres(servers, servers.postgres, stop)
        servers.env["DATABASE_URL"] = servers.postgres.url
    if not env.get("REDIS_URL"):
        servers.valkey = Valkey(home, account, binaries, sockets)
        servers.running["valkey"] = servers.valkey.start()
        servers.valkey.wait_ready(servers.running["valkey"], stop)
        servers.env["REDIS_URL"] = servers.valkey.cache_url
        servers.env.setdefault("BROKER_URL", servers.valkey.broker_url)
    reach = {name: servers.env[name] for name in SERVER_NAMES if name in servers.env}
    write_run_file(home, {"runtime": str(sockets), "env": reach})


def start_postgres(servers: Servers, postgres: Postgres, stop: StopRequest) -> None:
    """Make the cluster when there is none, start it, and make the database when there is none."""
    postgres.make_cluster(stop)
    postgres.write_settings()
    for _ in range(RESTARTS):
        servers.running["postgres"] = postgres.start()
        if postgres.wait_ready(servers.running["postgres"], stop):
            postgres.make_database()
            return
        stop.check()
        time.sleep(RESTART_SECONDS)
    raise Refusal(
        "Sessions of a killed PostgreSQL server do not end: find them with `ps -ef | grep postgres`, end them."
    )
