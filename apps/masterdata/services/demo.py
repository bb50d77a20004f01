"""What the apps above bring to the demo company, called in the order in which it was registered."""

from collections.abc import Callable
from datetime import datetime

DemoLoader = Callable[[datetime], None]

_loaders: dict[str, DemoLoader] = {}


def register_demo(name: str, function: DemoLoader) -> None:
    """Let `load_demo` call `function(now)` once the masters are there; it must be safe to repeat."""
    _loaders[name] = function


def demo_loaders() -> dict[str, DemoLoader]:
    """Return the registered loaders by name, in order."""
    return dict(_loaders)
