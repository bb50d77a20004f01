"""What a request asks the books for: whose, and until which day."""

from rest_framework.request import Request

from apps.ledger.models import JournalEntry
from apps.masterdata.contract import EntityFacts, entities_by_code
from ordercash.web.api.wanted import wrong


def entity_wanted(request: Request) -> EntityFacts:
    """Return the legal entity of `?legal_entity=CODE`; it may be left out while there is only one. Raises InvalidInput."""
    known, code = entities_by_code(), request.query_params.get("legal_entity", "")
    if code in known:
        return known[code]
    if not code and len(known) == 1:
        return next(iter(known.values()))
    raise wrong("legal_entity", f"Name one of: {', '.join(known) or 'none yet'}.")


def kind_wanted(request: Request) -> str:
    """Return the kind of entries asked for, "" for all; raises InvalidInput."""
    kind = request.query_params.get("kind", "")
    if kind and kind not in JournalEntry.Kind.values:
        raise wrong("kind", f"Name one of: {', '.join(JournalEntry.Kind.values)}.")
    return kind
