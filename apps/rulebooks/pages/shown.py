"""How rulebooks read on pages: names of people, texts, activations as a timeline."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.audit.contract import actor_names
from apps.rulebooks.decisions.files import write_file
from apps.rulebooks.models import Activation, RulebookVersion
from apps.rulebooks.selectors.versions import RulebookFacts, document_of
from apps.rulebooks.services.transfer import INSTALLER, SINCE_EVER
from ordercash.web.components import TimelineEntry
from ordercash.web.formats import when_html

Used = Sequence[tuple[Activation, int]]


def names_of(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Return what people are called; what an installation brought was approved by the installer."""
    return {**actor_names(list(ids)), INSTALLER.id: INSTALLER.name}


def people_of(versions: Iterable[RulebookVersion]) -> dict[UUID, str]:
    """Return the names of those who wrote and approved versions."""
    return names_of(id for version in versions for id in (version.author_id, version.approver_id))


def text_of(found: RulebookFacts, version: RulebookVersion | None) -> str:
    """Return a version as the text of a file; "" for none."""
    if version is None:
        return ""
    return write_file(kind=found.kind, name=found.name, legal_entity=found.legal_entity, document=document_of(version))


def from_html(moment: datetime | None) -> SafeString:
    """Return from when on a version is in force; those that came with the installation always were."""
    return format_html("from the beginning") if moment == SINCE_EVER else when_html(moment)


def activation_entries(used: Used, names: Mapping[UUID, str], now: datetime) -> list[TimelineEntry]:
    """Return activations as entries of a timeline, the newest first: what is planned, what is in force, what was."""
    return [
        TimelineEntry(
            at=each.recorded_at if each.from_at == SINCE_EVER else each.from_at,
            title=_title(each, number, now),
            detail=_detail(each),
            actor=names.get(each.activated_by, ""),
            tone=_tone(each, now),
            kind="rulebook_version",
            id=each.version_id,
            link_label=f"v{number}",
        )
        for each, number in used
    ]


def _title(each: Activation, number: int, now: datetime) -> str:
    if each.kind == Activation.Kind.ROLLBACK:
        return f"Rolled back to v{number}"
    if each.from_at > now:
        return f"v{number} planned"
    return f"v{number} in force" + (" from the beginning" if each.from_at == SINCE_EVER else "")


def _detail(each: Activation) -> SafeString:
    until = format_html("until {} ", when_html(each.until_at)) if each.until_at else SafeString("")
    return format_html("{}{}", until, each.reason)


def _tone(each: Activation, now: datetime) -> str:
    if each.from_at > now:
        return "info"
    if each.until_at is not None and each.until_at <= now:
        return "neutral"
    return "warn" if each.kind == Activation.Kind.ROLLBACK else "good"
