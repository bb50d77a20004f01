"""Why something was not done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one member of a batch was not carried out; its neighbours were."""

    source_ref: str
    code: str
    detail: str
