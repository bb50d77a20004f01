"""What can be wrong with a warehouse system, on request."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class Faults:
    """Down; slow to answer; how often each message is told, within how many they change places, which share gets lost on its
    way (they can still be asked for); lies about quantities by SKU; wrong signatures; the share of answers that are errors.
    """

    down: bool = False
    slow_ms: int = 0
    repeat: int = 1
    reorder: int = 0
    drop: float = 0.0
    lie: dict[str, int] = field(default_factory=dict)
    wrong_signature: bool = False
    errors: float = 0.0

    def change(self, given: dict[str, Any]) -> None:
        """Take over the faults that are named; raises ValueError for an unknown one."""
        known = {each.name for each in fields(self)}
        if unknown := sorted(given.keys() - known):
            raise ValueError(f"unknown faults: {', '.join(unknown)}")
        for name, value in given.items():
            setattr(self, name, value)

    def on_the_way(self, messages: Sequence[Any], chance: random.Random) -> list[Any]:
        """Return the messages as they arrive: some lost, each repeated, all of them in another order."""
        sent = [message for message in messages for _ in range(self.repeat) if chance.random() >= self.drop]
        if self.reorder:
            place = {index: index + chance.uniform(0, self.reorder) for index in range(len(sent))}
            sent = [sent[index] for index in sorted(place, key=place.__getitem__)]
        return sent
