"""The life of a noun as one table: (state, verb) -> state. A wrong verb raises; nothing is dropped silently."""

from collections.abc import Mapping
from dataclasses import dataclass

from ordercash.kernel.errors import Conflict


class WrongState(Conflict):
    """The verb is not allowed in the noun's present state."""

    code, title = "wrong_state", "Not possible in the present state"


@dataclass(frozen=True, slots=True)
class StateTable:
    """All allowed moves of one noun."""

    noun: str
    moves: Mapping[tuple[str, str], str]

    def after(self, state: str, verb: str) -> str:
        """Return the state after `verb`; raises WrongState naming the verbs that are possible instead."""
        try:
            return self.moves[state, verb]
        except KeyError:
            possible = ", ".join(self.verbs(state)) or "nothing"
            raise WrongState(
                f"The {self.noun} is {_words(state)}: {_words(verb)} is not possible; possible: {_words(possible)}."
            ) from None

    def verbs(self, state: str) -> list[str]:
        """Return the verbs that are possible in `state`, in the table's order."""
        return [verb for source, verb in self.moves if source == state]

    def sources(self, verb: str) -> list[str]:
        """Return the states in which `verb` is possible."""
        return [source for source, known in self.moves if known == verb]

    @property
    def states(self) -> list[str]:
        """Return every state, in order of first mention."""
        return list(dict.fromkeys([source for source, _ in self.moves] + list(self.moves.values())))


def _words(name: str) -> str:
    return name.replace("_", " ")
