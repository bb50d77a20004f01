"""What a request asks the books for: whose, and until which day."""

from datetime import date

from rest_framework.request import Request

from apps.ledger.models import JournalEntry
from apps.masterdata.contract import EntityFacts, entities_by_code
from ordercash.kernel.errors import Fault
from ordercash.web.api.problems import InvalidInput


def entity_wanted(request: Request) -> EntityFacts:
    """Return the legal entity of `?legal_entity=CODE`; it may be left out while there is only one. Raises InvalidInput."""
    known, code = entities_by_code(), request.query_params.get("legal_entity", "")
    if code in known:
        return known[code]
    if not code and len(known) == 1:
        return next(iter(known.values()))
    raise _wrong("legal_entity", f"Name one of: {', '.join(known) or 'none yet'}.")


def day_wanted(request: Request, name: str) -> date | None:
    """Return the day of a parameter such as `?as_of=2026-03-05`, None when left out; raises InvalidInput."""
    text = request.query_params.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _wrong(name, "Write a day as 2026-03-05.") from None


def kind_wanted(request: Request) -> str:
    """Return the kind of entries asked for, "" for all; raises InvalidInput."""
    kind = request.query_params.get("kind", "")
    if kind and kind not in JournalEntry.Kind.values:
        raise _wrong("kind", f"Name one of: {', '.join(JournalEntry.Kind.values)}.")
    return kind


def _wrong(name: str, detail: str) -> InvalidInput:
    return InvalidInput(faults=[Fault(f"?{name}", f"invalid_{name}", detail)])
