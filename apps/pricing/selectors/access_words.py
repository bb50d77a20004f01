"""The access sequence in words, and what is worth knowing about it."""

from apps.pricing.decisions.access import Access, AccessSequence
from apps.rulebooks.contract import Finding, RuleText


def access_words(document: AccessSequence) -> dict[str, RuleText]:
    """Return every access in words, with its place in the sequence."""
    return {
        access.name: RuleText(access.name, {"place": str(place), "looks in": _where(access)})
        for place, access in enumerate(document.accesses, 1)
    }


def examine_accesses(document: AccessSequence) -> list[Finding]:
    """Find accesses that look where an earlier one has looked."""
    found, looked = [], dict[str, str]()
    for place, access in enumerate(document.accesses):
        first = looked.setdefault(_where(access), access.name)
        if first != access.name:
            message = f"never reached: {first!r} comes first and looks in the same place"
            found.append(Finding("warning", f"/accesses/{place}", "unreachable", message, rules=(access.name, first)))
    return found


def _where(access: Access) -> str:
    if access.source == "agreed_price":
        return "the price agreed with the order"
    return f"price lists of {'the customer’s group' if access.customer_group == 'own' else 'everybody'}"
