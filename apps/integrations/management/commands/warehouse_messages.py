"""manage.py warehouse_messages: sends to warehouse systems and applies what they say until it is told to stop."""

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from apps.integrations.services.wms_applying import apply_messages
from apps.integrations.services.wms_http import over_http
from apps.integrations.services.wms_polling import poll_all
from apps.integrations.services.wms_sending import send_waiting
from ordercash.kernel.clock import now

log = logging.getLogger("ordercash.integrations.wms")

IDLE_SECONDS = 0.5
POLL_EVERY = 30
DATABASE_AWAY_SECONDS = 2.0


class Command(BaseCommand):
    help = "Send what waits to warehouse systems and apply what they say. Any number may run side by side."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopped = threading.Event()
        if options["once"]:
            self._round(poll=True)
            return
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: self.stopped.set())
        rounds = 0
        while not self.stopped.is_set():
            try:
                moved = self._round(poll=rounds % POLL_EVERY == 0)
            except (OperationalError, InterfaceError) as error:
                log.warning("the database is away: %s", error)
                connection.close()
                self.stopped.wait(DATABASE_AWAY_SECONDS)
                continue
            rounds += 1
            if not moved:
                self.stopped.wait(IDLE_SECONDS)

    def _round(self, *, poll: bool) -> int:
        transport = over_http(now)
        if poll:
            poll_all(transport, now=now())
        return apply_messages(now=now()).applied + send_waiting(transport, now=now())
