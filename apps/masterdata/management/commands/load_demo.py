"""`manage.py load_demo`: a small company to try everything with."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from apps.masterdata.services.demo import demo_loaders, demo_stories, load_masters
from apps.masterdata.services.users import create_demo_users, demo_actors
from ordercash.kernel import clock


class Command(BaseCommand):
    help = "Load the demo company: standard rulebooks, masters, prices, tax rates, stock, users. Running it again adds nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        call_command("sync_roles", stdout=self.stdout)
        load_masters(now=now)
        self.stdout.write("masters")
        call_command(
            "rulebooks",
            "import",
            str(settings.BASE_DIR / "examples" / "rulebooks"),
            "--activate",
            "--missing",
            stdout=self.stdout,
        )
        for name, load in demo_loaders().items():
            load(now)
            self.stdout.write(name)
        made = create_demo_users(roles=list(import_string(settings.ORDERCASH_ROLES)), now=now)
        self.stdout.write(f"{len(made)} new users")
        for tell in demo_stories():
            tell(demo_actors(list(import_string(settings.ORDERCASH_ROLES))), now)
            self.stdout.write("what they did so far")
