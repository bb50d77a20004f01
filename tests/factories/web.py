"""Users with exactly the permissions that a test names."""

from itertools import count
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from apps.masterdata.models import User

PASSWORD = "right-horse-battery"
_numbers = count(1)


def make_user(*permissions: str, **fields: Any) -> User:
    """Make a user who holds the permissions ("orders.view_orders") and nothing else."""
    fields.setdefault("username", f"user.{next(_numbers)}")
    user = User(**fields)
    user.set_password(PASSWORD)
    user.save()
    for name in permissions:
        app, _, codename = name.partition(".")
        kind, _ = ContentType.objects.get_or_create(app_label=app, model="verb")
        permission, _ = Permission.objects.get_or_create(content_type=kind, codename=codename, defaults={"name": name})
        user.user_permissions.add(permission)
    return user
