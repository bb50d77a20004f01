"""Speaking to the person in front of the terminal."""

from contextlib import suppress


def tell(text: str) -> None:
    """Print at once; a terminal that has gone away is no reason to fail."""
    with suppress(OSError):
        print(text, flush=True)
