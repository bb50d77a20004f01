"""Where a fact came from, in words: the reference under which it was booked tells who asked for it."""

from collections.abc import Mapping
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from ordercash.kernel.ids import id_in
from ordercash.web.formats import NOTHING
from ordercash.web.links import link_html

PAGE: Final = "A person, on a page"
API: Final = "The API"

_WORDS: Final[Mapping[str, str]] = {
    "api": API,
    "count": "A count",
    "demo": "The demo company",
    "file": "An imported file",
    "page": PAGE,
    "plan": "A stock plan",
    "receipt": PAGE,
    "receipts": "An imported file",
    "run": "The run of the day",
}


def source_html(source_ref: str) -> SafeString:
    """Return who asked for a fact; pointing at it shows the reference itself, one from outside stands as it came."""
    kind, _, rest = source_ref.partition(":")
    if not source_ref:
        return NOTHING
    if kind == "collected" and (id := id_in(rest)):
        return _titled(source_ref, format_html("Collected for {}", link_html("invoice", id)))
    if kind in ("ship", "return") and id_in(rest.partition(":")[0]):
        return _titled(source_ref, PAGE if id_in(rest.rpartition(":")[2]) else API)
    if kind in _WORDS and rest:
        return _titled(source_ref, _WORDS[kind])
    return format_html('<code class="oc-code">{}</code>', source_ref)


def _titled(source_ref: str, words: str) -> SafeString:
    return format_html('<span title="{}">{}</span>', source_ref, words)
