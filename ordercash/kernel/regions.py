"""The region that a piece of work belongs to. One region shares one database today; the name travels with every row."""

from contextvars import ContextVar

_region: ContextVar[str] = ContextVar("region", default="default")


def current_region() -> str:
    """Return the code of the region of the present request or job."""
    return _region.get()


def enter_region(code: str) -> None:
    """Set the region of the present context."""
    _region.set(code)
