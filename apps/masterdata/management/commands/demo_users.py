"""`manage.py demo_users`: who can sign in to the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from apps.masterdata.models import User
from apps.masterdata.services.users import demo_password, demo_username
from ordercash.web.roles import role_title


class Command(BaseCommand):
    help = "Print the demo users of every role with the passwords that load_demo gave them."

    def handle(self, *args: Any, **options: Any) -> None:
        roles = {demo_username(role): role for role in import_string(settings.ORDERCASH_ROLES)}
        present = set(User.objects.filter(username__in=roles, is_active=True).values_list("username", flat=True))
        if not present:
            self.stdout.write("There are no demo users; `manage.py load_demo` makes them.")
        for name, role in roles.items():
            if name in present:
                self.stdout.write(f"{name:<22} {demo_password(name):<20} {role_title(role)}")
