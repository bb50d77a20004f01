"""Who may move a case now: pure, without a database."""

from dataclasses import dataclass
from uuid import UUID

from apps.exceptions.states import CASE

ALREADY_YOURS = "It is yours already."


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether a verb may go on: `code` is "" then; otherwise a stable code and a sentence."""

    code: str = ""
    text: str = ""


GO_ON = Ruling()


def rule_on(verb: str, *, state: str, assignee_id: UUID | None, actor_id: UUID, may_override: bool) -> Ruling:
    """Rule on claim, release, assign or resolve of one case.

    A claimed case is its holder's: only the holder, or somebody who may assign cases, can release or resolve it.
    """
    if state not in CASE.sources("resolve"):
        return Ruling("case_closed", f"The case is {state}.")
    if verb == "claim" and state == "claimed":
        return (
            Ruling("already_yours", ALREADY_YOURS)
            if assignee_id == actor_id
            else Ruling("taken", "Somebody else has it.")
        )
    if verb == "release" and state == "open":
        return Ruling("not_claimed", "Nobody has claimed it.")
    if verb in {"release", "resolve"} and assignee_id not in {None, actor_id} and not may_override:
        return Ruling("taken", "Somebody else has it.")
    return GO_ON
