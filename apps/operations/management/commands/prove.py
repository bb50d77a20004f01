"""`manage.py prove [--json]`: exit 0 only when every equality from order to bank holds."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.operations.selectors.prove import Proof, prove
from apps.operations.services.proof import is_read_only, keep_verdict
from ordercash.kernel import clock


class Command(BaseCommand):
    help = (
        "Check over all orders that ordered, shipped, invoiced, paid and posted agree; names the rows that do not. "
        "The verdict stands on the Proof page, too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the verdict as one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        began_at = clock.now()
        proof = prove()
        if not is_read_only():
            keep_verdict(proof, began_at=began_at, ended_at=clock.now())
        if options["json"]:
            self.stdout.write(json.dumps(proof.as_dict(), indent=2))
        else:
            self._print(proof)
        if not proof.holds:
            sys.exit(1)

    def _print(self, proof: Proof) -> None:
        for equality in proof.equalities:
            mark = "holds" if equality.holds else f"BROKEN by {equality.broken} rows"
            self.stdout.write(f"{mark:24} {equality.seconds:7.2f} s  {equality.title}")
            for row in equality.rows:
                self.stdout.write(f"    {row.ref}: expected {row.expected}, found {row.found} ({row.detail})")
