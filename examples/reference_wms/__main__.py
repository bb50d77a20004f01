"""Run it: python -m examples.reference_wms --port 8099 --store wms.sqlite --callback http://127.0.0.1:8000/api/v1/wms/<connection>/messages

The secret comes from the environment (REFERENCE_WMS_SECRET), so that no list of processes shows it.
"""

import argparse
import json
import os
import random
import threading
import time
from datetime import UTC, datetime

from examples.reference_wms.server import Site
from examples.reference_wms.warehouse import Warehouse


def main() -> None:
    """Serve until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m examples.reference_wms", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--store", default="reference_wms.sqlite")
    parser.add_argument("--callback", default="", help="where to tell what happens; without one it only answers")
    parser.add_argument("--seed", type=int, default=None, help="of its chance")
    parser.add_argument("--faults", action="store_true", help="allow POST /faults and POST /floor/…")
    parser.add_argument("--begin", default="{}", help='the faults that it begins with, as JSON: {"down": true}')
    parser.add_argument("--work", action="store_true", help="pick and ship by itself, and say every 10 s that it lives")
    given = parser.parse_args()
    secret = os.environ.get("REFERENCE_WMS_SECRET", "")
    if len(secret) < 16:
        parser.error("REFERENCE_WMS_SECRET must hold at least 16 characters.")
    chance = random.Random(given.seed)  # noqa: S311 - its chance is no secret
    warehouse = Warehouse(given.store, lambda: datetime.now(UTC), chance)
    site = Site(given.port, warehouse, secret, given.callback, may_fail=given.faults)
    if given.faults:
        site.faults.change(json.loads(given.begin))
    threading.Thread(target=_live, args=(site, given.work), daemon=True).start()
    print(f"reference WMS on http://127.0.0.1:{site.server_address[1]}", flush=True)  # noqa: T201
    site.serve_forever()


def _live(site: Site, works: bool) -> None:
    beats_at = 0.0
    while True:
        if works:
            site.warehouse.work()
        if works and time.monotonic() >= beats_at:
            site.warehouse.beat()
            beats_at = time.monotonic() + 10
        if not site.tell():
            time.sleep(0.2)


if __name__ == "__main__":
    main()
