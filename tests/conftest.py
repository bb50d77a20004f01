"""Fixtures of the whole suite."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import HealthCheck, settings

from apps.rulebooks.contract import forget_cached_rulebooks
from ordercash.kernel import remembered
from ordercash.kernel.remembered import forget_everything

# A slow machine is no fault of the code. The same examples in every run; `make full` draws new ones.
settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=not os.environ.get("ORDERCASH_FULL"),
)
settings.load_profile("suite")

# Made by migrate and the same for every test.
KEPT_TABLES = {"django_content_type", "auth_permission"}

# Facts refuse TRUNCATE and DELETE, also from tests; only a superuser's session in the replica role passes their triggers by.
# Tables without rows, nearly all of them, cost one look instead of a TRUNCATE.
EMPTY_TABLES = """
DO $body$
DECLARE
    name text;
    filled boolean;
BEGIN
    FOREACH name IN ARRAY ARRAY[{names}]::text[] LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %I', name);
        END IF;
    END LOOP;
END
$body$
"""


# The modules that take longest come first among those that commit, so that no worker ends with a long one while the others rest.
SLOWEST = (
    "test_journey_order_to_cash", "test_rules_seen_everywhere", "test_northwind", "test_journey_prices", "test_kill",
    "test_online_retail", "test_rulebooks", "test_components", "test_coupon_limits", "test_killed_imports", "test_journey_roles",
    "test_replay_stored", "test_parallel", "test_rollback_everywhere", "test_journey_held",
)  # fmt: skip
RANK = {name: rank for rank, name in enumerate(SLOWEST)}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is rolled back first, as pytest-django does, then what commits, its slowest modules first."""
    items.sort(key=lambda item: (commits(item), RANK.get(item.path.stem, len(RANK)) if commits(item) else 0))


def commits(item: pytest.Item) -> bool:
    """Say whether a test writes for good, so that the tables are emptied after it."""
    marker = item.get_closest_marker("django_db")
    by_marker = marker is not None and bool(marker.kwargs.get("transaction") or any(marker.args[:1]))
    return by_marker or not {"transactional_db", "live_server"}.isdisjoint(getattr(item, "fixturenames", ()))


def _flush(self: DatabaseOperations, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
    names = ", ".join(f"'{name}'" for name in tables if name not in KEPT_TABLES)
    return ["SET LOCAL session_replication_role = replica", EMPTY_TABLES.format(names=names)]


@pytest.fixture(autouse=True, scope="session")
def quick_flush() -> Iterator[None]:
    """Empty the tables after a test that committed, although they refuse it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", _flush)
        yield


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test see what the process remembered of another one's rows, nor ask again because the machine is slow."""
    forget_everything()
    forget_cached_rulebooks()
    monkeypatch.setattr(remembered, "monotonic", lambda: 0.0)
