"""Masters: users, parties, products, places and the small tables that name them."""

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.db import models

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
