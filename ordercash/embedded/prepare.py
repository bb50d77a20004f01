"""Bring the database to this release: one process, so that Django is loaded once.

Run as `python -m ordercash.embedded.prepare [--load-demo] [--show-users]`. What it does goes to stderr; the demo users, and nothing
else, to stdout.
"""

import os
import sys

import django
from django.core.management import call_command


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ordercash.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=1, stdout=sys.stderr)
    call_command("sync_roles", stdout=sys.stderr)
    if "--load-demo" in arguments:
        call_command("load_demo", stdout=sys.stderr)
    if "--show-users" in arguments:
        call_command("demo_users", stdout=sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
