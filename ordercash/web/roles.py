"""Which role holds a permission: read from the project's one table, to say it in a refusal."""

from collections.abc import Mapping, Sequence
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string


@cache
def _table() -> Mapping[str, Sequence[str]]:
    table: Mapping[str, Sequence[str]] = import_string(settings.ORDERCASH_ROLES)
    return table


def role_title(role: str) -> str:
    """Return a role's name for people: "credit_controller" reads "Credit controller"."""
    return {"ar_clerk": "AR clerk"}.get(role, role.replace("_", " ").capitalize())


def roles_with(permission: str) -> list[str]:
    """Return the roles, by their titles, that hold the permission."""
    return [role_title(role) for role, permissions in _table().items() if permission in permissions]


def refusal_sentence(permission: str) -> str:
    """Return the sentence that tells which permission is missing and which roles hold it."""
    holders = roles_with(permission)
    who = f" The roles that hold it: {', '.join(holders)}." if holders else " No role holds it yet."
    return f"This needs the permission {permission}.{who}"
