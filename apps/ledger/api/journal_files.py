"""The journal as a file: GET /ledger/journal.beancount and /ledger/journal.csv."""

from typing import Final

from django.http import FileResponse
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.ledger.api.wanted import entity_wanted
from apps.ledger.permissions import EXPORT_JOURNAL
from apps.ledger.services.export import written_journal
from ordercash.web.api.openapi import Shape

ENTITY: Final = "Code of the legal entity; may be left out while there is one"


class JournalAsBeancount(APIView):
    """GET the whole journal of a legal entity for Beancount, with its balances at the end."""

    permissions = {"GET": EXPORT_JOURNAL}
    shapes = {"GET": Shape(media="text/plain", query={"legal_entity": ENTITY})}

    def get(self, request: Request) -> FileResponse:
        return _file(request, "beancount", "text/plain")


class JournalAsCsv(APIView):
    """GET the whole journal of a legal entity as CSV, one row per posting."""

    permissions = {"GET": EXPORT_JOURNAL}
    shapes = {"GET": Shape(media="text/csv", query={"legal_entity": ENTITY})}

    def get(self, request: Request) -> FileResponse:
        return _file(request, "csv", "text/csv")


def _file(request: Request, style: str, media: str) -> FileResponse:
    file, name = written_journal(style=style, entity=entity_wanted(request))
    return FileResponse(file, as_attachment=True, filename=name, content_type=f"{media}; charset=utf-8")
