"""Every permission that a role is given, a view asks for or a case needs is one that an app declares, in words."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils.module_loading import import_string

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"^[a-z]+\.[a-z_]+$")


def declared() -> dict[str, str]:
    """Return every permission by its full name, with the sentence that explains it."""
    found: dict[str, str] = {}
    for config in apps.get_app_configs():
        if config.name.startswith("apps.") and (ROOT / config.name.replace(".", "/") / "permissions.py").exists():
            module = import_module(f"{config.name}.permissions")
            found |= {f"{config.label}.{short(name, config.label)}": text for name, text in module.PERMISSIONS.items()}
    return found


def short(name: str, app: str) -> str:
    """Return the codename; tables may be keyed by it or by the full name."""
    return name.removeprefix(f"{app}.")


def constants() -> Iterator[tuple[str, str]]:
    """Yield (app, value) of every constant in a permissions module."""
    for path in sorted((ROOT / "apps").glob("*/permissions.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if (
                isinstance(node, ast.Assign | ast.AnnAssign)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                yield path.parent.name, node.value.value


def test_every_permission_of_a_role_exists() -> None:
    known = declared()
    unknown = {
        role: missing
        for role, permissions in import_string(settings.ORDERCASH_ROLES).items()
        if (missing := sorted(set(permissions) - set(known)))
    }
    assert unknown == {}


def test_every_constant_is_declared_by_its_own_app() -> None:
    known = declared()
    wrong = [
        value
        for app, value in constants()
        if NAME.match(value) and (value not in known or not value.startswith(f"{app}."))
    ]
    assert wrong == []


def test_every_permission_is_explained_and_named_alike() -> None:
    known = declared()
    assert known
    assert [name for name, sentence in known.items() if not NAME.match(name) or len(sentence) < 10] == []


def test_the_auditor_only_looks() -> None:
    roles = import_string(settings.ORDERCASH_ROLES)
    writes = [name for name in roles.get("auditor", ()) if not name.split(".")[1].startswith(("view_", "export_"))]
    assert writes == []
