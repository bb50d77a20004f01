"""/healthz: whether this process can reach what it needs; for load balancers and the launcher."""

import time

import redis
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

PROBE = "healthz"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database and Redis answer, 503 naming which does not."""
    checks = {"database": _database_answers(), "redis": _redis_answers()}
    healthy = all(checks.values())
    body = {
        "status": "ok" if healthy else "failing",
        "checks": {name: "ok" if ok else "failing" for name, ok in checks.items()},
    }
    return JsonResponse(body, status=200 if healthy else 503, headers={"Cache-Control": "no-store"})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except (DatabaseError, InterfaceError, OSError):
        return False


def _redis_answers() -> bool:
    token = str(time.monotonic_ns())
    try:
        cache.set(PROBE, token, timeout=10)
        return cache.get(PROBE) is not None
    except (redis.RedisError, OSError):
        return False
