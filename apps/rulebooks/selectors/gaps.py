"""What would stop if a version were no longer in force."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from apps.rulebooks.decisions.kinds import NOTHING_DECIDED, kind_of, known_kinds
from apps.rulebooks.decisions.phases import first_gap
from apps.rulebooks.models import Activation, RulebookVersion
from apps.rulebooks.selectors.versions import periods_of


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch over which no rules of a kind would be in force, half-open, and what happens then; `until_at` None: from then on."""

    stops: str
    from_at: datetime
    until_at: datetime | None

    @property
    def sentence(self) -> str:
        """What stops, and when, in words (UTC)."""
        until = f" until {_minute(self.until_at)}" if self.until_at else " on"
        return f"{self.stops} from {_minute(self.from_at)}{until}."


def gap_without(version: RulebookVersion, at: datetime) -> Gap | None:
    """Return the first gap that a version (with its rulebook) would leave if it ended at an instant; None when others take its place.

    The rules of everybody take the place of a legal entity's own. One statement.
    """
    book = version.rulebook
    own = Q(rulebook_id=book.pk)
    general = Q(rulebook__kind=book.kind, rulebook__legal_entity__isnull=True) if book.legal_entity_id else own
    found = list(Activation.objects.filter(own | general, Q(until_at__isnull=True) | Q(until_at__gt=at)))
    ended = periods_of(each for each in found if each.version_id == version.pk)
    left = periods_of(each for each in found if each.version_id != version.pk)
    stretch = first_gap(ended, left, at)
    if stretch is None:
        return None
    return Gap(kind_of(book.kind).stops if book.kind in known_kinds() else NOTHING_DECIDED, *stretch)


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
