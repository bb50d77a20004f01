"""The legal entity that a page of the books shows."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from apps.ledger.selectors.journal import newest_books
from apps.masterdata.contract import EntityFacts, entities_by_code
from ordercash.kernel.errors import NotFound
from ordercash.web.components import Empty
from ordercash.web.filters import Filter, Wanted
from ordercash.web.shell import shell_context
from ordercash.web.worklist import Worklist


def _entities() -> list[tuple[str, str]]:
    """Return the entities as choices: the one whose books moved last in front, so that it is shown unless another is named."""
    newest = newest_books()
    known = sorted(entities_by_code().values(), key=lambda entity: (entity.id != newest, entity.code))
    return [(entity.code, f"{entity.code} {entity.name}") for entity in known]


ENTITY = Filter("entity", "Legal entity", kind="choice", choices=_entities, required=True)


def entity_of(wanted: Wanted) -> EntityFacts:
    """Return the entity that the filter names, that with the newest entry when it names none; raises NotFound without any."""
    known = entities_by_code().get(wanted["entity"])
    if known is None:
        raise NotFound("There is no legal entity yet, so there are no books.")
    return known


class Books(Worklist):
    """A list from the books of one legal entity; before there is one, the page says what to do."""

    def show(self, *, status: int = 200, **more: Any) -> HttpResponse:
        """Render the page, or that there are no books yet."""
        if entities_by_code():
            return super().show(status=status, **more)
        url = reverse("admin:masterdata_legalentity_add") if self.may("masterdata.change_setup") else ""
        empty = Empty(
            "No books yet", "There is no legal entity yet; its books begin with its first entry.", url, "Add one"
        )
        shell = shell_context(self.request, title=self.title, crumbs=self.trail(), actions=[])
        return render(self.request, "ledger/no_books.html", {"page": self, **shell, "empty": empty}, status=status)
