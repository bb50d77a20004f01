"""Servers that somebody else runs, named by DATABASE_URL and REDIS_URL."""

import psycopg
import redis

from ordercash.embedded.refusal import Refusal

OLDEST_POSTGRES = 15
PATIENCE_SECONDS = 10


def check_database(url: str) -> None:
    """Refuse a server that does not answer or is too old."""
    try:
        with psycopg.connect(url, connect_timeout=PATIENCE_SECONDS) as connection:
            major = connection.info.server_version // 10000
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[-1]
        raise Refusal(
            f"The database that DATABASE_URL names cannot be used ({reason}): correct the address or start the server, "
            "or unset DATABASE_URL to use the PostgreSQL that comes with OrderCash."
        ) from None
    if major < OLDEST_POSTGRES:
        raise Refusal(f"DATABASE_URL names PostgreSQL {major}; OrderCash needs {OLDEST_POSTGRES} or newer.")


def check_redis(url: str) -> None:
    """Refuse a server that does not answer."""
    try:
        redis.Redis.from_url(url, socket_connect_timeout=PATIENCE_SECONDS).ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise Refusal(
            f"The server that REDIS_URL names cannot be used ({error}): correct the address or start the server, "
            "or unset REDIS_URL to use the Valkey that comes with OrderCash."
        ) from None
