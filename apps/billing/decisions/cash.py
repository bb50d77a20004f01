"""How money is spread over open amounts."""

from collections.abc import Sequence


def spread(amount_minor: int, open_minor: Sequence[int]) -> list[int]:
    """Pay open amounts in their order, each as far as the money reaches; what is over is left.

    >>> spread(150, [100, 80])
    [100, 50]
    >>> spread(300, [100, 80])
    [100, 80]
    """
    parts = []
    for still_open in open_minor:
        part = min(amount_minor, still_open)
        parts.append(part)
        amount_minor -= part
    return parts
