"""The door of exceptions: opening and closing cases, and registering what may be wrong and what helps."""

from apps.exceptions.ports import ReasonKind, Resolution, ResolutionFunction, register_reasons, register_resolutions
from apps.exceptions.selectors import CaseFacts, ReasonFacts, case_of, cases_of
from apps.exceptions.services.closing import close_cases, settle_reasons
from apps.exceptions.services.opening import CaseDraft, ReasonDraft, open_cases, refresh_cases

__all__ = [
    "CaseDraft",
    "CaseFacts",
    "ReasonDraft",
    "ReasonFacts",
    "ReasonKind",
    "Resolution",
    "ResolutionFunction",
    "case_of",
    "cases_of",
    "close_cases",
    "open_cases",
    "refresh_cases",
    "register_reasons",
    "register_resolutions",
    "settle_reasons",
]
