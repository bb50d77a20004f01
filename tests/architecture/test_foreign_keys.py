"""Foreign keys escape an import linter: they must point down as imports do."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey

LAYERS = [
    {"audit"},
    {"masterdata"},
    {"rulebooks"},
    {"exceptions"},
    {"ledger"},
    {"pricing", "inventory", "compliance", "billing"},
    {"orders"},
    {"integrations"},
    {"operations"},
]
HEIGHT = {app: height for height, layer in enumerate(LAYERS) for app in layer}
# Django's own tables lie below everything.
BELOW = -1


def foreign_keys() -> Iterator[tuple[str, str, str]]:
    """Yield (name, app, app pointed at) of every foreign key of our models, the tables between two models included."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in HEIGHT:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey):
                yield str(field), model._meta.app_label, field.related_model._meta.app_label


def points_down(source: str, target: str) -> bool:
    return source == target or HEIGHT.get(target, BELOW) < HEIGHT[source]


def test_every_app_has_its_layer() -> None:
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("apps.")}
    assert ours == set(HEIGHT)


def test_foreign_keys_point_down() -> None:
    wrong = [f"{name} points at {target}" for name, source, target in foreign_keys() if not points_down(source, target)]
    assert wrong == []


def test_sideways_and_up_are_seen() -> None:
    assert not points_down("billing", "inventory")
    assert not points_down("ledger", "billing")
    assert points_down("billing", "ledger")
    assert points_down("orders", "auth")


@pytest.mark.django_db
def test_foreign_keys_of_the_database_point_down_too() -> None:
    """SQL files may add keys that no model names."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
        )
        found = [(source, source.split("_")[0], target.split("_")[0]) for source, target in cursor.fetchall()]
    wrong = [
        f"{table} points at {target}" for table, app, target in found if app in HEIGHT and not points_down(app, target)
    ]
    assert wrong == []


@pytest.mark.django_db
def test_nothing_points_into_a_partitioned_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conrelid::regclass::text FROM pg_constraint c JOIN pg_partitioned_table p ON p.partrelid = c.confrelid"
            " WHERE c.contype = 'f'"
        )
        assert cursor.fetchall() == []
