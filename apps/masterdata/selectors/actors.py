"""Who acts, and what they may do."""

from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, Group

from apps.masterdata.models import ApiKey, User
from ordercash.kernel.actor import Actor
from ordercash.kernel.errors import DomainError
from ordercash.kernel.remembered import remembered

NOBODY: Final = Actor(id=UUID(int=2**128 - 1), name="nobody")


class KeyRefused(DomainError):
    """The API key is unknown, revoked or expired, or its user is not active."""

    code, title, status = "api_key_refused", "The API key is not valid", 401


def actor_of(user: AbstractBaseUser | AnonymousUser) -> Actor:
    """Return the actor that a signed-in user is; someone who is not signed in may do nothing.

    The permissions are at most five seconds old and narrowed to the scopes of the API key when one was used.
    """
    if not isinstance(user, User):
        return NOBODY
    return Actor(id=user.pk, name=user.username, permissions=user.granted)


def roles_of(user_id: UUID) -> frozenset[str]:
    """Return the roles that a user holds; a superuser holds every one. Empty for whoever is not active or not known."""
    user = User.objects.filter(pk=user_id, is_active=True).only("is_superuser").first()
    if user is None:
        return frozenset()
    groups = Group.objects.all() if user.is_superuser else user.groups.all()
    return frozenset(groups.values_list("name", flat=True))


def caller_of_key(token: str, *, at: datetime) -> tuple[User, ApiKey]:
    """Return the user that a key "oc_<prefix>_<secret>" acts for, and the key; raises KeyRefused.

    A key that was revoked elsewhere is known here for at most five seconds more.
    """
    parts = token.split("_", 2)
    if len(parts) != 3 or parts[0] != "oc" or "\x00" in parts[1]:
        raise KeyRefused("An API key has the form oc_<prefix>_<secret>.")
    user, key = _caller(parts[1], sha256(token.encode()).digest())
    if key.revoked_at is not None or key.expires_at <= at:
        raise KeyRefused("The API key has been revoked or has expired.")
    return user, key


@remembered(seconds=5)
def _caller(prefix: str, key_hash: bytes) -> tuple[User, ApiKey]:
    key = ApiKey.objects.select_related("user").filter(prefix=prefix, key_hash=key_hash).first()
    if key is None or not key.user.is_active:
        raise KeyRefused()
    key.user.scopes = frozenset(key.scopes)
    return key.user, key


def forget_callers() -> None:
    """Drop what this process remembers of API keys; called by whoever changed one."""
    _caller.forget()
