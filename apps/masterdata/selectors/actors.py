"""Who acts, and what they may do."""

from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import Q

from apps.masterdata.models import User
from ordercash.kernel.actor import Actor
from ordercash.kernel.remembered import remembered

NOBODY = Actor(id=UUID(int=2**128 - 1), name="nobody")


@remembered(seconds=5)
def permissions_of(user_id: UUID) -> frozenset[str]:
    """Return the full names of what a user may do, by groups and by direct grant; a superuser may do everything."""
    user = User.objects.filter(pk=user_id, is_active=True).only("is_superuser").first()
    if user is None:
        return frozenset()
    granted = Permission.objects.order_by()
    if not user.is_superuser:
        granted = granted.filter(Q(group__user=user_id) | Q(user=user_id))
    return frozenset(f"{app}.{name}" for app, name in granted.values_list("content_type__app_label", "codename"))


def actor_of(user: AbstractBaseUser | AnonymousUser) -> Actor:
    """Return the actor that a signed-in user is; someone who is not signed in may do nothing.

    The permissions are those of the moment, at most five seconds old, narrowed to the scopes of the API key when one was used.
    """
    if not isinstance(user, User):
        return NOBODY
    permissions = permissions_of(user.pk)
    scopes: frozenset[str] = getattr(user, "scopes", frozenset())
    return Actor(id=user.pk, name=user.username, permissions=permissions & scopes if scopes else permissions)
