"""`manage.py sync_roles`: groups and permissions as the table of roles says."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from apps.masterdata.services.users import sync_roles
from ordercash.kernel import clock
from ordercash.kernel.actor import SYSTEM
from ordercash.kernel.errors import DomainError


class Command(BaseCommand):
    help = "Make the groups of settings.ORDERCASH_ROLES and their permissions; run after every migrate."

    def handle(self, *args: Any, **options: Any) -> None:
        table = import_string(settings.ORDERCASH_ROLES)
        try:
            done = sync_roles(declared=declared_permissions(), table=table, actor=SYSTEM, now=clock.now())
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(
            f"{done.roles} roles, {done.permissions} permissions; {done.given} grants given, {done.taken} taken."
        )


def declared_permissions() -> dict[str, str]:
    """Return every permission that an app's permissions.py declares, by full name, with its sentence."""
    declared: dict[str, str] = {}
    for app in settings.ORDERCASH_APPS:
        if find_spec(f"{app}.permissions") is None:
            continue
        label = app.rpartition(".")[2]
        sentences: Mapping[str, str] = import_string(f"{app}.permissions.PERMISSIONS")
        for name, sentence in sentences.items():
            declared[name if "." in name else f"{label}.{name}"] = sentence
    return declared
