"""Every identifier is a link: who owns a kind of thing registers where it is shown."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class LinkKind:
    """A kind of thing that has a page: the URL name takes its id; `label` names the kind for people."""

    kind: str
    url_name: str
    label: str


_kinds: dict[str, LinkKind] = {}


def register_link(kind: str, url_name: str, label: str) -> None:
    """Say where things of a kind are shown: register_link("order", "order", "Order"); the page takes the id."""
    _kinds[kind] = LinkKind(kind, url_name, label)


def link_url(kind: str, id: Any) -> str:
    """Return the address of a thing, "" when its kind has no page (yet)."""
    known = _kinds.get(kind)
    if known is None or id in (None, ""):
        return ""
    try:
        return reverse(known.url_name, args=[id])
    except NoReverseMatch:
        return ""


def kind_label(kind: str) -> str:
    """Return the name of a kind for people."""
    known = _kinds.get(kind)
    return known.label if known else kind.replace("_", " ").capitalize()


def link_html(kind: str, id: Any, label: Any = "") -> SafeString:
    """Return a link to a thing, or its label alone when its kind has no page; without a label "Kind 0198c0de"."""
    shown = label or f"{kind_label(kind)} {str(id)[:8]}"
    url = link_url(kind, id)
    return format_html('<a class="oc-link" href="{}">{}</a>', url, shown) if url else format_html("{}", shown)
