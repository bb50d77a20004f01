"""What the reservation lab is told against: the floor's `hot`, and the usual handling's own statements sent by pgbench.

`hot` (bench/floor/hot.sql) is raw SQL on tables of its own. `take` (bench/floor/take.sql) sends the event and the statement of a
conditional taker to OrderCash's tables: what is left between it and the product is what Python costs.
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path
from uuid import UUID

from apps.audit.services.events import EVENT_COLUMNS
from apps.inventory.services.reserving.single import TAKE_ONE
from bench.measure import BINARIES, HERE, floor

# The members of the event, and what stands for the parameters of the statement: those of one new line of one unit.
EVENT = {
    "id": "new_id()",
    "name": "'bench.taken'",
    "version": "1",
    "aggregate": "'order'",
    "aggregate_id": "new_id()",
    "payload": """'{"units": "1"}'""",
    "occurred_at": "now()",
    "actor_id": "'00000000-0000-0000-0000-000000000000'",
    "traceparent": "''",
}
ONE_LINE = ("1", ":product", ":entity", "1", "1", "new_id()", "new_id()", ":product", "1", "now()", ":product")


def hot(clients: int, seconds: int) -> float:
    """Return the transactions a second of the floor's `hot`."""
    return floor("hot", clients=clients, seconds=seconds, runs=1)


def take(entity_id: UUID, product_id: UUID, clients: int, seconds: int) -> float:
    """Return how many takers a second pgbench serves of one product that is handled as usual."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(take_script())
        script.flush()
        done = subprocess.run(
            [
                str(BINARIES / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", str(os.cpu_count()), "-T", str(seconds),
                "-D", f"entity={entity_id}", "-D", f"product={product_id}", "-f", script.name, os.environ["DATABASE_URL"],
            ],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if found is None or "number of failed transactions: 0" not in done.stdout:
        raise SystemExit(f"NOT MEASURED: pgbench said {done.stdout} {done.stderr}")
    return float(found.group(1))


def take_script() -> str:
    """Return the script of one taker, with the statements that the product sends."""
    members = {name: EVENT.get(name, "NULL") for name in EVENT_COLUMNS}
    values = ", ".join(f"array[{members[name]}]::{kind}[]" for name, kind in EVENT_COLUMNS.items())
    event = f"INSERT INTO audit_eventrecord ({', '.join(members)}) SELECT * FROM unnest({values})"
    reserve = TAKE_ONE.strip()
    for value in ONE_LINE:
        reserve = reserve.replace("%s", value, 1)
    return Path(HERE / "floor" / "take.sql").read_text().replace("{event}", event).replace("{reserve}", reserve)
