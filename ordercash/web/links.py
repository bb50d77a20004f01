"""Every identifier is a link: who owns a kind of thing registers where it is shown, and how its things are called."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

Names = Callable[[Collection[UUID]], Mapping[UUID, str]]


@dataclass(frozen=True, slots=True)
class LinkKind:
    """A kind of thing that has a page: the URL name takes its id; `label` names the kind for people, `names` its things."""

    kind: str
    url_name: str
    label: str
    names: Names | None = None


_kinds: dict[str, LinkKind] = {}


def register_link(kind: str, url_name: str, label: str, *, names: Names | None = None) -> None:
    """Say where things of a kind are shown: register_link("order", "order", "Order"); the page takes the id.

    names -- returns the names of things by id in one statement, for pages below whose owner does not know them
    """
    _kinds[kind] = LinkKind(kind, url_name, label, names)


def link_url(kind: str, id: Any) -> str:
    """Return the address of a thing, "" when its kind has no page (yet)."""
    known = _kinds.get(kind)
    if known is None or id in (None, ""):
        return ""
    try:
        return reverse(known.url_name, args=[id])
    except NoReverseMatch:
        return ""


def names_of(kind: str, ids: Collection[UUID | None]) -> Mapping[UUID, str]:
    """Return what things of a kind are called, by id, as their owner tells it; what it does not know is left out."""
    known, wanted = _kinds.get(kind), {each for each in ids if each}
    return known.names(wanted) if known and known.names and wanted else {}


def kind_label(kind: str) -> str:
    """Return the name of a kind for people."""
    known = _kinds.get(kind)
    return known.label if known else kind.replace("_", " ").capitalize()


def called(kind: str, id: Any, name: str = "") -> str:
    """Return "Order SO-1041"; without a name the end of the id tells one from another, its beginning is only the hour."""
    return f"{kind_label(kind)} {name or str(id)[-8:]}"


def links_of(things: Iterable[tuple[str, UUID | None]]) -> dict[UUID, SafeString]:
    """Return the links to (kind, id) pairs by id, each called by its name; one statement per kind."""
    ids: dict[str, set[UUID]] = defaultdict(set)
    for kind, id in things:
        if id is not None:
            ids[kind].add(id)
    found = {kind: names_of(kind, wanted) for kind, wanted in ids.items()}
    return {
        id: link_html(kind, id, called(kind, id, found[kind].get(id, ""))) for kind, some in ids.items() for id in some
    }


def link_html(kind: str, id: Any, label: Any = "") -> SafeString:
    """Return a link to a thing, or its label alone when its kind has no page; without a label it is called by its name."""
    shown = label or called(kind, id, names_of(kind, [id]).get(id, "") if isinstance(id, UUID) else "")
    url = link_url(kind, id)
    return format_html('<a class="oc-link" href="{}">{}</a>', url, shown) if url else format_html("{}", shown)
