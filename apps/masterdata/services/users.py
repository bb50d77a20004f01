"""Users and roles: the groups made from one readable table, and the demo's users."""

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

from apps.audit.contract import set_change_actor
from apps.masterdata.models import User
from apps.masterdata.models.users import granted_permissions
from apps.masterdata.selectors.actors import actor_of
from apps.masterdata.services.masters import forget_masters
from ordercash.kernel.actor import SYSTEM, Actor
from ordercash.kernel.errors import DomainError
from ordercash.kernel.transactions import writes
from ordercash.web.roles import role_title

# The content type that verbs hang on: one per app, without a table behind it.
VERB: Final = "verb"


class UnknownPermission(DomainError):
    """The table of roles names a permission that no app declares."""

    code, title = "unknown_permission", "A role names a permission that does not exist"


@dataclass(frozen=True, slots=True)
class Synced:
    """What `sync_roles` found: how many permissions and roles there are, and how many grants it gave and took."""

    permissions: int
    roles: int
    given: int
    taken: int


@writes
def sync_roles(
    *, declared: Mapping[str, str], table: Mapping[str, Sequence[str]], actor: Actor, now: datetime
) -> Synced:
    """Make permissions (full name -> sentence) and groups as the table says; take away what left it. Safe to repeat.

    Groups that the table does not name, and grants of other kinds, are left alone. Raises UnknownPermission.
    """
    missing = sorted({name for names in table.values() for name in names} - declared.keys())
    if missing:
        raise UnknownPermission(f"No app declares: {', '.join(missing)}.")
    set_change_actor(actor)
    permissions = _permissions(declared)
    given = taken = 0
    for role, names in table.items():
        group, _ = Group.objects.get_or_create(name=role)
        wanted = {permissions[name].pk for name in names}
        present = set(group.permissions.filter(content_type__model=VERB).values_list("pk", flat=True))
        group.permissions.add(*(wanted - present))
        group.permissions.remove(*(present - wanted))
        given, taken = given + len(wanted - present), taken + len(present - wanted)
    granted_permissions.forget()
    return Synced(len(permissions), len(table), given, taken)


def _permissions(declared: Mapping[str, str]) -> dict[str, Permission]:
    """Return the permission rows by full name; those that no app declares any more are deleted."""
    types = {}
    for app in {name.partition(".")[0] for name in declared}:
        types[app], _ = ContentType.objects.get_or_create(app_label=app, model=VERB)
    rows = {
        f"{row.content_type.app_label}.{row.codename}": row
        for row in Permission.objects.filter(content_type__model=VERB).select_related("content_type")
    }
    for name, sentence in declared.items():
        app, _, codename = name.partition(".")
        row = rows.get(name) or Permission(content_type=types[app], codename=codename)
        if row.name != sentence[:255]:
            row.name = sentence[:255]
            row.save()
        rows[name] = row
    stale = rows.keys() - declared.keys()
    Permission.objects.filter(pk__in=[rows[name].pk for name in stale]).delete()
    return {name: row for name, row in rows.items() if name not in stale}


@writes
def create_demo_users(*, roles: Collection[str], now: datetime) -> list[str]:
    """Make one user per role that has none yet, e.g. "order.desk" in order_desk; returns the names of the new ones."""
    set_change_actor(SYSTEM)
    names = {demo_username(role): role for role in roles}
    present = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    groups = {group.name: group for group in Group.objects.filter(name__in=roles)}
    new = [name for name in names if name not in present]
    for name in new:
        user = User(username=name, display_name=role_title(names[name]), is_staff=True)
        user.set_password(demo_password(name))
        user.save()
        user.groups.add(groups[names[name]])
    forget_masters()
    return new


def demo_actors(roles: Collection[str]) -> dict[str, Actor]:
    """Return the demo users of roles as those who act, by role; roles without one are left out."""
    names = {demo_username(role): role for role in roles}
    found = User.objects.filter(username__in=names, is_active=True)
    return {names[user.username]: actor_of(user) for user in found}


def demo_username(role: str) -> str:
    """Return the name of a role's demo user."""
    return role.replace("_", ".")


def demo_password(username: str) -> str:
    """Return a demo user's password: stable for an installation, different on every other, guessed by nobody without its key."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"demo user {username}".encode(), hashlib.sha256).digest()
    text = base64.b32encode(digest).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))
