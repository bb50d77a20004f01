"""Configuration: everything that differs between installations, read once from the environment.

A wrong value is refused at start with the name of the variable and what it should be.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}
# A statement that a connection sends this often is prepared there (psycopg's own measure).
PREPARED_FROM_USES = 5


@dataclass(frozen=True, slots=True)
class Config:
    """One installation. URLs are as given; `database` is Django's connection dictionary."""

    secret_key: str
    debug: bool
    allowed_hosts: tuple[str, ...]
    csrf_trusted_origins: tuple[str, ...]
    database: Mapping[str, object]
    redis_url: str
    broker_url: str
    secure: bool
    log_format: str
    test_clock: bool
    gather_orders: bool
    document_fonts: str
    trusted_proxies: int
    wms_hosts: tuple[str, ...]
    wms_secrets: Mapping[str, tuple[str, ...]]

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Config":
        """Read the installation's settings; raises ImproperlyConfigured naming the variable at fault."""
        env = os.environ if env is None else env
        debug = _flag(env, "ORDERCASH_DEBUG", default=False)
        redis_url = env.get("REDIS_URL", "redis://127.0.0.1:6379/0")
        secure = _flag(env, "ORDERCASH_SECURE", default=False)
        return cls(
            secret_key=_secret_key(env, debug=debug),
            debug=debug,
            allowed_hosts=_words(env, "ORDERCASH_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]"),
            csrf_trusted_origins=_words(env, "ORDERCASH_CSRF_TRUSTED_ORIGINS", ""),
            database=_database(
                env.get("DATABASE_URL", "postgres://ordercash@127.0.0.1:5432/ordercash"), _pool_size(env)
            ),
            redis_url=redis_url,
            broker_url=env.get("BROKER_URL", _celery_url(redis_url)),
            secure=secure,
            log_format=env.get("ORDERCASH_LOG_FORMAT", "console"),
            test_clock=_flag(env, "ORDERCASH_TEST_CLOCK", default=False),
            gather_orders=_flag(env, "ORDERCASH_GATHER_ORDERS", default=True),
            document_fonts=env.get("ORDERCASH_DOCUMENT_FONTS", ""),
            trusted_proxies=_whole(env, "ORDERCASH_TRUSTED_PROXIES", 0, 10, "a whole number from 0 (none) to 10"),
            wms_hosts=tuple(host.lower() for host in _words(env, "ORDERCASH_WMS_HOSTS", "")),
            wms_secrets=_wms_secrets(env),
        )


def _flag(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    word = env.get(name, "true" if default else "").strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {word!r}.")


def _words(env: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in env.get(name, default).split(",") if word.strip())


def _secret_key(env: Mapping[str, str], *, debug: bool) -> str:
    key = env.get("ORDERCASH_SECRET_KEY", "")
    if len(key) >= 40:
        return key
    if debug and not key:
        return "development-only-" + "0" * 40
    raise ImproperlyConfigured("ORDERCASH_SECRET_KEY must hold at least 40 random characters.")


def _wms_secrets(env: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """Return the secrets shared with warehouse systems by name; of several the first signs, all of them are believed."""
    prefix = "ORDERCASH_WMS_SECRET_"
    found = {name.removeprefix(prefix): _words(env, name, "") for name in sorted(env) if name.startswith(prefix)}
    for name, secrets in found.items():
        if not secrets or any(len(secret) < 16 for secret in secrets):
            raise ImproperlyConfigured(
                f"{prefix}{name} must hold secrets of at least 16 characters, with commas between."
            )
    return found


def _pool_size(env: Mapping[str, str]) -> int:
    return _whole(env, "ORDERCASH_DB_POOL", 20, 1000, "a whole number from 0 (no pool) to 1000")


def _whole(env: Mapping[str, str], name: str, default: int, most: int, words: str) -> int:
    word = env.get(name, str(default)).strip()
    if not (word.isascii() and word.isdigit()) or int(word) > most:
        raise ImproperlyConfigured(f"{name} must be {words}, not {word!r}.")
    return int(word)


def _prepare_threshold(options: Mapping[str, object]) -> int | None:
    """Return from how many uses on a statement is prepared; Django would prepare none. 0 in the URL: none, for poolers that cannot."""
    uses = str(options.get("prepare_threshold", PREPARED_FROM_USES))
    if not uses.isdecimal():
        raise ImproperlyConfigured("prepare_threshold in DATABASE_URL must be a whole number; 0 prepares nothing.")
    return int(uses) or None


def _database(url: str, pool_size: int) -> Mapping[str, object]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must be postgres://user:password@host:port/name (PostgreSQL 15+).")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    options: dict[str, object] = {key: unquote(value) for key, value in query.items() if key != "host"}
    options["prepare_threshold"] = _prepare_threshold(options)
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
    }


def _celery_url(redis_url: str) -> str:
    """Celery spells a Unix socket of Redis `redis+socket://`."""
    return redis_url.replace("unix://", "redis+socket://", 1) if redis_url.startswith("unix://") else redis_url
