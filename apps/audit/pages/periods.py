"""How often something comes due, in the words that people use for it."""

from typing import Final

from ordercash.web.formats import number_text, plural

MINUTE_SECONDS: Final = 60
UNITS: Final = ((1, "seconds"), (MINUTE_SECONDS, "minutes"), (3600, "hours"), (86_400, "days"))


def period_text(seconds: int) -> str:
    """Return a period in its largest whole unit.

    >>> [period_text(seconds) for seconds in (5, 60, 300, 5400, 86_400)]
    ['5 seconds', '1 minute', '5 minutes', '90 minutes', '1 day']
    """
    size, name = next(unit for unit in reversed(UNITS) if seconds % unit[0] == 0)
    count, one = seconds // size, name.removesuffix("s")
    return f"{number_text(count)} {one if count == 1 else plural(one)}"
