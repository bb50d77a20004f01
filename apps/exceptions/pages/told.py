"""How the outcomes of a verb read on a page."""

from collections.abc import Sequence

from apps.exceptions.services.outcomes import CaseOutcome, CaseRefused

MOST_TEXTS = 3


def bulk_sentence(participle: str, outcomes: Sequence[CaseOutcome]) -> str:
    """Return "3 cases claimed; 1 was not: …"; raises CaseRefused when nothing was done at all."""
    done = [outcome for outcome in outcomes if outcome.done]
    refused = [outcome for outcome in outcomes if not outcome.done]
    why = _why(refused)
    if not done:
        raise CaseRefused(why)
    sentence = f"{_count(len(done))} {participle}"
    return f"{sentence}; {len(refused)} not: {why}" if refused else f"{sentence}."


def _count(number: int) -> str:
    return "1 case" if number == 1 else f"{number} cases"


def _why(refused: Sequence[CaseOutcome]) -> str:
    texts = list(dict.fromkeys(outcome.text or outcome.code for outcome in refused))
    more = len(texts) - MOST_TEXTS
    return " ".join(texts[:MOST_TEXTS]) + (f" And {more} more." if more > 0 else "")
