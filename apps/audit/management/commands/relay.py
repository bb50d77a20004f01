"""manage.py relay: stamps events and delivers them to their subscribers until it is told to stop."""

import logging
import signal
import threading
from argparse import ArgumentParser
from time import sleep
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection

from apps.audit.services.delivery import start_cursors
from apps.audit.services.relay import relay_round, relay_until_idle, subscriptions_of_site
from ordercash.kernel.clock import now

log = logging.getLogger("ordercash.audit.relay")

IDLE_SECONDS = 0.25
DATABASE_AWAY_SECONDS = 2.0


class Command(BaseCommand):
    help = "Stamp recorded events and deliver them to their subscribers. Any number may run side by side."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--until-idle", action="store_true", help="stop when everything told so far is delivered")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopped = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self.stopped.set())
        if options["until_idle"]:
            self._until_idle()
        else:
            self._loop()

    def _until_idle(self) -> None:
        if not relay_until_idle(subscriptions_of_site(), clock=now, pause=sleep):
            raise CommandError("A transaction has been open for too long; its events are delivered later.")

    def _loop(self) -> None:
        subscriptions = subscriptions_of_site()
        started = False
        log.info("relay serves %d subscribers", len(subscriptions))
        while not self.stopped.is_set():
            try:
                if not started:
                    start_cursors(subscriptions)
                    started = True
                moved = relay_round(subscriptions, now=now())
            except (OperationalError, InterfaceError) as error:
                log.warning("the database is away: %s", error)
                connection.close()
                self.stopped.wait(DATABASE_AWAY_SECONDS)
                continue
            if not moved:
                self.stopped.wait(IDLE_SECONDS)
