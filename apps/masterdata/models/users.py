"""Those who sign in: people by password, programs by key."""

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.masterdata.models.places import Region
from ordercash.kernel.ids import new_id


class User(AbstractBaseUser, PermissionsMixin):
    """A person or program that signs in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(max_length=80, unique=True)
    display_name = models.CharField(max_length=120, default="", blank=True)
    email = models.EmailField(default="", blank=True)
    time_zone = models.CharField(max_length=50, default="Europe/London")
    locale = models.CharField(max_length=10, default="en-gb")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    objects = UserManager()

    def __str__(self) -> str:
        return self.display_name or self.username


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
