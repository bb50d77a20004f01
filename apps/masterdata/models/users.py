"""Those who sign in: people by password, programs by key."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, Permission, PermissionsMixin, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.masterdata.models.places import Region
from ordercash.kernel.ids import new_id
from ordercash.kernel.remembered import remembered


class User(AbstractBaseUser, PermissionsMixin):
    """A person or program that signs in. What it may do is told by its groups, at most five seconds ago."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=80, unique=True)
    display_name = models.CharField(max_length=120, default="", blank=True)
    email = models.EmailField(default="", blank=True)
    time_zone = models.CharField(max_length=50, default="Europe/London")
    locale = models.CharField(max_length=10, default="en-gb")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    # Set by the authentication of an API key that narrows its user's permissions.
    scopes: frozenset[str] = frozenset()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def granted(self) -> frozenset[str]:
        """Name what the user may do now, as "app.verb", narrowed to the scopes of the API key in use."""
        if not self.is_active:
            return frozenset()
        granted = granted_permissions(self.pk)
        return granted & self.scopes if self.scopes else granted

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Answer for verbs from the process's memory; grants on single objects are asked of the backends."""
        return perm in self.granted or (obj is not None and super().has_perm(perm, obj))

    def has_perms(self, perm_list: Any, obj: Any = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return any(name.startswith(f"{app_label}.") for name in self.granted)


@remembered(seconds=5)
def granted_permissions(user_id: UUID) -> frozenset[str]:
    """Return the full names of what a user may do, by groups and by direct grant; a superuser may do everything."""
    user = User.objects.filter(pk=user_id, is_active=True).only("is_superuser").first()
    if user is None:
        return frozenset()
    granted = Permission.objects.order_by()
    if not user.is_superuser:
        granted = granted.filter(models.Q(group__user=user_id) | models.Q(user=user_id))
    return frozenset(f"{app}.{name}" for app, name in granted.values_list("content_type__app_label", "codename"))


class ApiKey(models.Model):
    """A secret by which a program acts for a user. Only its SHA-256 is kept; the secret is shown once, when it is made.

    `scopes` narrows the user's permissions to those named; empty means all of them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True)
    key_hash = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="api_key_expires_after_it_is_made"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"
