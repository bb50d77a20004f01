"""Carries a back-test on in small chunks until it is killed or done: `python -m tests.rulebooks.killing ID`."""

import sys
import time
from uuid import UUID

import django


def main() -> None:
    """Carry the back-test on, slowly enough to be killed in the middle; every chunk is told on a line."""
    django.setup()
    from apps.rulebooks.services import back_tests  # noqa: PLC0415 - the site has to be loaded first
    from ordercash.kernel import clock  # noqa: PLC0415
    from tests.rulebooks import a_kind  # noqa: PLC0415

    a_kind.register()
    back_tests.CHUNK = 25

    def tell(seen: int, total: int) -> None:
        sys.stdout.write(f"{seen}\n")
        sys.stdout.flush()
        time.sleep(0.002)

    back_tests.carry_on(UUID(sys.argv[1]), tell=tell, now=clock.now)


if __name__ == "__main__":
    main()
